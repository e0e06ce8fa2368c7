import { describe, expect, test } from 'vitest';
import { countCalls } from '../support/running-app.ts';
import { serveFiles } from '../support/served-files.ts';

interface Entry {
  readonly source: string;
  readonly operation: string | null;
  readonly status: string;
  readonly code: string | null;
  readonly dropped: number;
  readonly from: string;
  readonly to: string;
  readonly reason: string | null;
  readonly origin: string;
}

interface Listed {
  readonly from: string;
  readonly to: string;
  readonly nodes: readonly object[];
  readonly totalCount: { readonly value: number; readonly accuracy: string } | null;
  readonly coverage: readonly Entry[];
}

const COVERAGE = 'coverage { source operation status code dropped from to reason origin }';
const spansOf = ({ coverage }: { readonly coverage: readonly Entry[] }) =>
  coverage.map(({ source, status, from, to }) => `${source} ${status} ${from} ${to}`);

const usageCsv = (days: readonly string[], ...more: readonly string[]) =>
  [
    'id,usageDate,requestStatus',
    ...days.map((day, n) => `${day}-${n},${day}T10:00:00.000Z,SUCCESS`),
    ...more,
  ].join('\n');
const eventsCsv = (days: readonly string[]) =>
  ['id,timestamp,category,action', ...days.map((day, n) => `${n + 1},${day}T11:00:00Z,a,b`)].join('\n');

const FIRST = '2014-08-01T10:00:00.000Z';
const BEHIND_LAST = '2014-08-10T10:00:00.001Z';
const DAYS = Array.from({ length: 10 }, (_, n) => `2014-08-${String(n + 1).padStart(2, '0')}`);

