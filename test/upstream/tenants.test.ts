import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UpstreamError } from '../../src/base/errors.ts';
import { TransportFailure } from '../../src/upstream/transport.ts';
import type { TransportAnswer, TransportRequest } from '../../src/upstream/transport.ts';
import {
  contextOf,
  createFakeTransport,
  createSimulatedTime,
  createTestUpstream,
  credentialsOf,
  jsonAnswer,
  requestOf,
} from '../support/upstream-fixtures.ts';

/** A vendor with many tenants, in simulated time; `met` says what each is answered now: a status, or a pause in seconds. */
function createRig(limits = {}) {
  const time = createSimulatedTime();
  const met = new Map<string, number | { readonly pauseS: number } | 'down'>();
  let isDown = false;
  const answer = ({ authorization }: TransportRequest): TransportAnswer | Promise<TransportAnswer> => {
    const now = met.get(authorization ?? '') ?? 200;
    if (isDown || now === 'down') return Promise.reject(new TransportFailure('unreachable'));
    if (typeof now === 'number') return jsonAnswer([], now);
    return jsonAnswer({}, 429, { 'retry-after': String(now.pauseS) });
  };
  const transport = createFakeTransport(answer);
  const upstream = createTestUpstream({
    clock: time.clock,
    wait: time.wait,
    transport,
    limits,
    hasTenants: true,
  });
  let asked = 0;
  const ask = async (tenant: string): Promise<string> => {
    const context = contextOf({ deadlineMs: time.clock.now() + 3_000, credentials: credentialsOf(tenant) });
    try {
      await upstream.get(requestOf({ path: `/usage/${(asked += 1)}` }), context);
      return 'read';
    } catch (error) {
      return error instanceof UpstreamError ? error.code : String(error);
    }
  };
  return {
    time,
    met,
    ask,
    health: (tenant: string | null) =>
      upstream.health(tenant === null ? null : credentialsOf(tenant).scope).healthy,
    hasAnswered: (tenant: string) => upstream.hasAnswered(credentialsOf(tenant).scope),
    sent: (tenant?: string) =>
      transport.requests.filter(({ authorization }) => !tenant || authorization === tenant).length,
    set isDown(is: boolean) {
      isDown = is;
    },
  };
}

test('credentials are known once the vendor has answered them with data; a refusal or a 404 is no such answer', async () => {
  const { met, ask, hasAnswered } = createRig();
  for (const status of [401, 403, 404, 429, 500]) {
    met.set('x', status);
    await ask('x');
    expect([status, hasAnswered('x')]).toEqual([status, false]);
  }
  met.set('x', 200);
  await ask('x');
  expect([hasAnswered('x'), hasAnswered('y')]).toEqual([true, false]);
});

test('a pause binds the tenant who was asked for it, whether the vendor has answered them before or not', async () => {
  const { time, met, ask, sent } = createRig();
  for (const tenant of ['a', 'b']) await ask(tenant);
  for (const tenant of ['a', 'made up']) {
    met.set(tenant, { pauseS: 60 });
    expect(await ask(tenant)).toBe('UPSTREAM_RATE_LIMITED');
    met.delete(tenant);
    const before = sent(tenant);
    expect([await ask(tenant), sent(tenant) - before]).toEqual(['UPSTREAM_RATE_LIMITED', 0]);
    expect([await ask('b'), await ask(`new beside ${tenant}`)]).toEqual(['read', 'read']);
  }
  time.advance(60_000);
  expect(await ask('a')).toBe('read');
});

test('a pause that two answered tenants are asked for, none being answered in between, binds all while both would be', async () => {
  const { time, met, ask } = createRig();
  for (const tenant of ['a', 'b', 'c']) await ask(tenant);
  met.set('a', { pauseS: 60 }).set('b', { pauseS: 20 });
  await ask('a');
  await ask('c');
  await ask('b');
  expect([await ask('c'), await ask('new')]).toEqual(['read', 'read']);
  time.advance(60_000);
  await ask('a');
  await ask('b');
  expect([await ask('c'), await ask('new')]).toEqual(['UPSTREAM_RATE_LIMITED', 'UPSTREAM_RATE_LIMITED']);
  time.advance(20_000);
  expect([await ask('a'), await ask('c'), await ask('new')]).toEqual([
    'UPSTREAM_RATE_LIMITED',
    'read',
    'read',
  ]);
});

