import { HOUR_MS } from '../time.ts';
import { USERNAMES } from './catalogue.ts';
import { createChance, drawBetween } from './chance.ts';

/** One attack that both sources tell together: failed log-ins, a lock-out, a log-in, then API calls, all from one address. */
export interface Story {
  /** Public, and nobody else's. */
  readonly address: string;
  readonly username: string;
  /** Half-open, milliseconds since the epoch; whole seconds. */
  readonly fromMs: number;
  readonly toMs: number;
  /** When log-ins failed, in order; whole seconds. */
  readonly failuresMs: readonly number[];
  readonly lockedOutMs: number;
  readonly successMs: number;
  /** When the API was called, in order. */
  readonly callsMs: readonly number[];
}

const ACTS = [
  { hoursAgo: 20, network: '12.34.56' },
  { hoursAgo: 9, network: '98.76.54' },
  { hoursAgo: 2.5, network: '45.67.89' },
] as const;

/** The stories before `nowMs`: one a night ago, one this working day, one just over; each ends at least half an hour ago. */
export function planStories(seed: number, nowMs: number): readonly Story[] {
  const nowSecondMs = Math.floor(nowMs / 1000) * 1000;
  const firstUser = Math.floor(createChance(seed)() * USERNAMES.length);
  return ACTS.map((act, index) => {
    const chance = createChance(seed * ACTS.length + index + 1);
    const fromMs = nowSecondMs - act.hoursAgo * HOUR_MS + drawBetween(chance, 0, 1800) * 1000;

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
      address: `${act.network}.${drawBetween(chance, 1, 254)}`,
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
