import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { USAGE_SERIES } from '../../../../src/sources/usage/analytics/analytics.ts';
import {
  listSegments,
  cutToAnswers,
  halve,
  seriesCachePolicy,
} from '../../../../src/sources/usage/analytics/segments.ts';
import {
  countVendorRows,
  isVendorEdge,
  VENDOR_INTERVALS,
} from '../../../../src/sources/usage/analytics/vendor-rows.ts';
import type { VendorInterval } from '../../../../src/sources/usage/analytics/vendor-rows.ts';

const SETTLE = 90_000;
const AGE = { settleMs: SETTLE, staleIfErrorMs: 86_400_000 };
const NOW = Date.parse('2026-06-15T12:34:56.789Z');
const DAY = 86_400_000;

/** Ranges of some rows of their interval, cut anywhere or at the edge of a row. */
const asked = fc.constantFrom(...VENDOR_INTERVALS).chain((interval) => {
  const unit = { SECOND: 1_000, MINUTE: 60_000, HOUR: 3_600_000, DAY }[interval as 'DAY'] ?? 30 * DAY;
  const moment = fc.oneof(
    fc.integer({ min: NOW - 200 * unit, max: NOW }),
    fc.integer({ min: 1, max: 200 }).map((rows) => Math.floor(NOW / unit - rows) * unit),
    fc.constant(NOW),
  );
  return fc
    .tuple(moment, moment)
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => ({ interval, range: { fromMs: Math.min(a, b), toMs: Math.max(a, b) } }));
});

const textOf = (interval: VendorInterval, from: string, to: string, now = NOW) =>
  listSegments({ fromMs: Date.parse(from), toMs: Date.parse(to) }, interval, now, AGE).map(
    ({ fromMs, toMs, isLive, cache }) =>
      `${new Date(fromMs).toISOString()} ${new Date(toMs).toISOString()} ${cache.freshMs}${isLive ? ' live' : ''}`,
  );

test('a settled span is cached for a day, another one for seconds', () => {
  const closed = seriesCachePolicy({ fromMs: 0, toMs: NOW - SETTLE }, NOW, AGE);
  const live = seriesCachePolicy({ fromMs: 0, toMs: NOW - SETTLE + 1 }, NOW, AGE);
  expect(closed).toEqual({ freshMs: 86_400_000, staleIfErrorMs: 86_400_000 });
  expect(live).toEqual({ freshMs: 5_000, staleIfErrorMs: 86_400_000 });
});

