import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { INTERVALS } from '../../../src/base/time.ts';
import type { Interval } from '../../../src/base/time.ts';
import { listBucketEdges } from '../../../src/sources/shared/buckets.ts';

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/St_Johns',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'America/Havana',
  'America/Sao_Paulo',
];

function edgesOf(from: string, to: string, interval: Interval, zone: string): string[] {
  const range = { fromMs: Date.parse(from), toMs: Date.parse(to) };
  const edges = listBucketEdges(range, interval, zone, 10_000) ?? [];
  return edges.map((edge) => new Date(edge).toISOString().replace(/:00\.000Z$/, ''));
}

function hoursOf(from: string, to: string, zone: string): number[] {
  const range = { fromMs: Date.parse(from), toMs: Date.parse(to) };
  const edges = listBucketEdges(range, 'DAY', zone, 100) ?? [];
  return edges.slice(1).map((edge, index) => (edge - (edges[index] ?? 0)) / 3_600_000);
}

describe('bucket edges', () => {
  test('a day has 23 hours when the clock goes forward and 25 when it goes back', () => {
    expect(hoursOf('2025-03-28T23:00Z', '2025-03-31T22:00Z', 'Europe/Berlin')).toEqual([24, 23, 24]);
    expect(hoursOf('2025-10-24T22:00Z', '2025-10-27T23:00Z', 'Europe/Berlin')).toEqual([24, 25, 24]);
  });

  test('a day of Lord Howe gains or loses half an hour', () => {
    expect(hoursOf('2025-04-04T13:00Z', '2025-04-06T13:30Z', 'Australia/Lord_Howe')).toEqual([24, 24.5]);
    expect(hoursOf('2025-10-03T13:30Z', '2025-10-05T13:00Z', 'Australia/Lord_Howe')).toEqual([24, 23.5]);
  });

  test('the day that Apia left out has no bucket', () => {
    expect(edgesOf('2011-12-29T10:00Z', '2011-12-31T10:00Z', 'DAY', 'Pacific/Apia')).toEqual([
      '2011-12-29T10:00',
      '2011-12-30T10:00',
      '2011-12-31T10:00',
    ]);
  });

  test('a day with two midnights begins with the first', () => {
    // Havana went back from 01:00 to 00:00, St John's from 00:01 to 23:01 of the day before.
    expect(hoursOf('2024-11-02T04:00Z', '2024-11-05T05:00Z', 'America/Havana')).toEqual([24, 25, 24]);
    expect(edgesOf('2005-10-30T02:40Z', '2005-10-30T12:00Z', 'DAY', 'America/St_Johns')).toEqual([
      '2005-10-30T02:30',
      '2005-10-31T03:30',
    ]);
  });

  test('weeks begin on Monday, quarters in January, April, July and October', () => {
    expect(edgesOf('2025-12-31T10:00Z', '2026-01-05T00:00Z', 'WEEK', 'UTC')).toEqual([
      '2025-12-29T00:00',
      '2026-01-05T00:00',
    ]);
    expect(edgesOf('2025-02-03T10:00Z', '2025-07-05T00:00Z', 'QUARTER', 'UTC')).toEqual([
      '2025-01-01T00:00',
      '2025-04-01T00:00',
      '2025-07-01T00:00',
      '2025-10-01T00:00',
    ]);
  });

  test('an hour that comes twice is two buckets, and no bucket crosses a change of the clock', () => {
    expect(edgesOf('2025-10-26T00:10Z', '2025-10-26T02:00Z', 'HOUR', 'Europe/Berlin')).toEqual([
      '2025-10-26T00:00',
      '2025-10-26T01:00',
      '2025-10-26T02:00',
    ]);
    expect(edgesOf('2025-04-05T14:00Z', '2025-04-05T16:00Z', 'HOUR', 'Australia/Lord_Howe')).toEqual([
      '2025-04-05T14:00',
      '2025-04-05T15:00',
      '2025-04-05T15:30',
      '2025-04-05T16:30',
    ]);
    // A range that begins in the half hour after the change.
    expect(edgesOf('2025-04-05T15:10Z', '2025-04-05T15:20Z', 'HOUR', 'Australia/Lord_Howe')).toEqual([
      '2025-04-05T15:00',
      '2025-04-05T15:30',
    ]);
  });

  test('a range that begins with a change of the clock begins with its own bucket', () => {
    expect(edgesOf('2025-04-05T15:00Z', '2025-04-05T16:00Z', 'HOUR', 'Australia/Lord_Howe')).toEqual([
      '2025-04-05T15:00',
      '2025-04-05T15:30',
      '2025-04-05T16:30',
    ]);
  });

  test('hours follow each change of the clock in a range', () => {
    // Lord Howe is ahead of UTC by 11 hours, in winter by 10:30.
    const edges = edgesOf('2025-04-01T00:00Z', '2025-10-10T00:00Z', 'HOUR', 'Australia/Lord_Howe');
    expect(edges.slice(0, 2)).toEqual(['2025-04-01T00:00', '2025-04-01T01:00']);
    expect(edges).toContain('2025-07-01T00:30');
    expect(edges.slice(-2)).toEqual(['2025-10-09T23:00', '2025-10-10T00:00']);
  });

  test('as many buckets as allowed are listed, and more are not', () => {
    const range = { fromMs: 0, toMs: 10_000 };
    expect(listBucketEdges(range, 'SECOND', 'UTC', 9)).toBeNull();
    expect(listBucketEdges(range, 'SECOND', 'UTC', 10)).toHaveLength(11);
    expect(listBucketEdges({ fromMs: -6e13, toMs: 1e12 }, 'SECOND', 'UTC', 2_000)).toBeNull();
  });

  const anyRange = fc
    .tuple(
      fc.integer({ min: Date.parse('1990-01-01'), max: Date.parse('2026-01-01') }),
      fc.integer({ min: 1, max: 3_000_000_000 }),
    )
    .map(([fromMs, length]) => ({ fromMs, toMs: fromMs + length }));

  test('edges ascend, hold the whole range, and go no further than its first and last bucket', () => {
    fc.assert(
      fc.property(
        anyRange,
        fc.constantFrom('YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR'),
        fc.constantFrom(...ZONES),
        (range, interval, zone) => {
          const edges = listBucketEdges(range, interval, zone, 2_000) ?? [];
          expect(edges.every((edge, index) => index === 0 || edge > (edges[index - 1] ?? Infinity))).toBe(
            true,
          );
          expect(edges[0]).toBeLessThanOrEqual(range.fromMs);
          expect(edges[1]).toBeGreaterThan(range.fromMs);
          expect(edges.at(-1)).toBeGreaterThanOrEqual(range.toMs);
          expect(edges.at(-2)).toBeLessThan(range.toMs);
        },
      ),
    );
  });

  test('a bucket is the same in every range', () => {
    fc.assert(
      fc.property(
        anyRange,
        fc.constantFrom('YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR'),
        fc.constantFrom(...ZONES),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (range, interval, zone, part) => {
          const edges = listBucketEdges(range, interval, zone, 2_000) ?? [];
          const inside = {
            ...range,
            fromMs: range.fromMs + Math.floor(part * (range.toMs - range.fromMs - 1)),
          };
          const fewer = listBucketEdges(inside, interval, zone, 2_000) ?? [];
          expect(edges.slice(-fewer.length)).toEqual(fewer);
        },
      ),
    );
  });

  test('the edges of a longer interval are edges of a shorter one', () => {
    const nested = [
      ['YEAR', 'QUARTER'],
      ['QUARTER', 'MONTH'],
      ['MONTH', 'DAY'],
      ['WEEK', 'DAY'],
      ['DAY', 'HOUR'],
    ] as const;
    fc.assert(
      fc.property(
        anyRange,
        fc.constantFrom(...nested),
        fc.constantFrom(...ZONES),
        (range, [coarse, fine], zone) => {
          const fineEdges = new Set(listBucketEdges(range, fine, zone, 2_000));
          const inside = (listBucketEdges(range, coarse, zone, 2_000) ?? []).slice(1, -1);
          expect(inside.filter((edge) => !fineEdges.has(edge))).toEqual([]);
        },
      ),
    );
  });
});

test('in UTC the edges are those of a zone with the same clock, whose calendar is asked', () => {
  const instant = fc.integer({ min: Date.parse('0002-01-01T00:00Z'), max: Date.parse('9998-01-01T00:00Z') });
  const hours = fc.integer({ min: 1, max: 4_000 });
  fc.assert(
    fc.property(instant, hours, fc.constantFrom(...INTERVALS), (fromMs, length, interval) => {
      const range = { fromMs, toMs: fromMs + length * 3_600_000 };
      expect(listBucketEdges(range, interval, 'UTC', 3_000)).toEqual(
        listBucketEdges(range, interval, 'Etc/UTC', 3_000),
      );
    }),
  );
});
