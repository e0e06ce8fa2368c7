import { HOUR_MS } from '../time.ts';
import { USERNAMES } from './catalogue.ts';
import { createChance, drawBetween } from './macros.ts';

/** One attack, seen in both sources: failed log-ins, a lock-out, a log-in, then API calls, all from one address. */
export interface Story {
  /** A public address that nobody else uses. */
  readonly address: string;
  readonly username: string;
  /** From `fromMs` (inclusive) to `toMs` (exclusive), in milliseconds since the epoch; whole seconds. */
  readonly fromMs: number;
  readonly toMs: number;
  /** The times of the failed log-ins, in order; whole seconds. */
  readonly failuresMs: readonly number[];
  readonly lockedOutMs: number;
  readonly successMs: number;
  /** The times of the API calls, in order. */
  readonly callsMs: readonly number[];
}

const ATTACKS = [
  { hoursAgo: 20, network: '12.34.56' },
  { hoursAgo: 9, network: '98.76.54' },
  { hoursAgo: 2.5, network: '45.67.89' },
] as const;

/** Plans three stories in the day before `nowMs`. Each ends at least half an hour before it. */
export function planStories(seed: number, nowMs: number): readonly Story[] {
  const nowSecondMs = Math.floor(nowMs / 1000) * 1000;
  const firstUser = Math.floor(createChance(seed)() * USERNAMES.length);
  return ATTACKS.map((attack, index) => {
    const chance = createChance(seed * ATTACKS.length + index + 1);
    const fromMs = nowSecondMs - attack.hoursAgo * HOUR_MS + drawBetween(chance, 0, 1800) * 1000;

    const failuresMs = [fromMs];
    for (let count = drawBetween(chance, 11, 24); count > 0; count -= 1) {
      failuresMs.push((failuresMs.at(-1) ?? fromMs) + drawBetween(chance, 4, 20) * 1000);
    }
    const lockedOutMs = (failuresMs.at(-1) ?? fromMs) + 1000;
    const successMs = lockedOutMs + drawBetween(chance, 15 * 60, 20 * 60) * 1000;

    const callsMs = [successMs + drawBetween(chance, 8_000, 40_000)];
    for (let count = drawBetween(chance, 20, 50); count > 0; count -= 1) {
      callsMs.push((callsMs.at(-1) ?? successMs) + drawBetween(chance, 1_000, 15_000));
    }
    return {
      address: `${attack.network}.${drawBetween(chance, 1, 254)}`,
      username: USERNAMES[(firstUser + index * 7) % USERNAMES.length] ?? 'bob.smith',
      fromMs,
      toMs: (Math.floor((callsMs.at(-1) ?? successMs) / 1000) + 1) * 1000,
      failuresMs,
      lockedOutMs,
      successMs,
      callsMs,
    };
  });
}
