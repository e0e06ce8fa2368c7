import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createUsageTest, splitUsageFilter } from '../../../src/sources/usage/filter.ts';
import type { IntRange, UsageFilter } from '../../../src/sources/usage/filter.ts';
import type { UsageRecord } from '../../../src/sources/usage/record.ts';
import { createRecord } from '../../graph/fake-context.ts';

const texts = ['a', 'b', 'c'];
const text = fc.option(fc.constantFrom(...texts));
const number = fc.option(fc.integer({ min: -3, max: 3 }));
const list = fc.subarray(texts);
const range: fc.Arbitrary<IntRange> = fc
  .record({ gte: fc.integer({ min: -3, max: 3 }), lt: fc.integer({ min: -3, max: 3 }) }, { requiredKeys: [] })
  .filter(({ gte, lt }) => gte !== undefined || lt !== undefined);

const recordArbitrary = fc
  .record({
    elementKey: text,
    elementApi: text,
    elementTags: list,
    instanceTags: list,
    userId: text,
    accountId: text,
    instanceId: text,
    requestStatus: fc.constantFrom('SUCCESS' as const, 'FAILED' as const, null),
    ipAddress: fc.constantFrom('10.0.0.1', '8.8.8.8', null),
    responseStatus: number,
    processTime: number,
  })
  .map((facts) => createRecord(facts));

const filterArbitrary: fc.Arbitrary<UsageFilter> = fc.record(
  {
    hub: fc.constant('crm'),
    searchText: fc.constant('text that no record has'),
    elementKeys: list,
    tags: list,
    status: fc.constantFrom('SUCCESS', 'FAILED'),
    ipAddress: fc.constantFrom('10.0.0.0/8', '8.8.8.8'),
    elementApis: list,
    userIds: list,
    accountIds: list,
    instanceIds: list,
    responseStatus: range,
    processTime: range,
  },
  { requiredKeys: [] },
);

/** Each part of a filter, tested as its words say. */
const PARTS: {
  readonly [Part in keyof UsageFilter]-?: (record: UsageRecord, filter: UsageFilter) => boolean;
} = {
  hub: () => true,
  searchText: () => true,
  elementKeys: ({ elementKey }, { elementKeys }) => elementKeys!.some((key) => key === elementKey),
  tags: ({ elementTags, instanceTags }, { tags }) =>
    tags!.some((tag) => elementTags.includes(tag) || instanceTags.includes(tag)),
  status: ({ requestStatus }, { status }) => requestStatus === status,
  ipAddress: (record, { ipAddress }) =>
    record.ipAddress === (ipAddress === '8.8.8.8' ? '8.8.8.8' : '10.0.0.1'),
  elementApis: ({ elementApi }, { elementApis }) => elementApis!.some((api) => api === elementApi),
  userIds: ({ userId }, { userIds }) => userIds!.some((id) => id === userId),
  accountIds: ({ accountId }, { accountIds }) => accountIds!.some((id) => id === accountId),
  instanceIds: ({ instanceId }, { instanceIds }) => instanceIds!.some((id) => id === instanceId),
  responseStatus: (record, filter) => isInside(record.responseStatus, filter.responseStatus!),
  processTime: (record, filter) => isInside(record.processTime, filter.processTime!),
};

function isInside(value: number | null, { gte, lt }: IntRange): boolean {
  return value !== null && !(gte !== undefined && value < gte) && !(lt !== undefined && value >= lt);
}

const partsOf = (filter: UsageFilter) => Object.keys(filter) as (keyof UsageFilter)[];

describe('the test of a usage filter', () => {
  test('passes the records that match each of its parts, apart from those that the vendor alone understands', () => {
    fc.assert(
      fc.property(recordArbitrary, filterArbitrary, (record, filter) => {
        const expected = partsOf(filter).every((part) => PARTS[part](record, filter));
        expect(createUsageTest(filter)(record)).toBe(expected);
      }),
      { numRuns: 1_000 },
    );
  });
});

const VENDORS: readonly string[] = [
  'hub',
  'searchText',
  'elementKeys',
  'tags',
  'status',
] satisfies (keyof UsageFilter)[];

describe('a usage filter is split', () => {
  test('such that the vendor and the test together apply each part once, and a scan is what is left to test', () => {
    fc.assert(
      fc.property(recordArbitrary, filterArbitrary, (record, filter) => {
        const split = splitUsageFilter(filter);
        if (split.kind === 'nothing') return;
        const ours = partsOf(filter).filter((part) => !VENDORS.includes(part));
        expect(split.isScan).toBe(ours.length > 0);
        expect(split.isMatch(record)).toBe(ours.every((part) => PARTS[part](record, filter)));
        const sent = new Set(split.query.map(([name]) => name));
        expect(sent.size).toBe(partsOf(filter).length - ours.length);
        if (split.isScan) expect(split.countingSeries).toBeNull();
      }),
      { numRuns: 1_000 },
    );
  });

  test('into nothing if no record can match, whatever else it asks for', () => {
    fc.assert(
      fc.property(recordArbitrary, filterArbitrary, (record, filter) => {
        const hasEmptyPart = Object.values(filter).some(
          (part: unknown) => Array.isArray(part) && part.length === 0,
        );
        const hasEmptyRange = [filter.responseStatus, filter.processTime].some(
          (part) => part && (part.gte ?? -Infinity) >= (part.lt ?? Infinity),
        );
        expect(splitUsageFilter(filter).kind).toBe(hasEmptyPart || hasEmptyRange ? 'nothing' : 'read');
        if (hasEmptyPart || hasEmptyRange) expect(createUsageTest(filter)(record)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });
});
