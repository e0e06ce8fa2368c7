import { expect, test } from 'vitest';
import {
  createSimulatedTime,
  createTestUpstream,
  jsonAnswer,
  requestOf,
} from '../support/upstream-fixtures.ts';
import { createRig, outcomeOf } from './upstream-rig.ts';

test('health follows the latest attempt; a refusal does not change it', async () => {
  const { time, upstream, context } = createRig((_, attempt) =>
    jsonAnswer({}, [403, 200, 401, 500, 500, 500, 400, 404][attempt - 1]),
  );
  const ask = async () => {
    await outcomeOf(upstream.get(requestOf(), context()));
    return upstream.health(null);
  };
  expect(upstream.health(null)).toEqual({ healthy: null, lastSuccessAtMs: null });
  expect((await ask()).healthy).toBeNull();
  const lastSuccessAtMs = time.clock.now();
  expect(await ask()).toEqual({ healthy: true, lastSuccessAtMs });
  time.advance(1_000);
  expect(await ask()).toEqual({ healthy: true, lastSuccessAtMs });
  expect(await ask()).toEqual({ healthy: false, lastSuccessAtMs });
  expect((await ask()).healthy).toBe(false);
  expect(await ask()).toEqual({ healthy: true, lastSuccessAtMs: time.clock.now() });
});

test.each([
  'ftp://vendor.example',
  'https://a:b@vendor.example',
  'https://vendor.example/?a=1',
  'https://vendor.example/#a',
  'vendor',
])('an invalid base URL is refused: %s', (baseUrl) => {
  expect(() => createTestUpstream({ clock: createSimulatedTime().clock, baseUrl })).toThrow(TypeError);
});
