import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  chooseInterval,
  intervalsFor,
  PRESETS,
  previousSpan,
  readLength,
  readLocal,
  resolveSpan,
  subtract,
  toRange,
  writeLocal,
} from '../../../src/console/time/span.ts';

const NOW = Date.parse('2026-03-04T12:00:00Z');
const HOUR = 3_600_000;

const spans = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 41 }), fc.integer({ min: 1, max: 400 * 24 * HOUR }))
  .map(([fromMs, length]) => ({ fromMs, toMs: fromMs + length }));

describe('the range of the address', () => {
  test('every preset ends now and begins before', () => {
    for (const { last } of PRESETS) {
      const { fromMs, toMs } = resolveSpan({ last }, NOW);
      expect(toMs).toBe(NOW);
      expect(fromMs).toBeLessThan(NOW);
    }
  });

  test('an absolute range stays what it is on another day', () => {
    fc.assert(
      fc.property(spans, fc.integer({ min: 0, max: 2 ** 41 }), (span, nowMs) => {
        expect(resolveSpan(toRange(span), nowMs)).toEqual(span);
      }),
    );
  });

  test.each([
    {},
    { last: 'nonsense' },
    { last: '-PT1H' },
    { from: 'nonsense', to: 'x' },
    { from: '2026-03-05T00:00:00Z', to: '2026-03-04T00:00:00Z' },
  ])('words that mean no range show the last day: %j', (words) => {
    expect(resolveSpan(words, NOW)).toEqual({ fromMs: NOW - 24 * HOUR, toMs: NOW });
  });

  test('a duration is subtracted in the calendar, as the service does', () => {
    expect(subtract(NOW, 'P1M')).toBe(Date.parse('2026-02-04T12:00:00Z'));
    expect(subtract(NOW, 'PT90M')).toBe(NOW - 90 * 60_000);
    expect(subtract(NOW, 'PT0S')).toBeNull();
  });

  test('a length is read as milliseconds', () => {
    expect(readLength('PT1M30S')).toBe(90_000);
    expect(readLength('PT0S')).toBe(0);
  });

  test('the stretch before is as long and ends where the other begins', () => {
    fc.assert(
      fc.property(spans, (span) => {
        const before = previousSpan(span);
        expect(before.toMs).toBe(span.fromMs);
        expect(before.toMs - before.fromMs).toBe(span.toMs - span.fromMs);
      }),
    );
  });
});

describe('the interval of charts', () => {
  test('gives at most 200 bars unless the reader asks for more, and never more than 2,000', () => {
    fc.assert(
      fc.property(spans, (span) => {
        const length = span.toMs - span.fromMs;
        const sizes: Readonly<Record<string, number>> = {
          SECOND: 1_000,
          MINUTE: 60_000,
          HOUR,
          DAY: 24 * HOUR,
          WEEK: 168 * HOUR,
          MONTH: 720 * HOUR,
        };
        expect(length / sizes[chooseInterval(span)]!).toBeLessThanOrEqual(200);
        for (const step of intervalsFor(span, 2_000)) {
          expect(chooseInterval(span, step)).toBe(step);
          expect(length / sizes[step]!).toBeLessThanOrEqual(2_000);
        }
      }),
    );
  });
});

describe('the interval of charts on a phone', () => {
  const of = (last: string) => {
    const span = resolveSpan({ last }, NOW);
    return [chooseInterval(span), chooseInterval(span, undefined, { isNarrow: true })];
  };

  test('is coarser if that leaves at least seven bars', () => {
    expect(of('P7D')).toEqual(['HOUR', 'DAY']);
    expect(of('P2D')).toEqual(['HOUR', 'HOUR']);
    expect(of('PT3H')).toEqual(['MINUTE', 'MINUTE']);
    expect(of('PT1H')).toEqual(['MINUTE', 'MINUTE']);
    expect(of('P29D')).toEqual(['DAY', 'DAY']);
  });

  test('is the one that the reader asks for', () => {
    expect(chooseInterval(resolveSpan({ last: 'P7D' }, NOW), 'HOUR', { isNarrow: true })).toBe('HOUR');
  });
});

describe('local times', () => {
  test('what an input shows is read back, in every zone', () => {
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Apia');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), zones, (seconds, zone) => {
        const ms = seconds * 1_000;
        const read = readLocal(writeLocal(ms, zone), zone)!;
        // In the hour that comes twice, the earlier one is meant.
        expect([0, HOUR, HOUR / 2]).toContain(ms - read);
      }),
    );
  });

  test('text that is no time is none', () => {
    expect(readLocal('', 'UTC')).toBeNull();
    expect(readLocal('2026-02-31T10:00', 'UTC')).toBeNull();
  });
});
