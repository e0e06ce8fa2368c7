import { expect, test } from 'vitest';
import { defaultEnd } from '../../../src/graph/paging/range.ts';

test('the default range ends with the last entry that any of the sources can have, else now', () => {
  const ends = { USAGE: 100, EVENTS: 200 };
  expect(defaultEnd(ends, ['USAGE'], 900)).toBe(100);
  expect(defaultEnd(ends, ['USAGE', 'EVENTS'], 900)).toBe(200);
  expect(defaultEnd({ USAGE: 100, EVENTS: null }, ['USAGE', 'EVENTS'], 900)).toBe(100);
  expect(defaultEnd({ USAGE: null, EVENTS: null }, ['USAGE', 'EVENTS'], 900)).toBe(900);
  expect(defaultEnd(ends, [], 900)).toBe(900);
});
