import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { comparePositions, endOfInstant, startOfReading } from '../../../src/sources/paging/position.ts';
import type { Position } from '../../../src/sources/paging/position.ts';

const position: fc.Arbitrary<Position> = fc.oneof(
  fc.record({
    source: fc.constant('USAGE' as const),
    timestampMs: fc.nat({ max: 3 }),
    id: fc.constantFrom('', 'A', 'B', 'a', 'aa', '10', '9'),
  }),
  fc.record({
    source: fc.constant('EVENTS' as const),
    timestampMs: fc.nat({ max: 3 }),
    id: fc.constantFrom('', '1', '9', '10', '9007199254740992', '9007199254740993', '-5'),
  }),
);

describe('the order of entries', () => {
  test('is newest first, then usage before events, then the greater id', () => {
    const at = (source: 'USAGE' | 'EVENTS', timestampMs: number, id: string): Position => ({
      source,
      timestampMs,
      id,
    });
    const ordered = [
      at('EVENTS', 2, '1'),
      at('USAGE', 1, 'b'),
      at('USAGE', 1, 'a'),
      at('USAGE', 1, 'B'),
      at('EVENTS', 1, '9007199254740993'),
      at('EVENTS', 1, '9007199254740992'),
      at('EVENTS', 1, '10'),
      at('EVENTS', 1, '9'),
    ];
    expect([...ordered].reverse().sort(comparePositions)).toEqual(ordered);
  });

  test('is total', () => {
    fc.assert(
      fc.property(position, position, position, (a, b, c) => {
        expect(Math.sign(comparePositions(a, b)) + Math.sign(comparePositions(b, a))).toBe(0);
        expect(comparePositions(a, b) === 0).toBe(
          a.source === b.source && a.id === b.id && a.timestampMs === b.timestampMs,
        );
        if (comparePositions(a, b) <= 0 && comparePositions(b, c) <= 0) {
          expect(comparePositions(a, c)).toBeLessThanOrEqual(0);
        }
      }),
    );
  });

  test('puts the end of an instant after all its entries and before every older one', () => {
    fc.assert(
      fc.property(position, fc.nat({ max: 3 }), (entry, ms) => {
        fc.pre(entry.id !== '');
        const isBefore = comparePositions(entry, endOfInstant('EVENTS', ms)) < 0;
        expect(isBefore).toBe(entry.timestampMs >= ms);
      }),
    );
  });
});

describe('where reading goes on', () => {
  test('is at the position or ahead of it, and beyond its instant if all rows of the source there are past', () => {
    const source = fc.constantFrom('USAGE' as const, 'EVENTS' as const);
    const direction = fc.constantFrom('ASC' as const, 'DESC' as const);
    const range = { fromMs: 0, toMs: 4 };
    fc.assert(
      fc.property(source, direction, position, position, (of, way, after, row) => {
        fc.pre(row.source === of && row.id !== '');
        const startMs = startOfReading(of, range, after, way);
        const isAhead = way === 'DESC' ? comparePositions(row, after) > 0 : comparePositions(row, after) < 0;
        const isRead = way === 'DESC' ? row.timestampMs < startMs : row.timestampMs >= startMs;
        if (isAhead) expect(isRead).toBe(true);
        // Inside the instant of a position of its own source, the reader has to look at the ids.
        else if (after.source !== of) expect(isRead).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });
});
