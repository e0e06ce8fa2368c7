/** Draws numbers from 0 (inclusive) to 1 (exclusive). */
export type Chance = () => number;

/**
 * Creates a small, fast generator (32 bits of state). The same seed draws the same numbers. It serves generated data and is
 * not fit for secrets.
 */
export function createChance(seed: number): Chance {
  let state = (seed ^ Math.floor(seed / 0x1_0000_0000)) >>> 0;
  return () => {
    state = (state + 0x9e37_79b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x1_0000_0000;
  };
}

/** A whole number from `low` to `high`, both inclusive. */
export function drawBetween(chance: Chance, low: number, high: number): number {
  return low + Math.floor(chance() * (high - low + 1));
}