test('no number of tenants that were never answered pauses or opens anything for others', async () => {
  const { met, ask } = createRig();
  await ask('good');
  for (let n = 0; n < 60; n += 1) {
    met.set(`p${n}`, { pauseS: 60 }).set(`f${n}`, 'down');
    await ask(`p${n}`);
    await ask(`f${n}`);
  }
  expect([await ask('good'), await ask('new')]).toEqual(['read', 'read']);
});

test('a tenant whose calls fail is spared them: ten, then one probe in five seconds, and back with the first that is answered', async () => {
  const { time, met, ask, sent } = createRig({ maxTries: 1 });
  for (const tenant of ['ill', 'good']) await ask(tenant);
  met.set('ill', 500);
  const before = sent('ill');
  for (let second = 0; second < 60; second += 1) {
    for (let call = 0; call < 10; call += 1) {
      await ask('ill');
      expect(await ask('good')).toBe('read');
    }
    time.advance(1_000);
  }
  expect(sent('ill') - before).toBeLessThanOrEqual(11 + 60 / 5);
  met.delete('ill');
  time.advance(5_000);
  expect(await ask('ill')).toBe('read');
});

test('a vendor that fails all its tenants is left alone by all: ten faults, then one probe in five seconds', async () => {
  const rig = createRig({ maxTries: 1 });
  const { time, ask, sent, health } = rig;
  const tenants = Array.from({ length: 50 }, (_, n) => `t${n}`);
  for (const tenant of tenants) await ask(tenant);
  rig.isDown = true;
  const before = sent();
  for (let tenth = 0; tenth < 300; tenth += 1) {
    expect(await ask(tenants[tenth % 50] ?? '')).toBe('UPSTREAM_UNAVAILABLE');
    // One who was never answered neither is let through nor probes in the others' place.
    if (tenth > 10) expect(await ask('new')).toBe('UPSTREAM_UNAVAILABLE');
    time.advance(100);
  }
  expect(sent() - before).toBeLessThanOrEqual(10 + 6);
  expect(health(null)).toBe(false);
  rig.isDown = false;
  time.advance(5_000);
  expect(await ask('t40')).toBe('read');
  expect(await Promise.all(tenants.map(ask))).toEqual(tenants.map(() => 'read'));
});

test('a vendor that was down is found again also by those alone whom it has never answered', async () => {
  const rig = createRig({ maxTries: 1 });
  const { time, ask } = rig;
  for (const tenant of ['a', 'b']) await ask(tenant);
  rig.isDown = true;
  for (let call = 0; call < 10; call += 1) for (const tenant of ['a', 'b']) await ask(tenant);
  rig.isDown = false;
  expect(await ask('new')).toBe('UPSTREAM_UNAVAILABLE');
  time.advance(5_000);
  expect(await ask('new')).toBe('UPSTREAM_UNAVAILABLE');
  time.advance(1_000);
  expect(await ask('new')).toBe('read');
});

test('of two tenants whose calls alone fail, neither keeps the vendor’s probe from one whose calls do not', async () => {
  const { time, met, ask } = createRig({ maxTries: 1 });
  for (const tenant of ['ill 1', 'ill 2', 'good']) await ask(tenant);
  met.set('ill 1', 500).set('ill 2', 500);
  for (let call = 0; call < 12; call += 1) for (const tenant of ['ill 1', 'ill 2']) await ask(tenant);
  // The good one said nothing meanwhile, so that the vendor passes for down …
  expect(await ask('good')).toBe('UPSTREAM_UNAVAILABLE');
  // … and is through within five seconds, though the others ask before it each time.
  let waitedMs = 0;
  for (; waitedMs < 30_000; waitedMs += 500) {
    for (const tenant of ['ill 1', 'ill 2']) await ask(tenant);
    if ((await ask('good')) === 'read') break;
    time.advance(500);
  }
  expect(waitedMs).toBeLessThanOrEqual(5_000);
  for (const tenant of ['ill 1', 'ill 2']) await ask(tenant);
  expect(await ask('good')).toBe('read');
});

