import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Interval, Range } from '../../../../src/base/time.ts';
import type { UsageAnalytics, UsageSeries } from '../../../../src/sources/usage/analytics/analytics.ts';
import { createAnalyticsReader } from '../../../../src/sources/usage/analytics/reader.ts';
import type { AnalyticsSettings } from '../../../../src/sources/usage/analytics/reader.ts';
import { createCallBudget } from '../../../../src/upstream/call-budget.ts';
import type { TransportAnswer } from '../../../../src/upstream/transport.ts';
import type { CallContext } from '../../../../src/upstream/upstream.ts';
import {
  contextOf,
  createFakeTransport,
  createSimulatedTime,
  createTestUpstream,
  jsonAnswer,
} from '../../../support/upstream-fixtures.ts';
import { listRows, logCalls, NOW, SETTINGS } from './simulated-vendor.ts';
import type { LoggedCall, VendorOptions } from './simulated-vendor.ts';

// The series over the real upstream and its cache, on a clock that the test moves.

const DOWN: TransportAnswer = { status: 503, headers: {}, body: Buffer.alloc(0) };
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

interface Question {
  readonly range: Range;
  readonly interval: Interval;
  readonly timeZone?: string;
  readonly series?: readonly UsageSeries[];
  readonly maxAgeMs?: number | null;
}

/** `lagMs`: how long after a call the vendor counts it. */
function createService(
  log: readonly LoggedCall[],
  lagMs: (call: LoggedCall) => number = () => 0,
  { cutRows = 'clipped', ...settings }: Partial<AnalyticsSettings> & Pick<VendorOptions, 'cutRows'> = {},
) {
  const time = createSimulatedTime(NOW);
  const state: { answer: ((rows: readonly object[]) => TransportAnswer) | null } = { answer: null };
  const transport = createFakeTransport(({ target }) => {
    const { pathname, searchParams } = new URL(target, 'http://x');
    const { from = '', to = '', interval = '' } = Object.fromEntries(searchParams);
    const call = { operation: pathname, interval, fromMs: Date.parse(from), toMs: Date.parse(to) };
    const counted = log.filter((entry) => entry.atMs + lagMs(entry) <= time.clock.now());
    const rows = listRows(call, { log: counted, cutRows });
    return state.answer ? state.answer(rows) : jsonAnswer(rows);
  });
  const upstream = createTestUpstream({ clock: time.clock, wait: time.wait, transport });
  return {
    time,
    state,
    /** The calls to the vendor, as `2026-06-01T00:00:00.000Z 2026-06-15T12:34:56.789Z day`. */
    asked: () =>
      transport.requests.map(({ target }) => {
        const { from, to, interval } = Object.fromEntries(new URL(target, 'http://x').searchParams);
        return `${from} ${to} ${interval}`;
      }),
    async read({ range, interval, timeZone = 'UTC', series = ['activity'], maxAgeMs = null }: Question) {
      const nowMs = time.clock.now();
      const callBudget = createCallBudget(1_000_000);
      const context: CallContext = contextOf({ deadlineMs: nowMs + 8_000, callBudget, maxAgeMs });
      const read = createAnalyticsReader(
        { upstream, settings: { ...SETTINGS, ...settings } },
        context,
        nowMs,
      );
      const answer = await read({ range, interval, timeZone, series: new Set(series), previous: [] });
      const [calls, rows] = callBudget
        .tallies()
        .reduce(([c, r], tally) => [c + tally.calls, r + tally.rows], [0, 0]);
      return { answer, calls, rows };
    },
  };
}

const iso = (ms: number) => new Date(ms).toISOString();
const floorDay = (ms: number) => Math.floor(ms / DAY) * DAY;

