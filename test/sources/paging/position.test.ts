import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { comparePositions, endOfInstant } from '../../../src/sources/paging/position.ts';
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