test('whatever one tenant meets, no call of another fails by it', async () => {
  const step = fc.record({
    who: fc.constantFrom('ill', 'good'),
    meets: fc.constantFrom(200, 500, 401, 'down' as const, { pauseS: 60 }),
    passMs: fc.constantFrom(0, 10, 1_000, 10_000),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120 }), fc.boolean(), async (steps, isKnown) => {
      const { time, met, ask } = createRig();
      if (isKnown) await ask('ill');
      for (const { who, meets, passMs } of steps) {
        time.advance(passMs);
        if (who === 'ill') {
          met.set('ill', meets);
          await ask('ill');
        } else expect(await ask('good')).toBe('read');
      }
    }),
    { numRuns: 100 },
  );
});

test('retries: a tenth of the calls of all and one a second, of which no tenant spends another’s tenth', async () => {
  const rig = createRig({ breakerMinimum: 20, breakerThreshold: 0.999_999, breakerOpenMs: 0 });
  const { time, met, ask, sent } = rig;
  const startMs = time.clock.now();
  for (const tenant of ['a', 'b', 'c']) await ask(tenant);
  met.set('a', 'down');
  let calls = 3;
  for (let call = 0; call < 3_000; call += 1) {
    await ask('a');
    for (const tenant of ['b', 'c']) if (call % 10 === 0) await ask(tenant);
    calls += call % 10 === 0 ? 3 : 1;
    time.advance(1);
  }
  const seconds = (time.clock.now() - startMs) / 1_000;
  expect(sent()).toBeLessThanOrEqual(1.1 * calls + seconds + 1);
  expect(sent('a')).toBeGreaterThan(3_100);
  // What `b` has earned is there when it needs it.
  met.set('b', 500);
  const before = sent('b');
  await ask('b');
  expect(sent('b') - before).toBe(3);
});

test.each([true, false])(
  'retries of many tenants together keep to one bound for the vendor, answered before: %s',
  async (areAnswered) => {
    const { time, met, ask, sent } = createRig({
      breakerMinimum: 20,
      breakerThreshold: 0.999_999,
      breakerOpenMs: 0,
    });
    const startMs = time.clock.now();
    const tenants = Array.from({ length: 30 }, (_, n) => `t${n}`);
    if (areAnswered) for (const tenant of tenants) await ask(tenant);
    for (const tenant of tenants) met.set(tenant, 500);
    const before = sent();
    for (let call = 0; call < 600; call += 1) {
      // Every fifth is answered, so that the vendor is never taken for down.
      await ask(call % 5 === 0 ? 'good' : (tenants[call % 30] ?? ''));
      time.advance(10);
    }
    const calls = 600 + before;
    const seconds = (time.clock.now() - startMs) / 1_000;
    expect(sent()).toBeLessThanOrEqual(1.1 * calls + seconds + 1);
    expect(sent() - before).toBeGreaterThan(600);
  },
);

test('tenants that were never answered can’t push out those that were', async () => {
  const { met, ask, hasAnswered } = createRig();
  await ask('good');
  met.set('pausing', { pauseS: 60 });
  await ask('pausing');
  for (let n = 0; n < 1_100; n += 1) {
    met.set(`x${n}`, 401);
    await ask(`x${n}`);
  }
  expect(hasAnswered('good')).toBe(true);
});

test('health is what a tenant’s own credentials have met, and theirs who were answered where these have met nothing', async () => {
  const { time, met, ask, health } = createRig({ maxTries: 1 });
  expect([health('a'), health(null)]).toEqual([null, null]);
  met.set('made up', 500);
  await ask('made up');
  expect([health('made up'), health('a'), health(null)]).toEqual([false, null, null]);
  await ask('a');
  expect([health('a'), health('b'), health(null)]).toEqual([true, true, true]);
  met.set('a', { pauseS: 2 });
  await ask('a');
  expect([health('a'), health('b'), health(null)]).toEqual([false, true, true]);
  time.advance(2_000);
  met.set('a', 500);
  await ask('a');
  expect([health('a'), health('b'), health(null)]).toEqual([false, false, false]);
  await ask('b');
  expect([health('a'), health('b'), health(null)]).toEqual([false, true, true]);
});
