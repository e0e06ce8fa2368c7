import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RequestError } from '../../../src/base/errors.ts';
import { CURSOR_BYTES, decodeCursor, digestQuery, encodeCursor } from '../../../src/graph/paging/cursor.ts';
import type { Cursor } from '../../../src/graph/paging/cursor.ts';
import { SHOWN_BYTES } from '../../../src/graph/paging/shown-bytes.ts';

const cursor: Cursor = {
  query: digestQuery('timeline', {}),
  range: { fromMs: 1_000, toMs: 3_000 },
  position: { timestampMs: 2_000, source: 'EVENTS', id: '7' },
  hasRowsPast: true,
};

const START: Cursor = {
  ...cursor,
  shown: {
    fromMs: 1_500,
    last: { source: 'EVENTS', hash: 2 ** 47 + 1 },
    sums: { USAGE: { count: 3, sum: 2 ** 48 - 1 }, EVENTS: { count: 0, sum: 0 } },
  },
};

/** The decoded cursor, or the code of the error. */
function decode(bytes: Buffer): Cursor | string {
  try {
    return decodeCursor(bytes);
  } catch (error) {
    return error instanceof RequestError ? error.code : String(error);
  }
}

test('a cursor holds the rows of its page', () => {
  expect(decodeCursor(encodeCursor(START))).toEqual(START);
  const whole = { ...START, shown: { ...START.shown!, last: null } };
  expect(decodeCursor(encodeCursor(whole))).toEqual(whole);
});

describe('decodeCursor', () => {
  test('decodes any bytes to a cursor that the service could have made, or refuses them', () => {
    const bytes = fc.uint8Array({ minLength: CURSOR_BYTES, maxLength: CURSOR_BYTES });
    const places = fc.array(fc.tuple(fc.nat({ max: CURSOR_BYTES - 1 }), fc.nat({ max: 255 })), {
      maxLength: 6,
    });
    const altered = fc.tuple(places, fc.boolean()).map(([changes, isStart]) => {
      const whole = encodeCursor(isStart ? START : cursor);
      for (const [at, value] of changes) whole[at + (isStart ? SHOWN_BYTES : 0)] = value;
      return whole;
    });
    fc.assert(
      fc.property(
        fc.oneof(
          altered,
          bytes.map((one) => Buffer.from(one)),
        ),
        (given) => {
          const found = decode(given);
          if (typeof found === 'string') expect(found).toBe('CURSOR_INVALID');
          else expect(decodeCursor(encodeCursor(found))).toEqual(found);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test.each<[string, Cursor]>([
    ['a time that is not a number', { ...cursor, position: { ...cursor.position, timestampMs: NaN } }],
    ['an infinite time', { ...cursor, position: { ...cursor.position, timestampMs: Infinity } }],
    ['a fraction of a millisecond', { ...cursor, position: { ...cursor.position, timestampMs: 1_000.5 } }],
    [
      'a time beyond the last date',
      { ...cursor, position: { ...cursor.position, timestampMs: 8.64e15 + 2 } },
    ],
    ['a range whose start is not a number', { ...cursor, range: { fromMs: NaN, toMs: 3_000 } }],
    ['a range with an infinite end', { ...cursor, range: { fromMs: 1_000, toMs: Infinity } }],
    ['a range that ends before it starts', { ...cursor, range: { fromMs: 3_001, toMs: 3_000 } }],
    ['an event whose id is not a number', { ...cursor, position: { ...cursor.position, id: 'x' } }],
    ['an event whose id has another spelling', { ...cursor, position: { ...cursor.position, id: '07' } }],
    [
      'an event whose id is too large',
      { ...cursor, position: { ...cursor.position, id: String(2n ** 63n) } },
    ],
    [
      'a record whose id leaves the path',
      { ...cursor, position: { timestampMs: 2_000, source: 'USAGE', id: '../x' } },
    ],
  ])('refuses %s', (_name, altered) => {
    expect(decode(encodeCursor(altered))).toBe('CURSOR_INVALID');
  });
});
