import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { graphql } from '../generated/gql.ts';
import type { ListPageFragment } from '../generated/graphql.ts';
import type { Coverage, CoverageStatus } from '../../../src/sources/paging/coverage.ts';
import { comparePositions } from '../../../src/sources/paging/position.ts';
import { createFakeContext, createRecord, EMPTY_PAGE, NOW_MS } from '../fake-context.ts';
import { listInMemory } from '../list-in-memory.ts';

const Forward = graphql(`
  query PageForward($first: Int, $after: String) {
    usageRecords(first: $first, after: $after) {
      ...ListPage
    }
  }

  fragment ListPage on UsageRecordConnection {
    edges {
      cursor
      node {
        recordId
      }
    }
    pageInfo {
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
    }
    from
    to
  }
`);

const Backward = graphql(`
  query PageBackward($last: Int, $before: String) {
    usageRecords(last: $last, before: $before) {
      ...ListPage
    }
  }
`);

const someRecords = fc
  .array(fc.record({ age: fc.integer({ min: 1, max: 40 }), letter: fc.constantFrom('a', 'b', 'c', 'd') }), {
    maxLength: 40,
  })
  .map((rows) => [...new Map(rows.map((row) => [`${row.letter}${row.age}`, row])).entries()])
  .map((rows) => rows.map(([id, { age }]) => createRecord({ id, timestampMs: NOW_MS - age * 1_000 })));

const anyScan = fc.record({
  isMatch: fc.constantFrom(
    (id: string) => id < 'c',
    () => true,
    () => false,
  ),
  maxScanned: fc.constantFrom(1, 3, 7, Infinity),
});

const spanOf = (status: CoverageStatus): Coverage => ({
  source: 'USAGE',
  operation: null,
  status,
  fromMs: NOW_MS - 1_000,
  toMs: NOW_MS,
  asOfMs: NOW_MS,
  origin: 'VENDOR',
  scanned: 0,
  matched: 0,
  dropped: 0,
  code: null,
  reason: null,
});

