import { expect, test } from 'vitest';
import { createFakeContext } from './fake-context.ts';

test('service returns the version, now, the limits and both sources, without a call', async () => {
  const { ask, calls, context } = createFakeContext();
  const { data } = await ask(`{ service {
    version now
    sources { source configured healthy lastSuccessAt retention }
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
        },
        { source: 'EVENTS', configured: false, healthy: null, lastSuccessAt: null, retention: null },
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