describe('a 30-day dashboard', () => {
  const log = logCalls({ fromMs: NOW - 31 * DAY, toMs: NOW + 3 * DAY }, 5_000);
  const fromMs = floorDay(NOW) - 30 * DAY;
  const truth = (range: Range) => log.filter(({ atMs }) => atMs >= range.fromMs && atMs < range.toMs).length;

  test('costs one call with the row of today when it is refreshed a minute later', async () => {
    const { time, asked, read } = createService(log);
    const first = await read({ range: { fromMs, toMs: NOW }, interval: 'DAY' });
    expect([first.calls, first.rows]).toEqual([1, 31]);
    time.advance(MINUTE);
    const nowMs = NOW + MINUTE;
    const again = await read({ range: { fromMs, toMs: nowMs }, interval: 'DAY' });
    expect([again.calls, again.rows]).toEqual([1, 1]);
    expect(asked().at(-1)).toBe(`${iso(floorDay(NOW))} ${iso(nowMs)} day`);
    expect(again.answer.totals.count).toBe(truth({ fromMs, toMs: nowMs }));
    expect(again.answer.coverage).toMatchObject([
      { status: 'FILLING', toMs: nowMs, asOfMs: nowMs },
      { status: 'COMPLETE', fromMs: floorDay(NOW), asOfMs: nowMs },
      { status: 'COMPLETE', fromMs, toMs: floorDay(NOW), asOfMs: NOW },
    ]);
  });

  test('in another zone costs the hours of today', async () => {
    const { time, read } = createService(log);
    const timeZone = 'Europe/Berlin';
    const range = { fromMs: fromMs - 2 * HOUR, toMs: NOW };
    expect(await read({ range, interval: 'DAY', timeZone })).toMatchObject({ calls: 1, rows: 735 });
    time.advance(MINUTE);
    const later = await read({ range: { ...range, toMs: NOW + MINUTE }, interval: 'DAY', timeZone });
    expect(later).toMatchObject({ calls: 1, rows: 13 });
    expect(later.answer.totals.count).toBe(truth({ ...range, toMs: NOW + MINUTE }));
  });

  test('of four series costs one call for each series, the first time and every time after', async () => {
    const { time, read } = createService(log);
    const series = ['activity', 'elements', 'times', 'statuses'] as const;
    for (let minute = 0; minute < 5; minute += 1) {
      const { calls } = await read({
        range: { fromMs, toMs: NOW + minute * MINUTE },
        interval: 'DAY',
        series,
      });
      expect(calls).toBe(4);
      time.advance(MINUTE);
    }
  });

  test('that slides by the millisecond costs one call, because its first row is cut elsewhere each time', async () => {
    const { time, read } = createService(log);
    for (let minute = 0; minute < 3; minute += 1) {
      const nowMs = NOW + minute * MINUTE;
      const range = { fromMs: nowMs - 30 * DAY, toMs: nowMs };
      const { answer, calls } = await read({ range, interval: 'DAY' });
      expect([calls, answer.totals.count]).toEqual([1, truth(range)]);
      time.advance(MINUTE);
    }
  });

  test('that begins a day later the next day costs yesterday and today', async () => {
    const { time, asked, read } = createService(log);
    await read({ range: { fromMs, toMs: NOW }, interval: 'DAY' });
    time.advance(DAY - MINUTE);
    const range = { fromMs: fromMs + DAY, toMs: time.clock.now() };
    expect(await read({ range, interval: 'DAY' })).toMatchObject({ calls: 1, rows: 2 });
    expect(asked().at(-1)).toBe(`${iso(floorDay(NOW))} ${iso(range.toMs)} day`);
  });

  test('for many callers costs one call in five seconds', async () => {
    const { time, asked, read } = createService(log);
    const look = () => read({ range: { fromMs, toMs: time.clock.now() }, interval: 'DAY' });
    await Promise.all(Array.from({ length: 100 }, look));
    expect(asked()).toHaveLength(1);
    time.advance(4_999);
    const late = await look();
    expect(asked()).toHaveLength(1);
    // Coverage says that it is five seconds old, and from when on calls may be missing.
    expect(late.answer.coverage[0]).toMatchObject({
      status: 'FILLING',
      fromMs: NOW - SETTINGS.settleMs,
      toMs: NOW + 4_999,
      asOfMs: NOW,
    });
    time.advance(1);
    await look();
    expect(asked()).toHaveLength(2);
  });

  test('shows its earlier answer in an outage, and marks today as stale with its true age', async () => {
    const { time, state, read } = createService(log);
    const first = await read({ range: { fromMs, toMs: NOW }, interval: 'DAY' });
    state.answer = () => DOWN;
    time.advance(HOUR);
    const nowMs = time.clock.now();
    const { answer } = await read({ range: { fromMs, toMs: nowMs }, interval: 'DAY' });
    expect(answer.totals).toEqual(first.answer.totals);
    expect(answer.coverage).toMatchObject([
      { status: 'STALE', fromMs: floorDay(NOW), toMs: nowMs, asOfMs: NOW },
      { status: 'COMPLETE', fromMs, toMs: floorDay(NOW), asOfMs: NOW },
    ]);
    expect(answer.buckets.at(-1)?.filling).toBe(true);
  });

  test('by minute shows its last live answer in an outage of hours, and nothing twice', async () => {
    const { time, state, read } = createService(log);
    const begin = NOW - (NOW % MINUTE) - 140 * MINUTE;
    const first = await read({ range: { fromMs: begin, toMs: NOW }, interval: 'MINUTE' });
    state.answer = () => DOWN;
    for (const hours of [1, 2, 20]) {
      time.advance(NOW + hours * HOUR - time.clock.now());
      const nowMs = time.clock.now();
      const { answer } = await read({ range: { fromMs: begin, toMs: nowMs }, interval: 'MINUTE' });
      expect(answer.totals).toEqual(first.answer.totals);
      const lastHour = NOW - (NOW % HOUR);
      expect(answer.coverage).toMatchObject([
        { status: 'STALE', fromMs: lastHour, toMs: nowMs, asOfMs: NOW },
        { status: 'COMPLETE', fromMs: begin, toMs: lastHour, asOfMs: NOW },
      ]);
      const shown = first.answer.buckets.map(({ count }) => count);
      expect(answer.buckets.slice(0, shown.length).map(({ count }) => count)).toEqual(shown);
    }
  });

  test('for a caller who wants the newest data costs one call over its whole range', async () => {
    const { read } = createService(log);
    const question = { range: { fromMs, toMs: NOW }, interval: 'DAY' } as const;
    await read(question);
    expect(await read({ ...question, maxAgeMs: 0 })).toMatchObject({ calls: 1, rows: 31 });
  });
});

