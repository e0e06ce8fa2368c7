import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CorrelationBasis, Related } from '../../../src/sources/timeline/correlation.ts';
import { indexByTime } from '../../../src/sources/timeline/index-by-time.ts';
import { FEW_USERS } from '../../../src/sources/timeline/judge-address.ts';
import { canBeRelated, relateRows } from '../../../src/sources/timeline/relate-rows.ts';
import type { UsageRecord } from '../../../src/sources/usage/usage-record.ts';
import { createEvent, createRecord } from '../../graph/fake-context.ts';

const PUBLIC = '81.92.103.114';
const ALWAYS = { fromMs: -Infinity, toMs: Infinity };

function relate(
  address: string | null,
  by: readonly CorrelationBasis[],
  rows: readonly UsageRecord[],
  isWhole = true,
): readonly Related<UsageRecord>[] {
  const of = createEvent({ ipAddress: address });
  const near = indexByTime(rows).within(ALWAYS);
  return relateRows({ of, by: new Set(by) }, near, (row) => row.userId, isWhole);
}

const callFrom = (ipAddress: string | null, userId: string | null = '1') =>
  createRecord({ ipAddress, userId });

describe('by address', () => {
  test('only rows from the same address are related, however it is written', () => {
    const rows = [callFrom(PUBLIC), callFrom(`::ffff:${PUBLIC}`), callFrom('81.92.103.115'), callFrom(null)];
    expect(relate(PUBLIC, ['IP'], rows)).toEqual([
      { row: rows[0], basis: ['IP'], confidence: 'HIGH' },
      { row: rows[1], basis: ['IP'], confidence: 'HIGH' },
    ]);
  });

  test('an entry without an address is related to nothing, not even to rows without one', () => {
    expect(relate(null, ['IP'], [callFrom(null), callFrom(PUBLIC)])).toEqual([]);
    expect(canBeRelated({ of: createEvent({ ipAddress: null }), by: new Set(['IP']) })).toBe(false);
    expect(canBeRelated({ of: createEvent({ ipAddress: null }), by: new Set(['IP', 'TIME']) })).toBe(true);
  });
});

test('by time, every row of the window is related, and proves little', () => {
  const rows = [callFrom(PUBLIC), callFrom(null)];
  expect(relate(PUBLIC, ['TIME'], rows)).toEqual([
    { row: rows[0], basis: ['TIME'], confidence: 'LOW' },
    { row: rows[1], basis: ['TIME'], confidence: 'LOW' },
  ]);
});

test('by both, each row tells what of the two holds', () => {
  const rows = [callFrom(PUBLIC), callFrom('81.92.103.115')];
  expect(relate(PUBLIC, ['TIME', 'IP'], rows)).toEqual([
    { row: rows[0], basis: ['IP', 'TIME'], confidence: 'HIGH' },
    { row: rows[1], basis: ['TIME'], confidence: 'LOW' },
  ]);
});

describe('HIGH is never given', () => {
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
  const bases = fc.constantFrom<readonly CorrelationBasis[]>(['IP'], ['TIME'], ['IP', 'TIME']);

  test('for a private, carrier-grade, loopback or link-local address, or for none', () => {
    fc.assert(
      fc.property(fc.option(special), bases, (address, by) => {
        const related = relate(address, by, [callFrom(address), callFrom(PUBLIC)]);
        expect(related.every(({ confidence }) => confidence === 'LOW')).toBe(true);
      }),
    );
  });

  test('for an address that many users are seen from; rows of other addresses and without a user do not count', () => {
    fc.assert(
      fc.property(fc.nat({ max: 12 }), fc.nat({ max: 12 }), (users, others) => {
        const rows = [
          ...Array.from({ length: users }, (_, at) => callFrom(PUBLIC, `user ${at}`)),
          ...Array.from({ length: users }, (_, at) => callFrom(PUBLIC, `user ${at}`)),
          ...Array.from({ length: others }, (_, at) => callFrom('81.92.103.115', `other ${at}`)),
          callFrom(PUBLIC, null),
        ];
        const expected = users > FEW_USERS ? 'LOW' : 'HIGH';
        expect(new Set(relate(PUBLIC, ['IP'], rows).map(({ confidence }) => confidence))).toEqual(
          new Set([expected]),
        );
      }),
    );
  });

  test('where part of the window is unread: the users there are not known', () => {
    expect(relate(PUBLIC, ['IP'], [callFrom(PUBLIC)], false)).toMatchObject([{ confidence: 'LOW' }]);
  });
});
