import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { digestQuery } from '../../../src/graph/paging/cursor.ts';

const digest = (args: Record<string, unknown>): string => digestQuery('events', args).digest.toString('hex');

test('a digest is twenty bytes', () => {
  expect(digest({})).toHaveLength(40);
});

test('the order of fields and arguments left out or null make no difference', () => {
  expect(digest({ a: 1, b: { c: 2, d: null }, e: undefined })).toBe(digest({ b: { c: 2 }, a: 1 }));
});

test('an empty filter under not is not the same as none', () => {
  expect(digest({ filter: { not: {} } })).not.toBe(digest({ filter: {} }));
});

test('the order of a list makes a difference: it can be an order to sort by', () => {
  expect(digest({ orderBy: ['a', 'b'] })).not.toBe(digest({ orderBy: ['b', 'a'] }));
});

test('two sets of arguments have one digest only where they say the same', () => {
  const args = fc.dictionary(
    fc.string(),
    fc.oneof(fc.string(), fc.integer(), fc.array(fc.string()), fc.boolean()),
  );
  fc.assert(
    fc.property(args, args, (a, b) => {
      const same = isDeepStrictEqual({ ...a }, { ...b });
      expect(digest(a) === digest(b)).toBe(same);
    }),
  );
});
