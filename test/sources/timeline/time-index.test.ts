import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { comparePositions } from '../../../src/sources/paging/position.ts';

import { FEW_USERS, indexByTime } from '../../../src/sources/timeline/time-index.ts';
import { createEvent } from '../../graph/fake-context.ts';

const ADDRESSES = ['12.34.56.78', '::ffff:12.34.56.78', '10.0.0.1', '2606:4700::1'] as const;
const ALL = { fromMs: -Infinity, toMs: Infinity };
const userOf = ({ username }: { readonly username: string | null }) => username;

const log = fc
  .array(
    fc.tuple(
      fc.nat({ max: 40 }),
      fc.option(fc.constantFrom(...ADDRESSES)),
      fc.option(fc.nat({ max: 9 }).map((n) => `user${n}`)),
    ),
    { maxLength: 60 },
  )
  .map((list) =>
    list
      .map(([timestampMs, ipAddress, username], at) =>
        createEvent({ id: String(at), timestampMs, ipAddress, username }),
      )
      .toSorted(comparePositions),
  );
const window = fc.record({ fromMs: fc.nat({ max: 45 }), toMs: fc.nat({ max: 45 }) });
const isIn =
  ({ fromMs, toMs }: { fromMs: number; toMs: number }) =>
  ({ timestampMs: ms }: { readonly timestampMs: number }) =>
    ms >= fromMs && ms < toMs;

test('a window holds exactly the rows inside it, in order, from the newest on or behind any position', () => {
  fc.assert(
    fc.property(log, window, fc.nat({ max: 70 }), fc.option(fc.nat()), (rows, range, count, at) => {
      const after = at === null || rows.length === 0 ? null : rows[at % rows.length]!;
      const inside = rows.filter(isIn(range));
      const { all } = indexByTime(rows, userOf);
      expect(all.count(range)).toBe(inside.length);
      expect(all.take(range, count, after)).toEqual(
        inside.filter((row) => !after || comparePositions(row, after) > 0).slice(0, count),
      );
    }),
  );
});

test('the rows from some addresses are found by any spelling, each row once', () => {
  const same: Record<string, readonly string[]> = {
    '12.34.56.78': ['12.34.56.78', '::ffff:12.34.56.78'],
    '10.0.0.1': ['10.0.0.1'],
    '2606:4700:0::1': ['2606:4700::1'],
  };
  fc.assert(
    fc.property(log, fc.subarray(Object.keys(same)), (rows, addresses) => {
      const wanted = new Set(addresses.flatMap((address) => same[address] ?? []));
      const list = indexByTime(rows, userOf).from(addresses);
      expect(list.take(ALL, Infinity, null)).toEqual(
        rows.filter(({ ipAddress }) => ipAddress !== null && wanted.has(ipAddress)),
      );
    }),
  );
});

test('a row with several addresses is found by each of them', () => {
  const row = { ...createEvent({ ipAddress: null }), addresses: ['10.0.0.1', '10.0.0.2'] };
  const index = indexByTime([row], userOf);
  for (const asked of [['10.0.0.1'], ['10.0.0.2'], ['10.0.0.1', '10.0.0.2']])
    expect(index.from(asked).take(ALL, Infinity, null)).toEqual([row]);
  expect(index.from(['10.0.0.3']).count(ALL)).toBe(0);
});

test('a window is shared if more than a few users are seen in it', () => {
  fc.assert(
    fc.property(log, window, (rows, range) => {
      const users = new Set(rows.filter(isIn(range)).flatMap(({ username }) => username ?? []));
      expect(indexByTime(rows, userOf).all.isShared(range)).toBe(users.size > FEW_USERS);
    }),
    { numRuns: 500 },
  );
});

describe('rows looked at', () => {
  test('are few whatever a window holds: 3,500 windows over 10,000 rows', () => {
    let looks = 0;
    const rows = Array.from({ length: 10_000 }, (_, at) => {
      const row = createEvent({ id: String(10_000 - at), timestampMs: 10_000 - at });
      return Object.defineProperty({ ...row }, 'timestampMs', {
        get() {
          looks += 1;
          return row.timestampMs;
        },
      });
    });
    const { all, from } = indexByTime(rows, userOf);
    for (let n = 0; n < 3_500; n += 1) {
      all.take(ALL, 1, null);
      all.count(ALL);
      from(['12.34.56.78']).isShared(ALL);
    }
    // Six places of a window, each found by halving 10,000 rows in 13 or 14 looks, and no row looked at for itself.
    expect(looks / 3_500).toBe(81);
  });
});
