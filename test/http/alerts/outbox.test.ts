import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AlertMessage } from '../../../src/http/alerts/message.ts';
import { createOutbox, MAX_AGE_MS, MAX_WAITING } from '../../../src/http/alerts/outbox.ts';
import type { DeliveryReport, SendOutcome } from '../../../src/http/alerts/outbox.ts';
import { createSimulatedTime } from '../../support/simulated-time.ts';

const MINUTE_MS = 60_000;
const TAKEN: SendOutcome = { isTaken: true, status: 204, retryAfterMs: null };
const DOWN: SendOutcome = { isTaken: false, status: null, retryAfterMs: null };

function open(receive: (message: AlertMessage, nowMs: number) => SendOutcome) {
  const time = createSimulatedTime(0);
  const attempts: { readonly id: string; readonly atMs: number }[] = [];
  const taken: string[] = [];
  const reports: DeliveryReport[] = [];
  const outbox = createOutbox({
    ...time,
    kept: [],
    onTaken() {},
    random: () => 0.5,
    onReport: (report) => reports.push(report),
    async send(message) {
      const nowMs = time.clock.now();
      attempts.push({ id: message.id, atMs: nowMs });
      const outcome = receive(message, nowMs);
      if (outcome.isTaken) taken.push(message.id);
      return outcome;
    },
  });
  const push = (id: string): void =>
    outbox.push({ id, name: 'quiet', state: 'firing', atMs: time.clock.now(), body: '{}' });
  return { time, attempts, taken, reports, outbox, push };
}

describe('the messages of an alert', () => {
  test('reach a receiver that was down for an hour once, in their order', async () => {
    const { time, taken, attempts, push } = open((_message, nowMs) =>
      nowMs < 60 * MINUTE_MS ? DOWN : TAKEN,
    );
    for (let minute = 0; minute < 60; minute += 10) {
      await time.runUntil(minute * MINUTE_MS);
      push(`m${minute}`);
    }
    await time.runUntil(66 * MINUTE_MS);
    expect(taken).toEqual(['m0', 'm10', 'm20', 'm30', 'm40', 'm50']);
    expect(attempts.length).toBeLessThan(40);
  });

  test('are tried again after growing pauses, up to five minutes', async () => {
    const { time, attempts, push } = open(() => DOWN);
    push('a');
    await time.runUntil(60 * MINUTE_MS);
    const pauses = attempts.slice(1).map(({ atMs }, index) => atMs - attempts[index]!.atMs);
    expect(pauses.toSorted((a, b) => a - b)).toEqual(pauses);
    expect([pauses[0], pauses.at(-1)]).toEqual([1_500, 225_000]);
  });

  test('wait as long as the receiver asks for', async () => {
    const { time, attempts, push } = open(() => ({
      isTaken: false,
      status: 429,
      retryAfterMs: 20 * MINUTE_MS,
    }));
    push('a');
    await time.runUntil(25 * MINUTE_MS);
    expect(attempts.map(({ atMs }) => atMs)).toEqual([0, 20 * MINUTE_MS]);
  });

  test('keep one id on every attempt', async () => {
    const { time, attempts, push } = open((_message, nowMs) => (nowMs < MINUTE_MS ? DOWN : TAKEN));
    push('a');
    await time.runUntil(5 * MINUTE_MS);
    expect(attempts.length).toBeGreaterThan(3);
    expect(new Set(attempts.map(({ id }) => id))).toEqual(new Set(['a']));
  });

  test('are bounded: the oldest that waits is dropped, and reported', async () => {
    const { time, taken, reports, push } = open((_message, nowMs) => (nowMs < 60 * MINUTE_MS ? DOWN : TAKEN));
    for (let index = 0; index < MAX_WAITING + 2; index += 1) push(String(index));
    await time.runUntil(70 * MINUTE_MS);
    expect(taken).toHaveLength(MAX_WAITING);
    expect(taken.slice(0, 2)).toEqual(['0', '3']);
    expect(reports.filter(({ outcome }) => outcome === 'dropped').map(({ id }) => id)).toEqual(['1', '2']);
  });

  test('are dropped and reported when the receiver was down for three days', async () => {
    const { time, reports, push } = open(() => DOWN);
    push('a');
    await time.runUntil(MAX_AGE_MS + 10 * MINUTE_MS);
    expect(reports.map(({ outcome }) => outcome)).toEqual(['failed', 'dropped']);
  });

  test('are not tried any more when the service stops', async () => {
    const { time, attempts, outbox, push } = open(() => DOWN);
    push('a');
    await time.runUntil(MINUTE_MS);
    await outbox.stop();
    const { length } = attempts;
    push('b');
    await time.runUntil(60 * MINUTE_MS);
    expect(attempts).toHaveLength(length);
  });

  test('reach a receiver that fails at random once, in their order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { maxLength: 30 }),
        fc.integer({ min: 1, max: 8 }),
        async (fails, count) => {
          const left = [...fails];
          const { time, taken, push } = open(() => (left.shift() ? DOWN : TAKEN));
          const ids = Array.from({ length: count }, (_, index) => `m${index}`);
          for (const id of ids) push(id);
          await time.runUntil(24 * 60 * MINUTE_MS);
          expect(taken).toEqual(ids);
        },
      ),
      { numRuns: 50 },
    );
  });
});
