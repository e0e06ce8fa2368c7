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
