import { expect, test } from 'vitest';
import { createFakeContext, NOW_MS } from './fake-context.ts';

test('service returns the version, now, the limits and both sources, without a call', async () => {
  const { ask, calls, context } = createFakeContext();
  const { data } = await ask(`{ service {
    version now
    sources { source configured healthy lastSuccessAt retention settlesAfter }
    limits { defaultPageSize maxPageSize maxBuckets maxUpstreamBuckets maxScannedRows maxUpstreamCalls maxDepth maxCost }
  } }`);
  expect(data).toEqual({
    service: {
      version: '1.2.3',
      now: '2026-11-21T12:00:00.000Z',
      sources: [
        {
          source: 'USAGE',
          configured: true,
          healthy: true,
          lastSuccessAt: '2026-11-21T11:59:55.000Z',
          retention: 'P30D',
          settlesAfter: 'PT1M30S',
        },
        {
          source: 'EVENTS',
          configured: false,
          healthy: null,
          lastSuccessAt: null,
          retention: null,
          settlesAfter: 'PT0S',
        },
      ],
      limits: context.limits,
    },
  });
  expect(calls).toEqual([]);
});

test('viewer returns the scopes of the caller', async () => {
  const { ask } = createFakeContext({ scopes: ['events:read', 'pii:read'] });
  expect((await ask('{ viewer { scopes } }')).data).toEqual({
    viewer: { scopes: ['events:read', 'pii:read'] },
  });
});

const ARCHIVE = `{ service { archive {
  engine sources { source rows bytes held { from to } lag sealedTo }
} } }`;

test('service.archive is null if there is no archive', async () => {
  const { ask, calls } = createFakeContext();
  expect((await ask(ARCHIVE)).data).toEqual({ service: { archive: null } });
  expect(calls).toEqual([]);
});

test('service.archive says what the archive holds, at most the newest 100 spans of a source', async () => {
  const held = Array.from({ length: 101 }, (_, at) => ({
    fromMs: NOW_MS - at * 10 - 5,
    toMs: NOW_MS - at * 10,
  }));
  const whole = {
    source: 'USAGE',
    rows: 3_000_000_000,
    bytes: 17,
    held,
    lagMs: 90_061_001,
    sealedToMs: NOW_MS,
  } as const;
  const empty = { source: 'EVENTS', rows: 0, bytes: null, held: [], lagMs: null, sealedToMs: null } as const;
  const { context: base } = createFakeContext();
  const archive = async () => ({ engine: 'duckdb', sources: [whole, empty] });
  const { ask, calls } = createFakeContext({ context: { service: { ...base.service, archive } } });
  const { data, errors } = await ask(ARCHIVE);
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({
    service: {
      archive: {
        engine: 'duckdb',
        sources: [
          {
            source: 'USAGE',
            rows: 3_000_000_000,
            bytes: 17,
            lag: 'PT25H1M1.001S',
            sealedTo: '2026-11-21T12:00:00.000Z',
          },
          { source: 'EVENTS', rows: 0, bytes: null, held: [], lag: null, sealedTo: null },
        ],
      },
    },
  });
  const spans = (data as { service: { archive: { sources: { held: unknown[] }[] } } }).service.archive
    .sources[0]?.held;
  expect(spans).toHaveLength(100);
  expect(spans?.[0]).toEqual({ from: '2026-11-21T11:59:59.995Z', to: '2026-11-21T12:00:00.000Z' });
  expect(calls).toEqual([]);
});

test.each([
  'usageRecords(range: RANGE) { nodes { id } totalCount { value } }',
  'usageAnalytics(range: RANGE) { totals { count } }',
  'events(range: RANGE) { nodes { id } }',
  'eventFacets(range: RANGE) { categories { missing } }',
  'timeline(range: RANGE) { nodes { id } }',
])('without an archive, what was known at a time is refused before any call: %s', async (field) => {
  const { askRaw, calls } = createFakeContext();
  const range = '{ last: "P1D", asKnownAt: "2026-11-20T00:00:00Z" }';
  const { errors } = await askRaw(`{ ${field.replace('RANGE', range)} }`);
  expect(errors?.map(({ originalError }) => originalError)).toMatchObject([
    { code: 'BAD_USER_INPUT', details: { argument: 'range.asKnownAt' } },
  ]);
  expect(calls).toEqual([]);
});
