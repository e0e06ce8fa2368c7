import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readIntRange, writeIntRange } from '../../../src/console/lists/int-range.ts';

test.each([
  ['404', { gte: 404, lt: 405 }],
  ['5xx', { gte: 500, lt: 600 }],
  ['500..2000', { gte: 500, lt: 2_001 }],
  ['500..', { gte: 500 }],
  ['..200', { lt: 201 }],
  ['>= 500 ms', { gte: 500 }],
  ['>500', { gte: 501 }],
  ['<200', { lt: 200 }],
  ['<=200', { lt: 201 }],
])('%s is read as %o', (words, range) => {
  expect(readIntRange(words)).toEqual(range);
});

test.each(['', 'soon', '5..1', '-', '0xx', '99999999999'])('“%s” is no range', (words) => {
  expect(readIntRange(words)).toBeNull();
});

test('what is written is read as the same range', () => {
  const end = fc.nat({ max: 100_000 });
  const range = fc.oneof(
    end.map((gte) => ({ gte })),
    end.map((lt) => ({ lt: lt + 1 })),
    fc.tuple(end, end).map(([one, other]) => ({ gte: Math.min(one, other), lt: Math.max(one, other) + 1 })),
  );
  fc.assert(
    fc.property(range, (each) => {
      expect(readIntRange(writeIntRange(each))).toEqual(each);
    }),
  );
});
