import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { previousRange } from '../../../src/sources/shared/buckets.ts';

function before(from: string, to: string, offset: string | null = null, zone = 'UTC'): string[] {
  const range = previousRange({ fromMs: Date.parse(from), toMs: Date.parse(to) }, offset, zone);
  return [range.fromMs, range.toMs].map((ms) => new Date(ms).toISOString().slice(0, 16));
}

describe('without an offset', () => {
  test('as many months come before whole months', () => {
    expect(before('2026-03-01T00:00Z', '2026-04-01T00:00Z')).toEqual([
      '2026-02-01T00:00',
      '2026-03-01T00:00',
    ]);
    expect(before('2026-01-01T00:00Z', '2026-07-01T00:00Z')).toEqual([
      '2025-07-01T00:00',
      '2026-01-01T00:00',
    ]);
    expect(before('2024-01-01T00:00Z', '2025-01-01T00:00Z')).toEqual([
      '2023-01-01T00:00',
      '2024-01-01T00:00',
    ]);
  });

  test('as many days come before whole days, even if they are a month and some days', () => {
    expect(before('2026-02-10T00:00Z', '2026-03-12T00:00Z')).toEqual([
      '2026-01-11T00:00',
      '2026-02-10T00:00',
    ]);
    expect(before('2026-03-15T00:00Z', '2026-04-15T00:00Z')).toEqual([
      '2026-02-12T00:00',
      '2026-03-15T00:00',
    ]);
  });

  test('as many days come before a range if only one of its ends is the first of a month', () => {
    expect(before('2026-03-01T00:00Z', '2026-04-15T00:00Z')).toEqual([
      '2026-01-15T00:00',
      '2026-03-01T00:00',
    ]);
    expect(before('2026-02-10T00:00Z', '2026-04-01T00:00Z')).toEqual([
      '2025-12-22T00:00',
      '2026-02-10T00:00',
    ]);
  });

  test('as many hours come before a range if only one of its ends is a midnight', () => {
    expect(before('2026-03-01T00:00Z', '2026-03-02T12:00Z')).toEqual([
      '2026-02-27T12:00',
      '2026-03-01T00:00',
    ]);
    expect(before('2026-03-01T12:00Z', '2026-03-03T00:00Z')).toEqual([
      '2026-02-28T00:00',
      '2026-03-01T12:00',
    ]);
  });

  test('days of the zone are whole days with any number of hours', () => {
    expect(before('2025-03-29T23:00Z', '2025-03-30T22:00Z', null, 'Europe/Berlin')).toEqual([
      '2025-03-28T23:00',
      '2025-03-29T23:00',
    ]);
    expect(before('2025-10-26T23:00Z', '2025-11-02T23:00Z', null, 'Europe/Berlin')).toEqual([
      '2025-10-19T22:00',
      '2025-10-26T23:00',
    ]);
  });

  test('a range of exactly the same length comes before any other range', () => {
    const length = fc.integer({ min: 1, max: 1e10 });
    fc.assert(
      fc.property(
        length,
        length,
        fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata'),
        (from, ms, zone) => {
          // A few milliseconds after a full minute no day begins.
          const range = { fromMs: 1.7e12 + from * 60 + 7, toMs: 1.7e12 + from * 60 + 7 + ms };
          expect(previousRange(range, null, zone)).toEqual({ fromMs: range.fromMs - ms, toMs: range.fromMs });
        },
      ),
    );
  });
});

describe('with an offset', () => {
  test('both edges go back by the calendar of the zone', () => {
    expect(before('2026-03-01T00:00Z', '2026-04-01T00:00Z', 'P1M')).toEqual([
      '2026-02-01T00:00',
      '2026-03-01T00:00',
    ]);
    expect(before('2026-03-01T00:00Z', '2026-04-01T00:00Z', 'P1Y')).toEqual([
      '2025-03-01T00:00',
      '2025-04-01T00:00',
    ]);
    expect(before('2025-03-30T22:00Z', '2025-03-31T22:00Z', 'P7D', 'Europe/Berlin')).toEqual([
      '2025-03-23T23:00',
      '2025-03-24T23:00',
    ]);
    expect(before('2025-03-30T22:00Z', '2025-03-31T22:00Z', 'PT168H', 'Europe/Berlin')).toEqual([
      '2025-03-23T22:00',
      '2025-03-24T22:00',
    ]);
  });

  test('a period keeps its length if the earlier month lacks its day', () => {
    expect(before('2026-03-30T00:00Z', '2026-03-31T00:00Z', 'P1M')).toEqual([
      '2026-02-28T00:00',
      '2026-03-01T00:00',
    ]);
  });

  test.each([
    ['P0D', "'previous.offset' must be longer than zero."],
    ['-P1D', "'previous.offset' must be longer than zero."],
    ['yesterday', "'previous.offset' must be an ISO 8601 duration, such as P1M."],
    ['P1000000Y', "'previous.offset' reaches too far back; use a shorter duration."],
  ])('%s is refused, and the message names the argument and the way out', (offset, message) => {
    expect(() => before('2026-03-01T00:00Z', '2026-04-01T00:00Z', offset)).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', message, details: { argument: 'previous.offset' } }),
    );
  });
});
