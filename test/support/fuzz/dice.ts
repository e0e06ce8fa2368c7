import { createSeededRandom } from '../seeded-random.ts';

/** Random numbers that are the same for the same seed. */
export interface Dice {
  /** In [0, 1). */
  roll(): number;
  /** A whole number from `least` to `most`, both included. */
  int(least: number, most: number): number;
  chance(share: number): boolean;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
  /** New dice for one purpose. They roll the same numbers however often these dice have been rolled. */
  fork(purpose: number | string): Dice;
}

export function createDice(seed: number): Dice {
  const roll = createSeededRandom(seed);
  const int = (least: number, most: number): number => least + Math.floor(roll() * (most - least + 1));
  return {
    roll,
    int,
    chance: (share) => roll() < share,
    pick: (items) => items[int(0, items.length - 1)] ?? items[0],
    fork: (purpose) => createDice(hashText(`${seed}/${purpose}`)),
  };
}

/** An evenly distributed 32-bit hash (FNV-1a, then mixed). */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