test('a dashboard open over midnight reports each day with the time of its first settled reading', async () => {
  const log = logCalls({ fromMs: NOW - 5 * DAY, toMs: NOW + DAY }, 2_000);
  const { time, read } = createService(log);
  const fromMs = floorDay(NOW) - 3 * DAY;
  await read({ range: { fromMs, toMs: NOW }, interval: 'HOUR' });
  time.advance(DAY - MINUTE);
  const nowMs = time.clock.now();
  const { answer } = await read({ range: { fromMs, toMs: nowMs }, interval: 'HOUR' });
  expect(answer.coverage).toMatchObject([
    { status: 'FILLING', fromMs: nowMs - SETTINGS.settleMs, toMs: nowMs, asOfMs: nowMs },
    { status: 'COMPLETE', fromMs: floorDay(NOW), asOfMs: nowMs },
    { status: 'COMPLETE', fromMs, toMs: floorDay(NOW), asOfMs: NOW },
  ]);
  expect(answer.buckets.filter(({ filling }) => filling)).toHaveLength(1);
});

test('a settled span costs no call, whichever questions have read it', async () => {
  const log = logCalls({ fromMs: NOW - 31 * DAY, toMs: NOW }, 5_000);
  const { read } = createService(log);
  const today = floorDay(NOW);
  await read({ range: { fromMs: today - 10 * DAY, toMs: today - 5 * DAY }, interval: 'DAY' });
  await read({ range: { fromMs: today - 5 * DAY, toMs: NOW }, interval: 'DAY' });
  const range = { fromMs: today - 8 * DAY, toMs: today };
  const { answer, calls } = await read({ range, interval: 'DAY' });
  expect(calls).toBe(0);
  expect(answer.buckets.map(({ count }) => count)).toEqual(
    answer.buckets.map(
      ({ startMs, endMs }) => log.filter(({ atMs }) => atMs >= startMs && atMs < endMs).length,
    ),
  );
});

