import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { step, UNASKED } from '../../../src/http/alerts/rule.ts';
import type { AlertState, Patience, Seen } from '../../../src/http/alerts/rule.ts';

const AT_ONCE: Patience = { forMs: 0, resolveMs: 0 };

/** The changes of rounds that are a millisecond apart, as `round state`. */
function run(seen: readonly Seen[], patience: Patience): string[] {
  let memory = UNASKED;
  return seen.flatMap((one, round) => {
    const stepped = step(memory, one, round, patience);
    ({ memory } = stepped);
    return stepped.isChange ? [`${round} ${memory.state}`] : [];
  });
}

/** The state after each round, from the whole history and nothing that was remembered; null: not known yet. */
function model(seen: readonly Seen[], { forMs, resolveMs }: Patience): (AlertState | null)[] {
  const knownAfter = (round: number): 'ok' | 'firing' | null => {
    if (round < 0) return null;
    const now = seen[round]!;
    if (now === 'unknown') return knownAfter(round - 1);
    let first = round;
    while (first > 0 && seen[first - 1] === now) first -= 1;
    const before = knownAfter(round - 1);
    if (now === 'holds') return round - first >= forMs ? 'firing' : before;
    return before === 'firing' && round - first < resolveMs ? 'firing' : 'ok';
  };
  return seen.map((now, round) => (now === 'unknown' ? 'unknown' : knownAfter(round)));
}

const rounds = fc.array(fc.constantFrom<Seen>('holds', 'clear', 'unknown'), { maxLength: 60 });
const patience = fc.record({ forMs: fc.nat({ max: 4 }), resolveMs: fc.nat({ max: 4 }) });

describe('an alert', () => {
  test('tells its first state, and then each change once', () => {
    const seen: Seen[] = ['clear', 'clear', 'holds', 'holds', 'clear'];
    expect(run(seen, AT_ONCE)).toEqual(['0 ok', '2 firing', '4 ok']);
  });

  test('that is unknown tells when that begins and when it ends, and not each round', () => {
    const seen: Seen[] = ['unknown', 'unknown', 'clear', 'unknown', 'unknown', 'holds'];
    expect(run(seen, AT_ONCE)).toEqual(['0 unknown', '2 ok', '3 unknown', '5 firing']);
  });

  test('fires when its condition has held for as long as it must', () => {
    const seen: Seen[] = ['clear', 'holds', 'holds', 'holds', 'clear', 'holds'];
    expect(run(seen, { forMs: 2, resolveMs: 0 })).toEqual(['0 ok', '3 firing', '4 ok']);
  });

  test('that begins in a condition which must hold for longer tells nothing until it has', () => {
    expect(run(['holds', 'holds', 'holds'], { forMs: 2, resolveMs: 0 })).toEqual(['2 firing']);
  });

  test('goes on firing until its condition has been clear for as long as it must', () => {
    const seen: Seen[] = ['holds', 'clear', 'holds', 'clear', 'clear', 'clear'];
    expect(run(seen, { forMs: 0, resolveMs: 2 })).toEqual(['0 firing', '5 ok']);
  });

  test('that was unknown in between counts its time anew', () => {
    const seen: Seen[] = ['clear', 'holds', 'unknown', 'holds', 'holds', 'holds'];
    expect(run(seen, { forMs: 2, resolveMs: 0 })).toEqual(['0 ok', '2 unknown', '3 ok', '5 firing']);
  });

  test('has the state that its whole history gives, and tells it exactly when it differs', () => {
    fc.assert(
      fc.property(rounds, patience, (seen, waits) => {
        const expected: string[] = [];
        let told: AlertState | null = null;
        for (const [round, state] of model(seen, waits).entries()) {
          if (state !== null && state !== told) {
            expected.push(`${round} ${state}`);
            told = state;
          }
        }
        expect(run(seen, waits)).toEqual(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  test('is never ok or firing in a round that is unknown', () => {
    fc.assert(
      fc.property(rounds, patience, (seen, waits) => {
        let memory = UNASKED;
        for (const [round, one] of seen.entries()) {
          ({ memory } = step(memory, one, round, waits));
          if (one === 'unknown') expect(memory.state).toBe('unknown');
        }
      }),
    );
  });
});
