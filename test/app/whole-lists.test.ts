import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countCalls, startApp } from '../support/running-app.ts';
import type { Asked, RunningApp } from '../support/running-app.ts';

interface ListPage {
  readonly list: {
    readonly nodes: readonly { readonly key: string }[];
    readonly pageInfo: {
      readonly hasNextPage: boolean;
      readonly hasPreviousPage: boolean;
      readonly startCursor: string | null;
      readonly endCursor: string | null;
    };
    readonly coverage: readonly { readonly status: string }[];
  };
}

const RANGE = '{ from: "2026-02-01T00:00:00Z", to: "2026-03-04T12:00:00Z" }';
const PAGE = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor } coverage { status }';
const forward = (field: string, key: string) =>
  `query ($after: String) { list: ${field}(range: ${RANGE}, first: 173, after: $after) { nodes { key: ${key} } ${PAGE} } }`;
const backward = (field: string, key: string) =>
  `query ($before: String) { list: ${field}(range: ${RANGE}, last: 173, before: $before) { nodes { key: ${key} } ${PAGE} } }`;

async function readForward(running: RunningApp, field: string, key: string) {
  const keys: string[] = [];
  const calls: number[] = [];
  for (let after: string | null = null; ;) {
    const asked: Asked<ListPage> = await running.ask<ListPage>(forward(field, key), { after });
    expect(asked.errors).toBeUndefined();
    const { nodes, pageInfo } = asked.data.list;
    keys.push(...nodes.map((node) => node.key));
    calls.push(countCalls(asked, 'USAGE') + countCalls(asked, 'EVENTS'));
    if (!pageInfo.hasNextPage) return { keys, calls };
    after = pageInfo.endCursor;
  }
}

async function readBackward(running: RunningApp, field: string, key: string) {
  const keys: string[] = [];
  for (let before: string | null = null; ;) {
    const asked: Asked<ListPage> = await running.ask<ListPage>(backward(field, key), { before });
    expect(asked.errors).toBeUndefined();
    const { nodes, pageInfo } = asked.data.list;
    keys.unshift(...nodes.map((node) => node.key));
    if (!pageInfo.hasPreviousPage) return keys;
    before = pageInfo.startCursor;
  }
}

const HALF_OPEN = `>= TIMESTAMP '2026-02-01 00:00:00'`;

describe.each([
  { dialect: 'camel', pageOffset: 'records', maxPageSize: 1000, notFoundWhenEmpty: false },
  { dialect: 'snake', pageOffset: 'pages', maxPageSize: 50, notFoundWhenEmpty: true },
] as const)('whole lists from a vendor that answers %o', (options) => {
  let running: RunningApp;
  beforeAll(async () => {
    running = await startApp(options);
  });
  afterAll(() => running.close());

  test('contain the records of the database, in order, forward and backward', async () => {
    const { keys } = await readForward(running, 'usageRecords', 'recordId');
    const stored = await running.sandbox.query(
      `SELECT id FROM usage WHERE happened_at ${HALF_OPEN} ORDER BY happened_at DESC, id DESC`,
    );
    expect(keys).toEqual(stored.map((row) => row['id']));
    expect(await readBackward(running, 'usageRecords', 'recordId')).toEqual(keys);
  });

  test('contain the events of the database, in order, forward and backward', async () => {
    const { keys } = await readForward(running, 'events', 'eventId');
    const stored = await running.sandbox.query(
      `SELECT id FROM events WHERE happened_at ${HALF_OPEN} ORDER BY happened_at DESC, id DESC`,
    );
    expect(keys).toEqual(stored.map((row) => String(row['id'])));
    expect(await readBackward(running, 'events', 'eventId')).toEqual(keys);
  });
});

describe('lists of a log that grows', () => {
  test.each([
    ['usageRecords', 'recordId', 'usage'],
    ['events', 'eventId', 'events'],
  ] as const)(
    '%s contain every row that existed before the first page, once, in few calls for each page',
    async (field, key, table) => {
      const running = await startApp({ arrivals: true });
      try {
        const existing = await running.sandbox.query(
          `SELECT id FROM ${table} WHERE happened_at ${HALF_OPEN}`,
        );
        let movedMs = running.sandbox.now();
        const keys: string[] = [];
        for (let after: string | null = null; ;) {
          const asked: Asked<ListPage> = await running.ask<ListPage>(forward(field, key), { after });
          const { nodes, pageInfo } = asked.data.list;
          keys.push(...nodes.map((node) => node.key));
          expect(countCalls(asked, 'USAGE') + countCalls(asked, 'EVENTS')).toBeLessThanOrEqual(2);
          if (!pageInfo.hasNextPage) break;
          after = pageInfo.endCursor;
          movedMs += 5_000;
          await running.sandbox.advanceTo(movedMs);
        }
        expect(new Set(keys).size).toBe(keys.length);
        const given = new Set(keys);
        expect(existing.map((row) => String(row['id'])).filter((id) => !given.has(id))).toEqual([]);
      } finally {
        await running.close();
      }
    },
  );
});

describe('a list that needs several scans', () => {
  const SCAN = `range: ${RANGE}, filter: { ipAddress: "12.34.56.0/24" }`;

  test.each([
    ['forward', `query ($at: String) { list: usageRecords(${SCAN}, first: 5, after: $at)`],
    ['backward', `query ($at: String) { list: usageRecords(${SCAN}, last: 5, before: $at)`],
  ] as const)(
    'is paged %s to its end by clients that select all of pageInfo, and only its scans make calls',
    async (direction, list) => {
      // Vendor pages of a fixed size, so that a scan ends at its bound of calls.
      const running = await startApp({ usageRows: 12_000 }, { USAGE_API_SCAN_PAGE_SIZE: '200' });
      try {
        const stored = await running.sandbox.query(
          `SELECT id FROM usage WHERE happened_at ${HALF_OPEN} AND request_ip LIKE '12.34.56.%' ORDER BY happened_at DESC, id DESC`,
        );
        const keys: string[] = [];
        let stopped = 0;
        for (let at: string | null = null; ;) {
          const asked: Asked<ListPage> = await running.ask<ListPage>(
            `${list} { nodes { key: recordId } ${PAGE} } }`,
            { at },
          );
          expect(asked.errors).toBeUndefined();
          expect(countCalls(asked, 'USAGE')).toBeLessThanOrEqual(20);
          const { nodes, pageInfo, coverage } = asked.data.list;
          const [isAhead, isBehind, next] =
            direction === 'forward'
              ? [pageInfo.hasNextPage, pageInfo.hasPreviousPage, pageInfo.endCursor]
              : [pageInfo.hasPreviousPage, pageInfo.hasNextPage, pageInfo.startCursor];
          expect(isBehind).toBe(keys.length > 0);
          const page = nodes.map(({ key }) => key);
          keys[direction === 'forward' ? 'push' : 'unshift'](...page);
          if (coverage.some(({ status }) => status === 'TRUNCATED')) stopped += 1;
          if (!isAhead) break;
          at = next;
        }
        expect(stopped).toBeGreaterThan(1);
        expect(keys).toEqual(stored.map((row) => row['id']));
        expect(keys.length).toBeGreaterThan(10);
      } finally {
        await running.close();
      }
    },
  );
});
