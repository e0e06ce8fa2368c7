import { expect, onTestFinished, test } from 'vitest';
import type { SkippedRowsReport } from '../../src/sources/paging/vendor-page.ts';
import type { Transport } from '../../src/upstream/transport.ts';
import { askApp, createTestApp, NOW_MS } from '../support/running-app.ts';

/** A vendor that answers every path with these rows. */
const answering = (rows: readonly unknown[]): Transport => ({
  get: async () => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(rows)),
  }),
  close: async () => {},
});

test('rows that cannot be parsed are skipped, counted in coverage and reported in the log without their values', async () => {
  const reports: SkippedRowsReport[] = [];
  const happenedAt = new Date(NOW_MS - 3_600_000).toISOString();
  const app = createTestApp(
    { USAGE_API_USER_SECRET: 'u', USAGE_API_ORGANIZATION_SECRET: 'o', EVENTS_API_TOKEN: 't' },
    {
      clock: { now: () => NOW_MS },
      transports: {
        USAGE: answering([
          { timestamp: '2026-03-04T10:00:00.000Z', count: 3 },
          { timestamp: '2026-03-04T11:00:00.000Z', count: 'canary' },
        ]),
        EVENTS: answering([
          { id: 2, timestamp: happenedAt, category: 'a', action: 'b' },
          { id: 'canary', timestamp: happenedAt, category: 'a', action: 'b' },
        ]),
      },
      onSkippedRows: (report) => reports.push(report),
    },
  );
  onTestFinished(() => app.close());
  const { data } = await askApp<object>(
    app,
    `{ events(first: 5) { nodes { eventId } coverage { status code dropped } }
       usageAnalytics(range: { from: "2026-03-04T10:00:00Z", to: "2026-03-04T12:00:00Z" }, interval: HOUR) {
         buckets { count } coverage { status code dropped } } }`,
  );
  expect(data).toMatchObject({
    events: {
      nodes: [{ eventId: '2' }],
      coverage: [{ status: 'TRUNCATED', code: 'ROWS_DROPPED', dropped: 1 }],
    },
    usageAnalytics: { coverage: [{ status: 'TRUNCATED', code: 'ROWS_DROPPED', dropped: 1 }] },
  });
  expect(reports).toHaveLength(2);
  expect(reports).toContainEqual({ source: 'EVENTS', operation: '/events', dropped: 1, rows: 2 });
  expect(reports).toContainEqual({
    source: 'USAGE',
    operation: '/usage/analytics/activity',
    dropped: 1,
    rows: 2,
  });
});

test('a list is an error if no row can be parsed, and in the timeline its source is FAILED', async () => {
  const rows = Array.from({ length: 3 }, (_, id) => ({ id, when: 'changed' }));
  const app = createTestApp(
    { USAGE_API_USER_SECRET: 'u', USAGE_API_ORGANIZATION_SECRET: 'o', EVENTS_API_TOKEN: 't' },
    { clock: { now: () => NOW_MS }, transports: { USAGE: answering(rows), EVENTS: answering(rows) } },
  );
  onTestFinished(() => app.close());
  const { data, errors } = await askApp<object>(
    app,
    `{ usageRecords(first: 5) { nodes { id } } events(first: 5) { nodes { id } }
       named: events(first: 5, orderBy: [{ field: CATEGORY, direction: ASC }]) { nodes { id } }
       eventFacets { categories { missing } coverage { status code } }
       timeline(first: 5) { nodes { id } coverage { source status code } } }`,
  );
  const code = 'UPSTREAM_BAD_RESPONSE';
  expect(errors?.map(({ path, extensions }) => [path?.[0], extensions['code']])).toEqual(
    expect.arrayContaining([
      ['usageRecords', code],
      ['events', code],
      ['named', code],
    ]),
  );
  expect(data).toMatchObject({
    usageRecords: null,
    events: null,
    named: null,
    eventFacets: { coverage: [{ status: 'FAILED', code: 'UPSTREAM' }] },
    timeline: {
      nodes: [],
      coverage: expect.arrayContaining([
        { source: 'USAGE', status: 'FAILED', code: 'UPSTREAM' },
        { source: 'EVENTS', status: 'FAILED', code: 'UPSTREAM' },
      ]),
    },
  });
});
