import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  canBeRelated,
  relateRows,
  sharedAddress,
  sharedWindow,
} from '../../../src/sources/timeline/correlation.ts';
import type { CorrelationBasis } from '../../../src/sources/timeline/correlation.ts';
import { indexByTime } from '../../../src/sources/timeline/time-index.ts';
import type { UsageRecord } from '../../../src/sources/usage/record.ts';
import { createEvent, createRecord } from '../../graph/fake-context.ts';

const PUBLIC = '81.92.103.114';
const ALWAYS = { fromMs: -Infinity, toMs: Infinity };

function relate(address: string | null, by: readonly CorrelationBasis[], rows: readonly UsageRecord[]) {
  const of = createEvent({ ipAddress: address });
  const relation = relateRows(
    { of, by: new Set(by) },
    ALWAYS,
    indexByTime(rows, ({ userId }) => userId),
  );
  const related = relation.take(Infinity, null);
  expect(relation.count(ALWAYS)).toBe(related.length);
  return related;
}

const callFrom = (ipAddress: string | null) => createRecord({ ipAddress });

describe('by address', () => {
  test('only rows from the same address are related, however it is written', () => {
    const rows = [callFrom(PUBLIC), callFrom(`::ffff:${PUBLIC}`), callFrom('81.92.103.115'), callFrom(null)];
    expect(relate(PUBLIC, ['IP'], rows)).toEqual([
      { row: rows[0], basis: ['IP'] },
      { row: rows[1], basis: ['IP'] },
    ]);
  });

  test('an entry without an address is related to nothing, not even to rows without one', () => {
    expect(relate(null, ['IP'], [callFrom(null), callFrom(PUBLIC)])).toEqual([]);
    expect(canBeRelated({ of: createEvent({ ipAddress: null }), by: new Set(['IP']) })).toBe(false);
    expect(canBeRelated({ of: createEvent({ ipAddress: null }), by: new Set(['IP', 'TIME']) })).toBe(true);
  });

  test('a row that names the address among others is related', () => {
    const listed = { ...callFrom(null), addresses: ['10.0.0.1', PUBLIC] };
    for (const by of [['IP'], ['IP', 'TIME']] as const)
      expect(relate(PUBLIC, by, [listed])).toEqual([{ row: listed, basis: by }]);
    const of = { ...createEvent({ ipAddress: null }), addresses: [PUBLIC] };
    expect(canBeRelated({ of, by: new Set(['IP']) })).toBe(true);
  });
});

test('by time, every row of the window is related', () => {
  const rows = [callFrom(PUBLIC), callFrom(null)];
  expect(relate(PUBLIC, ['TIME'], rows)).toEqual(rows.map((row) => ({ row, basis: ['TIME'] })));
});

test('by both, each row reports which of the two applies', () => {
  const rows = [callFrom(PUBLIC), callFrom('81.92.103.115')];
  expect(relate(PUBLIC, ['TIME', 'IP'], rows)).toEqual([
    { row: rows[0], basis: ['IP', 'TIME'] },
    { row: rows[1], basis: ['TIME'] },
  ]);
});

describe('the address of a pair', () => {
  const special = fc.constantFrom(
    '10.1.2.3',
    '172.31.28.13',
    '192.168.0.7',
    '100.64.3.37',
    '127.0.0.1',
    '169.254.1.1',
    '::1',
    'fe80::1',
    'fd00::7',
    '::ffff:10.1.2.3',
  );

  test('is null if it is private, carrier-grade, loopback or link-local, one of a list, or missing', () => {
    fc.assert(
      fc.property(fc.option(special), (address) => {
        expect(sharedAddress(createEvent({ ipAddress: address }), callFrom(address))).toBeNull();
      }),
    );
    const listed = { ...callFrom(null), addresses: [PUBLIC] };
    expect(sharedAddress(createEvent({ ipAddress: PUBLIC }), listed)).toBeNull();
    expect(sharedAddress(createEvent({ ipAddress: PUBLIC }), callFrom('81.92.103.115'))).toBeNull();
  });

  test('is found if it is one public address, in any spelling', () => {
    const event = createEvent({ ipAddress: `::ffff:${PUBLIC}` });
    expect(sharedAddress(event, callFrom(PUBLIC))).toBe(PUBLIC);
    expect(sharedAddress(callFrom(PUBLIC), event)).toBe(PUBLIC);
  });
});

test("the time near a pair is the same from both ends, contains both, and lies within each one's window", () => {
  const ms = fc.integer({ min: 0, max: 1_000_000 });
  fc.assert(
    fc.property(
      ms,
      fc.integer({ min: -500, max: 500 }),
      fc.integer({ min: 0, max: 500 }),
      (at, apart, more) => {
        const within = Math.abs(apart) + more;
        const [one, other] = [createEvent({ timestampMs: at }), createRecord({ timestampMs: at + apart })];
        const shared = sharedWindow(one, other, within, Infinity);
        expect(sharedWindow(other, one, within, Infinity)).toEqual(shared);
        for (const { timestampMs } of [one, other]) {
          expect(timestampMs >= shared.fromMs && timestampMs < shared.toMs).toBe(true);
          expect(shared.fromMs).toBeGreaterThanOrEqual(timestampMs - within);
          expect(shared.toMs).toBeLessThanOrEqual(timestampMs + within + 1);
        }
      },
    ),
  );
});