describe.each([
  ['from the sandbox, as long as their rows are not copied', false],
  ['from the copy of their rows', true],
])('files that are answered %s:', (_, isCopied) => {
  const serve = async (files: Parameters<typeof serveFiles>[0]) => {
    const served = await serveFiles(files);
    if (isCopied) await served.copy();
    return served;
  };

  describe('the default range', () => {
    test('is the last 7 days of the file, and over both files the last 7 days of the later one', async () => {
      const { ask } = await serve({
        usage: { 'range.csv': usageCsv(DAYS) },
        events: { 'range-events.csv': eventsCsv(['2014-08-01', '2014-08-12']) },
      });
      const asked = await ask<Record<'usageRecords' | 'events' | 'timeline', Listed>>(
        `{ usageRecords { from to nodes { id } ${COVERAGE} } events { from to nodes { id } }
         timeline { from to nodes { id } }
         eventFacets { from to } only: timeline(filter: { sources: [USAGE] }) { to } }`,
      );
      expect(asked.errors).toBeUndefined();
      expect(asked.data).toMatchObject({
        usageRecords: { from: '2014-08-03T10:00:00.001Z', to: BEHIND_LAST },
        events: { from: '2014-08-05T11:00:00.001Z', to: '2014-08-12T11:00:00.001Z' },
        timeline: { to: '2014-08-12T11:00:00.001Z' },
        eventFacets: { to: '2014-08-12T11:00:00.001Z' },
        only: { to: BEHIND_LAST },
      });
      expect(asked.data.usageRecords.nodes).toHaveLength(7);
      expect(asked.data.events.nodes).toHaveLength(1);
      // It does not depend on the age of the file.
      expect(spansOf(asked.data.usageRecords)).toEqual([
        `USAGE COMPLETE 2014-08-03T10:00:00.001Z ${BEHIND_LAST}`,
      ]);
    });
  });

  describe('a range outside a file', () => {
    const range = 'range: { from: "2014-07-01T00:00:00Z", to: "2014-09-01T00:00:00Z" }';

    test('is EXPIRED before its first row and FILLING after its last one, and no count is EXACT there', async () => {
      const { ask } = await serve({
        usage: { 'outside.csv': usageCsv(DAYS) },
        events: { 'outside-events.csv': eventsCsv(DAYS) },
      });
      const asked = await ask<
        Record<'usageRecords' | 'events' | 'timeline' | 'inside', Listed> & { usageAnalytics: Listed }
      >(
        `{ usageRecords(${range}, filter: { status: FAILED }) { nodes { id } totalCount { value accuracy } ${COVERAGE} }
         events(${range}) { nodes { id } totalCount { value accuracy } ${COVERAGE} }
         timeline(${range}) { nodes { id } ${COVERAGE} }
         usageAnalytics(${range}, interval: DAY) { totals { count } buckets { filling count timestamp } ${COVERAGE} }
         inside: events(range: { from: "2014-08-02T00:00:00Z", to: "2014-08-03T00:00:00Z" }) { totalCount { value accuracy } ${COVERAGE} } }`,
      );
      expect(asked.errors).toBeUndefined();
      const parts = (source: string, hour: string) => [
        `${source} FILLING 2014-08-10T${hour}:00:00.001Z 2014-09-01T00:00:00.000Z`,
        `${source} COMPLETE 2014-08-01T${hour}:00:00.000Z 2014-08-10T${hour}:00:00.001Z`,
        `${source} EXPIRED 2014-07-01T00:00:00.000Z 2014-08-01T${hour}:00:00.000Z`,
      ];
      expect(spansOf(asked.data.usageRecords)).toEqual(parts('USAGE', '10'));
      expect(spansOf(asked.data.events)).toEqual(parts('EVENTS', '11'));
      expect(spansOf(asked.data.usageAnalytics)).toEqual(parts('USAGE', '10'));
      expect(spansOf(asked.data.timeline).sort()).toEqual(
        [...parts('USAGE', '10'), ...parts('EVENTS', '11')].sort(),
      );
      expect(asked.data.usageRecords.totalCount).toEqual({
        value: 0,
        accuracy: isCopied ? 'AT_LEAST' : 'ESTIMATE',
      });
      expect(asked.data.events.totalCount).toEqual({ value: 10, accuracy: 'AT_LEAST' });
      expect(asked.data.inside.totalCount).toEqual({ value: 1, accuracy: 'EXACT' });
      for (const { coverage } of Object.values(asked.data))
        expect(new Set(coverage.map(({ origin }) => origin))).toEqual(new Set(['FILE']));
      expect(asked.data.events.coverage.map(({ reason }) => reason)).toEqual([
        'This span is after the last row of the files.',
        null,
        'This span is before the first row of the files.',
      ]);
      const { buckets } = asked.data.usageAnalytics as unknown as {
        buckets: { filling: boolean; timestamp: string }[];
      };
      expect(buckets.find(({ filling }) => filling)?.timestamp).toBe('2014-08-10T00:00:00.000Z');
    });

    test('is EXPIRED between two files of one source', async () => {
      const { ask } = await serve({
        usage: {
          'one.csv': usageCsv(DAYS),
          'two.csv': usageCsv(['2014-08-20', '2014-08-21']),
          'three.csv': usageCsv(['2014-08-21', '2014-08-22']),
        },
      });
      const { data } = await ask<{ usageRecords: Listed }>(
        `{ usageRecords(range: { from: "${FIRST}", to: "2014-08-22T10:00:00.001Z" }) { nodes { id } ${COVERAGE} } }`,
      );
      expect(data.usageRecords.nodes).toHaveLength(14);
      expect(spansOf(data.usageRecords)).toEqual([
        'USAGE COMPLETE 2014-08-20T10:00:00.000Z 2014-08-22T10:00:00.001Z',
        `USAGE EXPIRED ${BEHIND_LAST} 2014-08-20T10:00:00.000Z`,
        `USAGE COMPLETE ${FIRST} ${BEHIND_LAST}`,
      ]);
    });
  });

  describe('rows of a file that could not be read', () => {
    test('are counted in the coverage of every answer over the file, which is never COMPLETE or EXACT', async () => {
      const { ask } = await serve({
        usage: { 'cut.csv': usageCsv(DAYS, 'x,soon,FAILED', '2014-08-11,"2014') },
      });
      const inside = 'range: { from: "2014-08-02T00:00:00Z", to: "2014-08-04T00:00:00Z" }';
      const asked = await ask<Record<string, Listed>>(
        `{ all: usageRecords { nodes { id } totalCount { value accuracy } ${COVERAGE} }
         page: usageRecords(first: 1) { nodes { id } ${COVERAGE} }
         counted: usageRecords(${inside}) { totalCount { value accuracy } }
         timeline(filter: { sources: [USAGE] }) { nodes { id } ${COVERAGE} }
         usageAnalytics(${inside}, interval: DAY) { totals { count } ${COVERAGE} }
         outside: usageRecords(range: { from: "2014-07-01T00:00:00Z", to: "2014-07-02T00:00:00Z" }) { ${COVERAGE} } }`,
      );
      expect(asked.errors).toBeUndefined();
      const cut = { status: 'TRUNCATED', code: 'ROWS_DROPPED', dropped: 2 };
      for (const name of ['all', 'page', 'timeline', 'usageAnalytics'])
        expect(asked.data[name], name).toMatchObject({ coverage: [cut] });
      expect(asked.data['all']?.coverage[0]?.reason).toBe(
        '2 rows of the files could not be read; any of them may belong to this span of time.',
      );
      expect(asked.data['all']?.totalCount).toMatchObject({
        value: 7,
        accuracy: expect.not.stringMatching('EXACT'),
      });
      expect(asked.data['counted']?.totalCount).toMatchObject({
        value: 2,
        accuracy: expect.not.stringMatching('EXACT'),
      });
      expect(asked.data['outside']).toMatchObject({ coverage: [{ status: 'EXPIRED', dropped: 0 }] });
    });
  });

  test('a filter by a column that a file lacks finds nothing, and coverage is TRUNCATED', async () => {
    const { ask } = await serve({
      usage: { 'columns.csv': usageCsv(DAYS) },
      events: { 'columns-events.csv': eventsCsv(DAYS) },
    });
    const asked = await ask<Record<string, Listed>>(
      `{ address: usageRecords(filter: { ipAddress: "10.0.0.1" }) { nodes { id } totalCount { accuracy } ${COVERAGE} }
       elements: usageRecords(
         range: { from: "2014-08-02T00:00:00Z", to: "2014-08-04T00:00:00Z" }
         filter: { elementKeys: ["box"] }
       ) { nodes { id } totalCount { accuracy } ${COVERAGE} }
       counted: usageRecords(
         range: { from: "2014-08-02T00:00:00Z", to: "2014-08-04T00:00:00Z" }
         filter: { elementKeys: ["box"] }
       ) { totalCount { accuracy } }
       slow: usageRecords(filter: { processTime: { gte: 5 } }) { nodes { id } totalCount { accuracy } ${COVERAGE} }
       status: usageRecords(filter: { status: SUCCESS }) { nodes { id } ${COVERAGE} }
       events(filter: { not: { username: { eq: "ann" } } }) { nodes { id } ${COVERAGE} }
       timeline(filter: { ipAddress: "10.0.0.1" }) { nodes { id } ${COVERAGE} }
       eventFacets(filter: { searchText: "x" }) { categories { values { count } } ${COVERAGE} } }`,
    );
    expect(asked.errors).toBeUndefined();
    const truncated = { status: 'TRUNCATED', code: 'ROWS_DROPPED' };
    for (const name of ['address', 'elements', 'slow', 'events', 'timeline', 'eventFacets'])
      expect(asked.data[name]?.coverage, name).toContainEqual(expect.objectContaining(truncated));
    for (const name of ['address', 'elements', 'slow', 'counted'])
      expect(asked.data[name]?.totalCount?.accuracy, name).not.toBe('EXACT');
    expect(asked.data['address']?.coverage[0]?.reason).toBe(
      'The files lack the column requestIP, so this filter cannot be tested.',
    );
    expect(asked.data['slow']?.coverage[0]?.reason).toContain('the column processTime,');
    expect(asked.data['status']).toMatchObject({ coverage: [{ status: 'COMPLETE' }] });
  });

  test('related entries by address over a file without addresses are none, and coverage is TRUNCATED', async () => {
    const { ask } = await serve({
      usage: { 'near.csv': usageCsv(['2014-08-01', '2014-08-02', '2014-08-03']) },
      events: {
        'near-events.csv': 'id,timestamp,category,action,ipAddress\n1,2014-08-02T10:00:01Z,a,b,12.34.56.78\n',
      },
    });
    const near = (by: string) => `relatedUsage(by: ${by}) { edges { basis } ${COVERAGE} }`;
    const { data, errors } = await ask<{ events: { nodes: readonly Record<'address' | 'time', Listed>[] } }>(
      `{ events { nodes { address: ${near('[IP]')} time: ${near('[TIME]')} } } }`,
    );
    expect(errors).toBeUndefined();
    expect(data.events.nodes).toMatchObject([
      {
        address: { edges: [], coverage: [{ status: 'TRUNCATED', code: 'ROWS_DROPPED' }] },
        time: { edges: [{ basis: ['TIME'] }], coverage: [{ status: 'COMPLETE' }] },
      },
    ]);
  });

  test('a status is found in upper and lower case, in lists and in series, and is shown as it is', async () => {
    const { ask } = await serve({
      usage: { 'status.csv': usageCsv(DAYS).replaceAll('SUCCESS', 'success').replace('success', 'Failed') },
    });
    const { data } = await ask<Record<string, Listed>>(
      `{ failed: usageRecords(filter: { status: FAILED }, range: { from: "${FIRST}", to: "${BEHIND_LAST}" }) {
         nodes { requestStatus requestStatusText } }
       usageAnalytics(range: { from: "${FIRST}", to: "${BEHIND_LAST}" }, interval: DAY) {
         totals { statuses { success failed } } ${COVERAGE} } }`,
    );
    expect(data).toMatchObject({
      failed: { nodes: [{ requestStatus: 'FAILED', requestStatusText: 'Failed' }] },
      usageAnalytics: {
        totals: { statuses: { success: 9, failed: 1 } },
        coverage: [{ status: 'COMPLETE' }],
      },
    });
  });

  describe('a source without a file', () => {
    test('is not configured, like one without credentials, and gets no calls', async () => {
      const { ask } = await serve({ usage: { 'alone.csv': usageCsv(DAYS) } });
      const asked = await ask<Record<'events' | 'timeline' | 'usageRecords', Listed | null>>(
        `{ events { nodes { id } totalCount { value accuracy } } timeline(first: 2) { nodes { id } ${COVERAGE} }
         usageRecords(first: 1) { nodes { id } }
         service { sources { source configured retention settlesAfter } } }`,
      );
      expect(asked.errors).toMatchObject([
        { path: ['events'], extensions: { code: 'SOURCE_NOT_CONFIGURED', source: 'EVENTS' } },
      ]);
      expect(asked.data).toMatchObject({
        events: null,
        usageRecords: { nodes: [{}] },
        timeline: {
          nodes: [{}, {}],
          coverage: expect.arrayContaining([
            expect.objectContaining({ source: 'EVENTS', status: 'FAILED', code: 'NOT_CONFIGURED' }),
          ]),
        },
        service: {
          sources: [
            { source: 'USAGE', configured: true, retention: null, settlesAfter: 'PT0S' },
            { source: 'EVENTS', configured: false, retention: null, settlesAfter: 'PT1M30S' },
          ],
        },
      });
      expect(countCalls(asked, 'EVENTS')).toBe(0);
      expect(countCalls(asked, 'USAGE') === 0).toBe(isCopied);
    });
  });
});
