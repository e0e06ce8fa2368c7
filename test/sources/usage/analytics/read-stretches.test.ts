import { expect, test } from 'vitest';
import { joinStretches } from '../../../../src/sources/usage/analytics/read-stretches.ts';

const SETTLE = 100;
const stretch = (fromMs: number, toMs: number, readAtMs: number, stale = false) => ({
  fromMs,
  toMs,
  readAtMs,
  stale,
});

test('neighbours that were read together are one', () => {
  const read = [stretch(0, 10, 500), stretch(10, 20, 500), stretch(20, 500, 500)];
  expect(joinStretches(read, SETTLE)).toEqual([stretch(0, 500, 500)]);
});

test('neighbours that had both settled by the earlier reading are one, as of that', () => {
  expect(joinStretches([stretch(0, 10, 300), stretch(10, 20, 120)], SETTLE)).toEqual([stretch(0, 20, 120)]);
  expect(joinStretches([stretch(0, 10, 120), stretch(10, 20, 300)], SETTLE)).toEqual([stretch(0, 20, 120)]);
});

test('nothing is told as of a reading from before it had settled', () => {
  const read = [stretch(0, 10, 119), stretch(10, 20, 300)];
  expect(joinStretches(read, SETTLE)).toEqual(read);
});

test('what was still moving keeps the time of its own reading', () => {
  const read = [stretch(0, 10, 300), stretch(10, 20, 119)];
  expect(joinStretches(read, SETTLE)).toEqual(read);
});

test('what stands in is not one with what was read', () => {
  const read = [stretch(0, 10, 300), stretch(10, 20, 300, true), stretch(20, 30, 300, true)];
  expect(joinStretches(read, SETTLE)).toEqual([stretch(0, 10, 300), stretch(10, 30, 300, true)]);
});