describe('an answer that may differ the next time', () => {
  const log = logCalls({ fromMs: NOW - 31 * DAY, toMs: NOW }, 500);
  const today = floorDay(NOW);
  const range = { fromMs: today - 5 * DAY, toMs: today };
  const count = log.filter(({ atMs }) => atMs >= range.fromMs && atMs < range.toMs).length;

  test('is not cached if rows were skipped, but its neighbours are', async () => {
    const { state, read } = createService(log);
    await read({ range: { ...range, toMs: range.toMs - 2 * DAY }, interval: 'DAY' });
    state.answer = (rows) => jsonAnswer([...rows.slice(1), { timestamp: 'yesterday', count: 1 }]);
    const half = await read({ range, interval: 'DAY' });
    expect(half.answer.coverage).toMatchObject([{ status: 'TRUNCATED', dropped: 1 }]);
    state.answer = null;
    const mended = await read({ range, interval: 'DAY' });
    expect([mended.calls, mended.answer.totals.count]).toEqual([1, count]);
    const cachedUntil = range.toMs - 2 * DAY;
    expect(mended.answer.coverage).toMatchObject([
      { status: 'COMPLETE', origin: 'VENDOR', fromMs: cachedUntil, toMs: range.toMs },
      { status: 'COMPLETE', origin: 'CACHE', fromMs: range.fromMs, toMs: cachedUntil },
    ]);
  });

  test('is cached for seconds if it is a 404, which may mean that there were no calls', async () => {
    const { time, state, read } = createService(log);
    state.answer = () => jsonAnswer({ message: 'nothing here' }, 404);
    expect((await read({ range, interval: 'DAY' })).answer.totals.count).toBe(0);
    state.answer = null;
    time.advance(4_999);
    expect(await read({ range, interval: 'DAY' })).toMatchObject({ calls: 0 });
    time.advance(1);
    const mended = await read({ range, interval: 'DAY' });
    expect([mended.calls, mended.answer.totals.count]).toEqual([1, count]);
  });
});

test('an answer that is no list is refused, and not cached', async () => {
  const log = logCalls({ fromMs: NOW - DAY, toMs: NOW }, 500);
  const { state, read } = createService(log);
  const question = { range: { fromMs: floorDay(NOW), toMs: NOW }, interval: 'DAY' } as const;
  state.answer = () => jsonAnswer({ count: 1 });
  const failed = await read(question);
  expect(failed.answer.coverage).toMatchObject([{ status: 'FAILED', code: 'UPSTREAM' }]);
  expect(failed.answer.coverage[0]?.reason).toMatch(/^UPSTREAM_BAD_RESPONSE/);
  state.answer = null;
  expect(await read(question)).toMatchObject({ calls: 1, answer: { coverage: [{ status: 'FILLING' }, {}] } });
});

test('an earlier answer is served no longer than the settings allow', async () => {
  const log = logCalls({ fromMs: NOW - DAY, toMs: NOW }, 500);
  const { time, state, read } = createService(log, undefined, { staleIfErrorMs: 60_000 });
  const fromMs = floorDay(NOW);
  await read({ range: { fromMs, toMs: NOW }, interval: 'DAY' });
  state.answer = () => DOWN;
  time.advance(59_999);
  const late = await read({ range: { fromMs, toMs: time.clock.now() }, interval: 'DAY' });
  expect(late.answer.coverage).toMatchObject([{ status: 'STALE' }]);
  time.advance(1);
  const tooLate = await read({ range: { fromMs, toMs: time.clock.now() }, interval: 'DAY' });
  expect(tooLate.answer.coverage).toMatchObject([{ status: 'FAILED' }]);
});

test('no contradiction is reported if a vendor that counts whole rows has a row that ends after the range', async () => {
  const log = logCalls({ fromMs: NOW - DAY, toMs: NOW + DAY }, 2_000);
  const { time, read } = createService(log, undefined, { cutRows: 'whole' });
  // The edges are cut so that no few finer rows begin there.
  const range = { fromMs: NOW - 3 * HOUR, toMs: NOW - 10 * MINUTE - 1 };
  const question = { range, interval: 'DAY', series: ['activity'] } as const;
  const first = await read(question);
  time.advance(HOUR);
  const later = await read({ ...question, series: ['activity', 'statuses'] });
  expect(later.answer.totals.count).toBe(first.answer.totals.count);
  expect(later.answer.totals.statuses?.success).toBeGreaterThan(0);
  expect(later.answer.coverage.filter(({ reason }) => reason?.includes('contradicts'))).toEqual([]);
});

