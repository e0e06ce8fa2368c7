import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBreaker } from '../../src/upstream/breaker.ts';
import type { Verdict } from '../../src/upstream/breaker.ts';
import { createSimulatedTime } from '../support/upstream-fixtures.ts';

const options = { breakerOpenMs: 5_000, breakerWindow: 20, breakerThreshold: 0.5, breakerMinimum: 10 };

function createOpenBreaker() {
  const time = createSimulatedTime();
  const breaker = createBreaker(time.clock, options);
  for (let attempt = 0; attempt < 10; attempt += 1) breaker.permit()?.('fault');
  expect(breaker.isOpen()).toBe(true);
  return { time, breaker };
}

test('it opens if more than half of the latest attempts failed, but not before the tenth attempt', () => {
  const breaker = createBreaker(createSimulatedTime().clock, options);
  for (let attempt = 0; attempt < 9; attempt += 1) breaker.permit()?.('fault');
  expect(breaker.isOpen()).toBe(false);
  breaker.permit()?.('fault');
  expect(breaker.isOpen()).toBe(true);
  expect(breaker.permit()).toBeNull();
});

test('it stays closed while half of the attempts fail; attempts without an answer do not count', () => {
  const breaker = createBreaker(createSimulatedTime().clock, options);
  for (let attempt = 0; attempt < 100; attempt += 1) {
    breaker.permit()?.('fine');
    breaker.permit()?.('fault');
    breaker.permit()?.('unknown');
    breaker.permit()?.('unsent');
  }
  expect(breaker.isOpen()).toBe(false);
});

test('only the latest twenty attempts count', () => {
  const breaker = createBreaker(createSimulatedTime().clock, options);
  for (let attempt = 0; attempt < 100; attempt += 1) breaker.permit()?.('fine');
  for (let attempt = 0; attempt < 10; attempt += 1) breaker.permit()?.('fault');
  expect(breaker.isOpen()).toBe(false);
  breaker.permit()?.('fault');
  expect(breaker.isOpen()).toBe(true);
});

test('a breaker that a probe has closed starts its counts again', () => {
  const { time, breaker } = createOpenBreaker();
  time.advance(5_000);
  breaker.permit()?.('fine');
  for (let attempt = 0; attempt < 9; attempt += 1) breaker.permit()?.('fault');
  expect(breaker.isOpen()).toBe(false);
  breaker.permit()?.('fault');
  expect(breaker.isOpen()).toBe(true);
});

test('after five seconds it permits one probe, and closes when the vendor answers it', () => {
  const { time, breaker } = createOpenBreaker();
  time.advance(4_999);
  expect(breaker.permit()).toBeNull();
  time.advance(1);
  const probe = breaker.permit();
  expect(probe).not.toBeNull();
  expect(breaker.permit()).toBeNull();
  probe?.('fine');
  expect(breaker.isOpen()).toBe(false);
  expect(breaker.permit()).not.toBeNull();
});

test.each<Verdict>(['fault', 'unknown'])(
  'a probe that ends in %s keeps it open for five more seconds',
  (verdict) => {
    const { time, breaker } = createOpenBreaker();
    time.advance(5_000);
    breaker.permit()?.(verdict);
    expect(breaker.isOpen()).toBe(true);
    time.advance(4_999);
    expect(breaker.permit()).toBeNull();
    time.advance(1);
    expect(breaker.permit()).not.toBeNull();
  },
);

test('if a probe was not sent, the next caller may probe at once', () => {
  const { time, breaker } = createOpenBreaker();
  time.advance(5_000);
  expect(breaker.isRefusing()).toBe(false);
  const probe = breaker.permit();
  expect(breaker.isRefusing()).toBe(true);
  probe?.('unsent');
  expect(breaker.isOpen()).toBe(true);
  expect(breaker.isRefusing()).toBe(false);
  expect(breaker.permit()).not.toBeNull();
});

test('asking whether it refuses does not take the probe', () => {
  const { time, breaker } = createOpenBreaker();
  expect(breaker.isRefusing()).toBe(true);
  time.advance(5_000);
  for (let look = 0; look < 3; look += 1) expect(breaker.isRefusing()).toBe(false);
  expect(breaker.permit()).not.toBeNull();
});

test('a probe that hangs does not delay the next one', () => {
  const { time, breaker } = createOpenBreaker();
  time.advance(5_000);
  const probe = breaker.permit();
  time.advance(3_000);
  probe?.('fault');
  time.advance(1_999);
  expect(breaker.permit()).toBeNull();
  time.advance(1);
  expect(breaker.permit()).not.toBeNull();
});

test('an attempt that began before it opened does not close it', () => {
  const time = createSimulatedTime();
  const breaker = createBreaker(time.clock, options);
  const late = breaker.permit();
  for (let attempt = 0; attempt < 10; attempt += 1) breaker.permit()?.('fault');
  late?.('fine');
  expect(breaker.isOpen()).toBe(true);
});

test('while a vendor is down, there is at most one probe in any five seconds', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 50, maxLength: 200 }), (gaps) => {
      const { time, breaker } = createOpenBreaker();
      const probes: number[] = [];
      for (const gap of gaps) {
        time.advance(gap);
        const report = breaker.permit();
        if (!report) continue;
        probes.push(time.clock.now());
        time.advance(gap % 3_000);
        report('fault');
      }
      for (const [index, atMs] of probes.entries()) {
        if (index > 0) expect(atMs - (probes[index - 1] ?? 0)).toBeGreaterThanOrEqual(5_000);
      }
    }),
  );
});
