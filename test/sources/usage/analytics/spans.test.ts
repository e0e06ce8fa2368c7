import { expect, test } from 'vitest';
import { joinSpans } from '../../../../src/sources/usage/analytics/spans.ts';

const SETTLE = 100;
const span = (fromMs: number, toMs: number, readAtMs: number, stale = false) => ({
  fromMs,
  toMs,
  readAtMs,
  stale,
});

test('neighbours that were read together are one', () => {
  const read = [span(0, 10, 500), span(10, 20, 500), span(20, 500, 500)];
  expect(joinSpans(read, SETTLE)).toEqual([span(0, 500, 500)]);
});

test('neighbours that had both settled by the earlier reading are one, as of that', () => {
  expect(joinSpans([span(0, 10, 300), span(10, 20, 120)], SETTLE)).toEqual([span(0, 20, 120)]);
  expect(joinSpans([span(0, 10, 120), span(10, 20, 300)], SETTLE)).toEqual([span(0, 20, 120)]);
});

test('nothing is told as of a reading from before it had settled', () => {
  const read = [span(0, 10, 119), span(10, 20, 300)];
  expect(joinSpans(read, SETTLE)).toEqual(read);
});

test('what was still moving keeps the time of its own reading', () => {
  const read = [span(0, 10, 300), span(10, 20, 119)];
  expect(joinSpans(read, SETTLE)).toEqual(read);
});

test('what stands in is not one with what was read', () => {
  const read = [span(0, 10, 300), span(10, 20, 300, true), span(20, 30, 300, true)];
  expect(joinSpans(read, SETTLE)).toEqual([span(0, 10, 300), span(10, 30, 300, true)]);
});