describe('the segments of a range', () => {
  test('are days for rows of days, and all but the current one are cached for a day', () => {
    expect(textOf('DAY', '2026-06-12T06:00Z', new Date(NOW).toISOString())).toEqual([
      '2026-06-12T06:00:00.000Z 2026-06-13T00:00:00.000Z 86400000',
      '2026-06-13T00:00:00.000Z 2026-06-14T00:00:00.000Z 86400000',
      '2026-06-14T00:00:00.000Z 2026-06-15T00:00:00.000Z 86400000',
      '2026-06-15T00:00:00.000Z 2026-06-15T12:34:56.789Z 5000 live',
    ]);
  });

  test('that has ended but not settled are cached for seconds if they have not settled', () => {
    expect(textOf('MINUTE', '2026-06-15T11:50Z', '2026-06-15T12:34Z')).toEqual([
      '2026-06-15T11:50:00.000Z 2026-06-15T12:00:00.000Z 86400000',
      '2026-06-15T12:00:00.000Z 2026-06-15T12:34:00.000Z 5000',
    ]);
  });

  test('that ends now are one for all that has not settled, and a new one begins when that has', () => {
    const midnight = Date.parse('2026-06-15T00:00Z');
    const at = (now: number) =>
      textOf('HOUR', '2026-06-14T00:00Z', new Date(now).toISOString(), now).map((line) => line.slice(0, 49));
    expect(at(midnight + SETTLE - 1)).toEqual(['2026-06-14T00:00:00.000Z 2026-06-15T00:01:29.999Z']);
    expect(at(midnight + SETTLE)).toEqual([
      '2026-06-14T00:00:00.000Z 2026-06-15T00:00:00.000Z',
      '2026-06-15T00:00:00.000Z 2026-06-15T00:01:30.000Z',
    ]);
  });

  test('make up the range; each begins with a row, and only the last may be live', () => {
    fc.assert(
      fc.property(asked, ({ interval, range }) => {
        const segments = listSegments(range, interval, NOW, AGE);
        expect(segments[0]?.fromMs).toBe(range.fromMs);
        expect(segments.at(-1)?.toMs).toBe(range.toMs);
        for (const [index, segment] of segments.entries()) {
          const before = segments[index - 1];
          expect(segment.toMs).toBeGreaterThan(segment.fromMs);
          if (before) expect([before.toMs, before.isLive]).toEqual([segment.fromMs, false]);
          if (before) expect(isVendorEdge(segment.fromMs, interval)).toBe(true);
          expect(segment.cache.freshMs).toBe(segment.toMs <= NOW - SETTLE ? DAY : 5_000);
        }
        expect(segments.at(-1)?.isLive).toBe(range.toMs === NOW);
        // All of a live range has settled but its newest segment.
        if (range.toMs === NOW)
          expect(segments.slice(0, -1).every(({ toMs }) => toMs <= NOW - SETTLE)).toBe(true);
      }),
    );
  });

  test('that has ended are the same at any later time', () => {
    fc.assert(
      fc.property(asked, fc.integer({ min: 1, max: 400 * DAY }), ({ interval, range }, laterMs) => {
        const edges = (now: number) =>
          listSegments(range, interval, now, AGE).map(({ fromMs, toMs }) => [fromMs, toMs]);
        expect(edges(range.toMs + 1)).toEqual(edges(range.toMs + 1 + laterMs));
      }),
    );
  });

  test('that ends now are long after the long span has settled', () => {
    const june = Date.parse('2026-06-01T00:00Z');
    const at = (now: number) => textOf('DAY', '2026-05-01T00:00Z', new Date(now).toISOString(), now).length;
    // 31 days and a part of the next; a month and a part of the next.
    expect([at(june + SETTLE - 1), at(june + SETTLE)]).toEqual([31, 2]);
  });

  test('are one if the range is one long segment', () => {
    expect(textOf('DAY', '2026-02-01T00:00Z', '2026-03-01T00:00Z')).toHaveLength(1);
    expect(textOf('MINUTE', '2026-02-01T00:00Z', '2026-02-02T00:00Z')).toHaveLength(1);
    expect(textOf('MONTH', '2025-01-01T00:00Z', '2026-01-01T00:00Z')).toHaveLength(1);
  });

  test('end with the range, even if the range ends just before a unit does', () => {
    expect(textOf('DAY', '2026-06-12T00:00Z', '2026-06-12T23:59:59.999Z')).toEqual([
      '2026-06-12T00:00:00.000Z 2026-06-12T23:59:59.999Z 86400000',
    ]);
  });

  test('are long if the range holds them whole, so they are never many', () => {
    expect(textOf('HOUR', '2026-03-30T22:00Z', '2026-06-02T00:00Z')).toEqual([
      '2026-03-30T22:00:00.000Z 2026-03-31T00:00:00.000Z 86400000',
      '2026-03-31T00:00:00.000Z 2026-04-01T00:00:00.000Z 86400000',
      '2026-04-01T00:00:00.000Z 2026-05-01T00:00:00.000Z 86400000',
      '2026-05-01T00:00:00.000Z 2026-06-01T00:00:00.000Z 86400000',
      '2026-06-01T00:00:00.000Z 2026-06-02T00:00:00.000Z 86400000',
    ]);
    // The most rows of one call, or the most days of an answer.
    const unit = { SECOND: 1_000, MINUTE: 60_000, HOUR: 3_600_000 };
    fc.assert(
      fc.property(asked, ({ interval, range: { toMs } }) => {
        const fromMs = toMs - (interval in unit ? 20_000 * unit[interval as 'HOUR'] : 2_000 * DAY);
        expect(listSegments({ fromMs, toMs }, interval, NOW, AGE).length).toBeLessThanOrEqual(130);
      }),
    );
  });
});

test('a call is cut between rows into as few calls as the rows of one answer allow', () => {
  const moment = fc.integer({ min: NOW - 400 * DAY, max: NOW });
  fc.assert(
    fc.property(
      fc.tuple(moment, moment).filter(([a, b]) => a !== b),
      fc.constantFrom<VendorInterval>('DAY', 'HOUR', 'MINUTE'),
      fc.constantFrom(...USAGE_SERIES),
      ([a, b], interval, series) => {
        const range = { fromMs: Math.min(a, b), toMs: Math.max(a, b) };
        const answers = cutToAnswers(series, { range, interval });
        for (const calls of [halve({ range, interval }), answers]) {
          const begins = calls.map((call) => call.range.fromMs);
          expect([...begins, range.toMs]).toEqual([range.fromMs, ...calls.map((call) => call.range.toMs)]);
          expect(begins.slice(1).every((at) => isVendorEdge(at, interval))).toBe(true);
        }
        const most = series === 'elements' ? 15_000 : 50_000;
        const rows = answers.map((call) => countVendorRows(call.range, interval));
        expect(Math.max(...rows)).toBeLessThanOrEqual(most);
        // The cuts are at days, so all calls but the last are at most one day shorter than allowed.
        expect(Math.min(...rows.slice(0, -1), Infinity)).toBeGreaterThanOrEqual(most - 2 * 1_440);
      },
    ),
  );
});

test('a call of one row is not halved', () => {
  const dayOf = (fromMs: number, toMs: number) => ({ range: { fromMs, toMs }, interval: 'DAY' as const });
  const day = NOW - (NOW % DAY);
  for (const call of [dayOf(day, day + DAY), dayOf(day + 1, day + 2)]) expect(halve(call)).toEqual([call]);
  expect(halve(dayOf(day, day + DAY + 1))).toEqual([dayOf(day, day + DAY), dayOf(day + DAY, day + DAY + 1)]);
});

test('a call of as many rows as one answer holds stays one, and one row more makes it two', () => {
  const fromMs = Date.parse('2026-01-01T00:00Z');
  for (const [series, most] of [
    ['activity', 50_000],
    ['elements', 15_000],
  ] as const) {
    const answers = (rows: number) =>
      cutToAnswers(series, { range: { fromMs, toMs: fromMs + rows * 60_000 }, interval: 'MINUTE' }).length;
    expect([answers(most), answers(most + 1)]).toEqual([1, 2]);
  }
});
