import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  countVendorRows,
  isReadable,
  isVendorEdge,
  longestReadable,
  VENDOR_INTERVALS,
  vendorFloor,
} from '../../../../src/sources/usage/analytics/vendor-rows.ts';

const anyMoment = fc.integer({ min: -62_135_596_800_000, max: Date.parse('2100-01-01') });
const anyInterval = fc.constantFrom(...VENDOR_INTERVALS);
const floorOf = (at: string, interval: (typeof VENDOR_INTERVALS)[number]) =>
  new Date(vendorFloor(Date.parse(at), interval)).toISOString();

test('a row begins at the full unit of its moments in UTC', () => {
  const at = '2026-08-17T13:14:15.678Z';
  expect(VENDOR_INTERVALS.map((interval) => floorOf(at, interval))).toEqual([
    '2026-01-01T00:00:00.000Z',
    '2026-07-01T00:00:00.000Z',
    '2026-08-01T00:00:00.000Z',
    '2026-08-17T00:00:00.000Z',
    '2026-08-17T13:00:00.000Z',
    '2026-08-17T13:14:00.000Z',
    '2026-08-17T13:14:15.000Z',
  ]);
  expect(floorOf('0042-03-04T00:00:00.000Z', 'YEAR')).toBe('0042-01-01T00:00:00.000Z');
});

test('the start of a row is an edge at or before its moment, without an edge between', () => {
  fc.assert(
    fc.property(anyMoment, anyInterval, (ms, interval) => {
      const floor = vendorFloor(ms, interval);
      expect(floor).toBeLessThanOrEqual(ms);
      expect(isVendorEdge(floor, interval)).toBe(true);
      expect(isVendorEdge(floor - 1, interval)).toBe(false);
      expect(countVendorRows({ fromMs: floor, toMs: ms + 1 }, interval)).toBe(1);
    }),
  );
});

test('an edge of longer rows is an edge of shorter ones', () => {
  fc.assert(
    fc.property(anyMoment, anyInterval, anyInterval, (ms, a, b) => {
      const [coarse, fine] = [a, b].toSorted(
        (x, y) => VENDOR_INTERVALS.indexOf(x) - VENDOR_INTERVALS.indexOf(y),
      );
      expect(isVendorEdge(vendorFloor(ms, coarse ?? a), fine ?? b)).toBe(true);
    }),
  );
});

test('the rows of two parts add up if a range is cut at an edge', () => {
  const length = fc.integer({ min: 1, max: 100_000_000_000 });
  fc.assert(
    fc.property(anyMoment, length, length, anyInterval, (ms, before, after, interval) => {
      const edge = vendorFloor(ms, interval);
      const whole = { fromMs: edge - before, toMs: edge + after };
      const parts = [
        { ...whole, toMs: edge },
        { ...whole, fromMs: edge },
      ].map((part) => countVendorRows(part, interval));
      expect(countVendorRows(whole, interval)).toBe((parts[0] ?? 0) + (parts[1] ?? 0));
    }),
  );
});

test('the longest readable range is readable with any start', () => {
  fc.assert(
    fc.property(anyMoment, anyInterval, fc.integer({ min: 2, max: 50_000 }), (fromMs, interval, atMost) => {
      const range = { fromMs, toMs: fromMs + longestReadable(interval, atMost) };
      expect(isReadable(range, interval, atMost)).toBe(true);
    }),
  );
});

test('seconds over more than a day are not readable with any bound on rows', () => {
  expect(isReadable({ fromMs: 0, toMs: 86_400_000 }, 'SECOND', 100_000)).toBe(true);
  expect(isReadable({ fromMs: 0, toMs: 86_400_001 }, 'SECOND', 100_000)).toBe(false);
  expect(longestReadable('SECOND', 100_000)).toBe(86_400_000);
});

test('as many rows as the bound are readable, and more are not', () => {
  expect(isReadable({ fromMs: 0, toMs: 600_000 }, 'MINUTE', 10)).toBe(true);
  expect(isReadable({ fromMs: 1, toMs: 600_001 }, 'MINUTE', 10)).toBe(false);
});
