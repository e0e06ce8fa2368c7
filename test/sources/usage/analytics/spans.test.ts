import { expect, test } from 'vitest';
import { joinSpans, overlaySpans, wereReadTogether } from '../../../../src/sources/usage/analytics/spans.ts';
import type { SeriesSpan } from '../../../../src/sources/usage/analytics/spans.ts';

const SETTLE = 100;
const span = (fromMs: number, toMs: number, readAtMs: number, stale = false): SeriesSpan => ({
  fromMs,
  toMs,
  readAtMs,
  stale,
  origin: stale ? 'CACHE' : 'VENDOR',
});

test('neighbours that were read together are one', () => {
  const read = [span(0, 10, 500), span(10, 20, 500), span(20, 500, 500)];
  expect(joinSpans(read, SETTLE)).toEqual([span(0, 500, 500)]);
});

test('neighbours that had both settled before the earlier reading are one, with its time', () => {
  expect(joinSpans([span(0, 10, 300), span(10, 20, 120)], SETTLE)).toEqual([span(0, 20, 120)]);
  expect(joinSpans([span(0, 10, 120), span(10, 20, 300)], SETTLE)).toEqual([span(0, 20, 120)]);
});

test('a span never gets the time of a reading from before it had settled', () => {
  const read = [span(0, 10, 119), span(10, 20, 300)];
  expect(joinSpans(read, SETTLE)).toEqual(read);
});

test('a span that had not settled keeps the time of its own reading', () => {
  const read = [span(0, 10, 300), span(10, 20, 119)];
  expect(joinSpans(read, SETTLE)).toEqual(read);
});

test('an earlier answer is not joined with a new one', () => {
  const read = [span(0, 10, 300), span(10, 20, 300, true), span(20, 30, 300, true)];
  expect(joinSpans(read, SETTLE)).toEqual([span(0, 10, 300), span(10, 30, 300, true)]);
});

test('an answer of the vendor is not joined with one from a cache', () => {
  const cached = { ...span(10, 20, 300), origin: 'CACHE' as const };
  const read = [span(0, 10, 300), cached, span(20, 30, 300)];
  expect(joinSpans(read, SETTLE)).toEqual(read);
  expect(joinSpans([cached, { ...cached, fromMs: 20, toMs: 30 }], SETTLE)).toEqual([{ ...cached, toMs: 30 }]);
});

test('a part that was read again has its new time, and the parts around it keep theirs', () => {
  const read = [span(0, 50, 500), span(50, 100, 600)];
  expect(overlaySpans(read, { fromMs: 40, toMs: 60 }, [span(40, 60, 900)])).toEqual([
    span(0, 40, 500),
    span(40, 60, 900),
    span(60, 100, 600),
  ]);
  expect(overlaySpans(read, { fromMs: 0, toMs: 50 }, [span(0, 20, 900), span(20, 50, 950)])).toEqual([
    span(0, 20, 900),
    span(20, 50, 950),
    span(50, 100, 600),
  ]);
});

test('series were read together over a range if their spans there were read within five seconds', () => {
  const calls = [span(0, 10, 0), span(10, 20, 60_000), span(20, 30, 0)];
  const times = [span(0, 10, 5_000), span(10, 30, 65_001)];
  expect(wereReadTogether({ fromMs: 0, toMs: 10 }, calls, times)).toBe(true);
  expect(wereReadTogether({ fromMs: 5, toMs: 15 }, calls, times)).toBe(false);
  expect(wereReadTogether({ fromMs: 10, toMs: 20 }, calls, times)).toBe(false);
  expect(wereReadTogether({ fromMs: 10, toMs: 20 }, calls, calls)).toBe(true);
});
