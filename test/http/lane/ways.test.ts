import { describe, expect, onTestFinished, test } from 'vitest';
import { hashDocument } from '../../../src/http/trusted-documents.ts';
import { createDice } from '../../support/fuzz/dice.ts';
import { drawScene } from '../../support/fuzz/scene.ts';
import { NOW_MS, TEST_SECRET } from '../../support/running-app.ts';
import { compareCases } from '../../support/ways/case.ts';
import { createSide } from '../../support/ways/side.ts';
import type { Side } from '../../support/ways/side.ts';

const KEYS = {
  USAGE_API_URL: 'http://vendor.test/base',
  USAGE_API_USER_SECRET: 'user',
  USAGE_API_ORGANIZATION_SECRET: 'organization',
};

test('1,500 random requests have the same answer, log, audit line and vendor calls in the lane and by Yoga', async () => {
  const { differences, ...counts } = await compareCases({ firstSeed: 1, requests: 1_500 });
  expect(differences).toEqual([]);
  // The comparison says little if the lane is seldom met, or if nothing fails.
  expect(counts.inLane * 3).toBeGreaterThan(counts.requests);
  expect(counts.failedInLane).toBeGreaterThan(150);
  expect(counts.faulty).toBeGreaterThan(60);
  expect(counts.compiled).toBeGreaterThan(600);
}, 120_000);

test('the comparison finds one changed letter in an answer, a log line or an audit line of the lane', async () => {
  const { differences } = await compareCases({
    firstSeed: 1,
    requests: 100,
    tamper: (seen) => ({
      ...seen,
      body: seen.body.replace('data', 'date'),
      log: seen.log.map((line) => ({ ...line, vendorCalls: line.vendorCalls + 1 })),
      audit: seen.audit.map((line) => ({ ...line, rows: line.rows + 1 })),
    }),
  });
  expect(new Set(differences.map(({ part }) => part))).toEqual(new Set(['body', 'log', 'audit']));
}, 60_000);

describe('the lane leaves to Yoga', () => {
  /** A service without faults, and the answer and the way of one body sent twice. */
  const createAsk = (env: Readonly<Record<string, string>> = {}, manifest = {}) => {
    const side: Side = createSide({
      ...drawScene(createDice(1), NOW_MS),
      seed: 1,
      env: { ...KEYS, SIGHTLINE_SECRET: TEST_SECRET, ...env },
      manifest: JSON.stringify(manifest),
      now: () => NOW_MS,
      audit: null,
    });
    onTestFinished(() => side.close());
    return async (body: Readonly<Record<string, unknown>>) => {
      const headers = { 'content-type': 'application/json' };
      const request = { method: 'POST', target: '/graphql', headers, leavesAtCall: null };
      const { seen, way } = await side.ask({ ...request, body: JSON.stringify(body) });
      return { way, status: seen.status, errors: (JSON.parse(seen.body) as { errors?: unknown }).errors };
    };
  };

  test('an operation that is asked for by an empty name', async () => {
    const ask = createAsk();
    const query = '{ service { version } }';
    await ask({ query });
    expect(await ask({ query })).toMatchObject({ way: 'lane', status: 200 });
    expect(await ask({ query, operationName: null })).toMatchObject({ way: 'lane', status: 200 });
    expect(await ask({ query, operationName: '' })).toMatchObject({
      way: 'yoga',
      status: 400,
      errors: [{ extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } }],
    });
  });

  test('a parameter that it does not know, with trusted documents too', async () => {
    const query = '{ service { version } }';
    const manifest = { [hashDocument(query)]: query };
    const ask = createAsk({ SIGHTLINE_TRUSTED_DOCUMENTS: 'manifest.json' }, manifest);
    await ask({ documentId: hashDocument(query) });
    expect(await ask({ documentId: hashDocument(query) })).toMatchObject({ way: 'lane', status: 200 });
    expect(await ask({ query, foo: 1 })).toMatchObject({
      way: 'yoga',
      status: 400,
      errors: [{ extensions: { code: 'BAD_REQUEST' } }],
    });
  });

  test('a condition that is null, which is refused', async () => {
    const ask = createAsk();
    const query =
      'query ($is: Boolean = true) { viewer { scopes } service { version limits @include(if: $is) { maxCost } } }';
    await ask({ query });
    expect(await ask({ query, variables: { is: false } })).toMatchObject({ way: 'lane', status: 200 });
    expect(await ask({ query, variables: { is: null } })).toMatchObject({
      way: 'yoga',
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });
});