test('no contradiction is reported between a cached series and a new one, because the log may have changed between', async () => {
  const today = floorDay(NOW);
  const log = logCalls({ fromMs: NOW - 5 * DAY, toMs: NOW }, 2_000);
  const { time, read } = createService(log);
  const range = { fromMs: today - 4 * DAY, toMs: today };
  const contradictions = (answer: UsageAnalytics) =>
    answer.coverage.filter(({ reason }) => reason?.includes('contradicts'));
  await read({
    range: { ...range, toMs: today - 2 * DAY },
    interval: 'DAY',
    series: ['activity', 'statuses'],
  });
  await read({ range, interval: 'DAY', series: ['activity'] });
  time.advance(HOUR);
  log.splice(0, 500);
  const { answer, calls } = await read({ range, interval: 'DAY', series: ['activity', 'statuses'] });
  expect(calls).toBe(1);
  expect(contradictions(answer)).toEqual([]);
});

test('after any earlier questions, settled buckets are exact, the others only lack calls, and each series costs one call', async () => {
  const span = { fromMs: NOW - 3 * DAY, toMs: NOW + 2 * HOUR };
  const log = logCalls(span, 4_000);
  // Lags up to the vendor's, by no rule that segments could follow.
  const lagMs = ({ atMs, ms }: LoggedCall) => (atMs * 7 + ms * 31) % SETTINGS.settleMs;
  const question = fc.constantFrom<Interval>('DAY', 'HOUR', 'MINUTE', 'SECOND').chain((interval) => {
    const unit = { DAY: HOUR, HOUR, MINUTE: 2 * MINUTE, SECOND: 5 * SECOND }[interval as 'DAY'];
    return fc.record({
      interval: fc.constant(interval),
      timeZone: fc.constantFrom('UTC', ...(interval === 'DAY' ? ['Europe/Berlin'] : [])),
      backMs: fc.oneof(
        fc.integer({ min: 1, max: 60 }).map((n) => n * unit),
        fc.integer({ min: 1, max: 60 * unit }),
      ),
      isAligned: fc.boolean(),
      /** null: the range ends now. */
      lengthMs: fc.option(fc.integer({ min: 1, max: 60 * unit })),
      restMs: fc.constantFrom(0, 1, 2 * SECOND, 5 * SECOND, 40 * SECOND, 90 * SECOND, 20 * MINUTE),
      unit: fc.constant(unit),
    });
  });
  await fc.assert(
    fc.asyncProperty(fc.array(question, { minLength: 2, maxLength: 12 }), async (questions) => {
      const { time, read } = createService(log, lagMs);
      for (const { interval, timeZone, backMs, isAligned, lengthMs, restMs, unit } of questions) {
        time.advance(restMs);
        const nowMs = time.clock.now();
        if (nowMs > span.toMs) return;
        const backTo = nowMs - backMs;
        const fromMs = isAligned ? Math.floor(backTo / unit) * unit : backTo;
        const toMs = lengthMs === null ? nowMs : Math.min(nowMs, fromMs + lengthMs);
        const series = ['activity', 'statuses'] as const;
        const { answer, calls } = await read({ range: { fromMs, toMs }, interval, timeZone, series });
        expect(calls).toBeLessThanOrEqual(2);
        for (const { startMs, endMs, filling, count, statuses } of answer.buckets) {
          const [from, to] = [Math.max(startMs, fromMs), Math.min(endMs, toMs)];
          const truth = log.filter(({ atMs }) => atMs >= from && atMs < to).length;
          if (!filling)
            expect({ from, count, calls: statuses && statuses.failed + statuses.success }).toEqual({
              from,
              count: truth,
              calls: truth,
            });
          else expect(count).toBeLessThanOrEqual(truth);
        }
        for (const { status, fromMs: begin, toMs: end, asOfMs } of answer.coverage) {
          const settledMs = (asOfMs ?? 0) - SETTINGS.settleMs;
          if (status === 'COMPLETE') expect(end).toBeLessThanOrEqual(settledMs);
          // Only a bucket that had not settled when it was read is reported as filling.
          else expect(begin).toBeGreaterThanOrEqual(settledMs);
        }
        const movingMs = Math.min(
          ...answer.coverage.map(({ status, fromMs: begin }) => (status === 'FILLING' ? begin : Infinity)),
        );
        for (const { endMs, filling } of answer.buckets)
          expect(filling).toBe(Math.min(endMs, toMs) > movingMs);
      }
    }),
    { numRuns: 80 },
  );
}, 60_000);