describe('reading a list page by page', () => {
  for (const direction of ['forward', 'backward'] as const) {
    test(`${direction} returns every row once, in order, and ends`, async () => {
      await fc.assert(
        fc.asyncProperty(
          someRecords,
          anyScan,
          fc.integer({ min: 1, max: 9 }),
          async (records, scan, size) => {
            const list = listInMemory(records, ({ id }) => scan.isMatch(id), scan.maxScanned);
            const { read } = createFakeContext({ usage: { listUsageRecords: list } });
            const pages: string[][] = [];
            let cursor: string | null = null;
            for (let turns = 0; turns <= 200; turns += 1) {
              const page: ListPageFragment | null =
                direction === 'forward'
                  ? (await read(Forward, { first: size, after: cursor })).usageRecords
                  : (await read(Backward, { last: size, before: cursor })).usageRecords;
              pages.push(page!.edges.map(({ node }) => node.recordId));
              const info: ListPageFragment['pageInfo'] = page!.pageInfo;
              cursor = direction === 'forward' ? info.endCursor : info.startCursor;
              if (!(direction === 'forward' ? info.hasNextPage : info.hasPreviousPage)) break;
            }
            const given = (direction === 'forward' ? pages : pages.toReversed()).flat();
            const wanted = records.filter(({ id }) => scan.isMatch(id)).toSorted(comparePositions);
            expect(given).toEqual(wanted.map(({ id }) => id));
          },
        ),
        { numRuns: 60 },
      );
    });
  }

  test('reading backward from any edge returns the rows before it', async () => {
    const records = Array.from({ length: 9 }, (_, age) =>
      createRecord({ id: `r${age}`, timestampMs: NOW_MS - 1 - age }),
    );
    const { read } = createFakeContext({ usage: { listUsageRecords: listInMemory(records) } });
    const whole = await read(Forward, { first: 9 });
    for (const [at, { cursor }] of whole.usageRecords!.edges.entries()) {
      const back = await read(Backward, { last: 3, before: cursor });
      expect(back.usageRecords!.edges).toEqual(whole.usageRecords!.edges.slice(Math.max(0, at - 3), at));
      expect(back.usageRecords!.pageInfo.hasPreviousPage).toBe(at > 3);
      expect(back.usageRecords!.pageInfo.hasNextPage).toBe(true);
    }
  });

  test('keeps the range of the first page, even if the next page is read much later', async () => {
    const list = listInMemory(
      [1, 2, 3].map((age) => createRecord({ id: `r${age}`, timestampMs: NOW_MS - age })),
    );
    const early = createFakeContext({ usage: { listUsageRecords: list } });
    const late = createFakeContext({
      usage: { listUsageRecords: list },
      context: { nowMs: NOW_MS + 3_600_000 },
    });
    const first = await early.read(Forward, { first: 1 });
    const after = first.usageRecords!.pageInfo.endCursor;
    const second = await late.read(Forward, { first: 1, after });
    expect([second.usageRecords!.from, second.usageRecords!.to]).toEqual([
      '2026-11-14T12:00:00.000Z',
      '2026-11-21T12:00:00.000Z',
    ]);
    expect(second.usageRecords!.edges[0]!.node.recordId).toBe('r2');
  });

  test('a cursor of another query is refused, without a call', async () => {
    const list = listInMemory([createRecord()]);
    const { read } = createFakeContext({ usage: { listUsageRecords: list } });
    const cursor = (await read(Forward, { first: 1 })).usageRecords!.edges[0]!.cursor;
    const other = createFakeContext();
    for (const query of [
      'query ($after: String) { usageRecords(filter: { hub: "crm" }, after: $after) { from nodes { id } } }',
      'query ($after: String) { usageRecords(range: { last: "P7D" }, after: $after) { from nodes { id } } }',
      'query ($after: String) { events(after: $after) { from nodes { id } } }',
    ]) {
      const { errors } = await other.ask(query, { after: cursor });
      expect(errors?.[0]?.message).toContain('another query');
    }
    expect(other.calls).toEqual([]);
  });

  test('the page size may change from page to page', async () => {
    const records = [1, 2, 3].map((age) => createRecord({ id: `r${age}`, timestampMs: NOW_MS - age }));
    const { read } = createFakeContext({ usage: { listUsageRecords: listInMemory(records) } });
    const first = await read(Forward, { first: 1 });
    const rest = await read(Forward, { first: 7, after: first.usageRecords!.pageInfo.endCursor });
    expect(rest.usageRecords!.edges.map(({ node }) => node.recordId)).toEqual(['r2', 'r3']);
    expect(rest.usageRecords!.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  });

  test.each([
    [{ value: 7, accuracy: 'EXACT' }, 0, { value: 7, accuracy: 'ESTIMATE' }],
    [{ value: 1, accuracy: 'EXACT' }, 3, { value: 3, accuracy: 'ESTIMATE' }],
    [{ value: 1, accuracy: 'ESTIMATE' }, 3, { value: 3, accuracy: 'ESTIMATE' }],
    [{ value: 1, accuracy: 'AT_LEAST' }, 3, { value: 1, accuracy: 'AT_LEAST' }],
  ] as const)('the count %j beside %i rows of an earlier answer is %j', async (counted, rows, shown) => {
    const records = Array.from({ length: rows }, (_, age) =>
      createRecord({ id: `r${age}`, timestampMs: NOW_MS - age }),
    );
    const usage = {
      listUsageRecords: async () => ({ ...EMPTY_PAGE, rows: records, coverage: [spanOf('STALE')] }),
      countUsageRecords: async () => counted,
    };
    const { data } = await createFakeContext({ usage }).ask(
      '{ usageRecords { nodes { id } totalCount { value accuracy } } }',
    );
    expect(data?.['usageRecords']).toMatchObject({ totalCount: shown });
  });

  test('a count is not exact if the page comes from an earlier answer', async () => {
    const at = (status: CoverageStatus) => {
      const usage = {
        listUsageRecords: async () => ({ ...EMPTY_PAGE, coverage: [spanOf(status)] }),
        countUsageRecords: async () => ({ value: 7, accuracy: 'EXACT' as const }),
      };
      return createFakeContext({ usage }).ask(
        '{ usageRecords { nodes { id } totalCount { value accuracy } } }',
      );
    };
    const counts = await Promise.all([at('STALE'), at('COMPLETE')]);
    expect(counts.map(({ data }) => data?.['usageRecords'])).toMatchObject([
      { totalCount: { value: 7, accuracy: 'ESTIMATE' } },
      { totalCount: { value: 7, accuracy: 'EXACT' } },
    ]);
  });

  test.each(['EXACT', 'ESTIMATE', 'AT_LEAST'] as const)(
    'a count (%s) below the rows beside it is no count: the rows are the least that there are',
    async (accuracy) => {
      const records = [1, 2, 3].map((age) => createRecord({ id: `r${age}`, timestampMs: NOW_MS - age }));
      const usage = {
        listUsageRecords: listInMemory(records),
        countUsageRecords: async () => ({ value: 0, accuracy }),
      };
      const { data } = await createFakeContext({ usage }).ask(
        '{ usageRecords(first: 2) { nodes { id } totalCount { value accuracy } } }',
      );
      expect(data?.['usageRecords']).toMatchObject({ totalCount: { value: 2, accuracy: 'AT_LEAST' } });
    },
  );
});
