import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Range } from '../../../../src/base/time.ts';
import { SERIES_OPERATIONS, USAGE_SERIES } from '../../../../src/sources/usage/analytics/analytics.ts';
import type { UsageSeries } from '../../../../src/sources/usage/analytics/analytics.ts';
import { decodeSeries } from '../../../../src/sources/usage/analytics/decode.ts';
import { listSegments, divideAnswer } from '../../../../src/sources/usage/analytics/segments.ts';
import type { VendorInterval } from '../../../../src/sources/usage/analytics/vendor-rows.ts';
import { listRows, logCalls, NOW } from './simulated-vendor.ts';

const AGE = { settleMs: 90_000, staleIfErrorMs: 86_400_000 };
const DAY = 86_400_000;
const LOG = logCalls({ fromMs: NOW - 10 * DAY, toMs: NOW }, 3_000);
const CLOSE = { fromMs: NOW - 4 * 3_600_000, toMs: NOW };
const CLOSE_LOG = logCalls(CLOSE, 2_000);

const rowsOver = (
  { fromMs, toMs }: Range,
  series: UsageSeries,
  interval: VendorInterval,
  cutRows: 'clipped' | 'whole',
) =>
  listRows(
    { fromMs, toMs, interval: interval.toLowerCase(), operation: SERIES_OPERATIONS[series] },
    { log: interval === 'DAY' || interval === 'HOUR' ? LOG : CLOSE_LOG, cutRows },
  );

test.each(['clipped', 'whole'] as const)(
  'each segment of an answer equals the answer for that segment alone, if the vendor gives rows %s',
  (cutRows) => {
    const ranges = fc.constantFrom<VendorInterval>('DAY', 'HOUR', 'MINUTE', 'SECOND').chain((interval) => {
      const spanMs = { DAY: 9 * DAY, HOUR: 4 * DAY, MINUTE: 3 * 3_600_000, SECOND: 300_000 }[
        interval as 'DAY'
      ];
      return fc
        .tuple(fc.integer({ min: 1, max: spanMs }), fc.integer({ min: 1, max: spanMs }), fc.boolean())
        .filter(([a, b]) => a !== b)
        .map(([a, b, isLive]) => ({
          interval,
          range: { fromMs: NOW - Math.max(a, b), toMs: isLive ? NOW : NOW - Math.min(a, b) },
        }));
    });
    fc.assert(
      fc.property(ranges, fc.constantFrom(...USAGE_SERIES), ({ interval, range }, series) => {
        const segments = listSegments(range, interval, NOW, AGE);
        const divide = (over: Range, into: typeof segments) => {
          const body = rowsOver(over, series, interval, cutRows);
          const answer = decodeSeries(series, body, { range: over, interval });
          return divideAnswer(answer, body, into, interval);
        };
        const parts = divide(range, segments);
        expect(parts).toHaveLength(segments.length);
        for (const [index, segment] of segments.entries())
          expect(parts[index]).toEqual(divide(segment, [segment])[0]);
        // Nothing inside of the range is lost, and each segment is read the same from its own body.
        const kept = parts.flatMap(({ body }) => body as { timestamp: string }[]);
        const inside = rowsOver(range, series, interval, cutRows).filter(
          ({ timestamp }) => segments.at(-1)?.isLive || Date.parse(String(timestamp)) < range.toMs,
        );
        expect(kept).toEqual(inside);
        for (const [index, { value, body }] of parts.entries()) {
          const { fromMs, toMs } = segments[index]!;
          const call = { range: { fromMs, toMs }, interval };
          const { rows, skipped, unanswered } = decodeSeries(series, body as unknown[], call);
          expect({ rows, skipped, unanswered }).toEqual({
            rows: value.rows,
            skipped: value.skipped,
            unanswered: value.unanswered,
          });
        }
      }),
    );
  },
);

test('rows outside of all segments are left out, and an entry that is no row changes nothing', () => {
  const day = (number: number) => Date.parse('2026-06-01T00:00Z') + number * DAY;
  const range = { fromMs: day(3) + 1, toMs: day(5) };
  const row = (number: number) => ({ timestamp: new Date(day(number)).toISOString(), count: number });
  const body = [row(2), row(3), row(4), row(5), row(6), null, 'row', {}, { timestamp: 7 }];
  const segments = listSegments(range, 'DAY', NOW, AGE);
  const answer = decodeSeries('activity', body, { range, interval: 'DAY' });
  const parts = divideAnswer(answer, body, segments, 'DAY');
  expect(parts.map((part) => part.body)).toEqual([[row(3)], [row(4)]]);
  expect(parts.map(({ value }) => value.rows.map(({ count }) => count))).toEqual([[3], [4]]);
  // Skipped rows are reported once.
  expect(parts.map(({ value }) => value.skipped.length)).toEqual([4, 0]);
});

describe('a part of an answer', () => {
  const day = (number: number) => Date.parse('2026-06-01T00:00Z') + number * DAY;
  const row = (number: number, count = number) => ({ timestamp: new Date(day(number)).toISOString(), count });
  const divide = (body: readonly unknown[], from: number, to: number) => {
    const range = { fromMs: day(from), toMs: day(to) };
    const answer = decodeSeries('activity', body, { range, interval: 'DAY' });
    return divideAnswer(answer, body, listSegments(range, 'DAY', NOW, AGE), 'DAY');
  };

  test('is not cached if the vendor has left out rows of its segment; the part before it is', () => {
    const parts = divide([row(3), row(4)], 3, 7);
    const uncached = { freshMs: 0, staleIfErrorMs: 0 };
    expect(parts.map(({ cache }) => cache)).toEqual([undefined, undefined, uncached, uncached]);
    expect(parts.map(({ value }) => value.unanswered)).toEqual([
      [],
      [],
      [{ fromMs: day(5), toMs: day(6), hasZeroRows: false }],
      [{ fromMs: day(6), toMs: day(7), hasZeroRows: false }],
    ]);
    // A segment without rows has an empty body.
    expect(parts.slice(2).map(({ value, body }) => [value.rows, body])).toEqual([
      [[], []],
      [[], []],
    ]);
  });

  test('holds rows of zero for the rows that the vendor leaves out between others if there were no calls', () => {
    const parts = divide([row(3), row(5)], 3, 6);
    expect(parts.map(({ body }) => body)).toEqual([[row(3)], [row(4, 0)], [row(5)]]);
    expect(parts.every(({ value, cache }) => value.unanswered.length === 0 && cache === undefined)).toBe(
      true,
    );
    // A vendor that gives rows of zero has lost the missing row, so no row of zero replaces it.
    const lost = divide([row(3), row(5), row(6, 0)], 3, 7);
    expect(lost.map(({ body }) => body)).toEqual([[row(3)], [], [row(5)], [row(6, 0)]]);
  });
});
