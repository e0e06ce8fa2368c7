/** Draws numbers from 0 (in) to 1 (out); equal seeds draw equal rows of numbers. */
export type Chance = () => number;

/** A small, fast generator (32 bits of state): enough for made-up data, of no use for secrets. */
export function createChance(seed: number): Chance {
  let state = (seed ^ Math.floor(seed / 0x1_0000_0000)) >>> 0;
  return () => {
    state = (state + 0x9e37_79b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x1_0000_0000;
  };
}

/** A whole number from `low` to `high`, both in. */
export function drawBetween(chance: Chance, low: number, high: number): number {
  return low + Math.floor(chance() * (high - low + 1));
}
