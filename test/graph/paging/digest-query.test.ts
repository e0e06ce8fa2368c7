import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { digestQuery } from '../../../src/graph/paging/cursor.ts';

const digest = (args: Record<string, unknown>): string => digestQuery('events', args).digest.toString('hex');

test('a digest is twenty bytes', () => {
  expect(digest({})).toHaveLength(40);
});

test('the order of fields makes no difference, nor do omitted or null arguments', () => {
  expect(digest({ a: 1, b: { c: 2, d: null }, e: undefined })).toBe(digest({ b: { c: 2 }, a: 1 }));
});

test('an empty filter under not differs from no filter', () => {
  expect(digest({ filter: { not: {} } })).not.toBe(digest({ filter: {} }));
});

test('the order of a list makes a difference, because it may be sort keys', () => {
  expect(digest({ orderBy: ['a', 'b'] })).not.toBe(digest({ orderBy: ['b', 'a'] }));
});

test('two sets of arguments have the same digest only if they are equal', () => {
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
