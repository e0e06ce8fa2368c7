import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeTarget } from '../../src/upstream/attempt.ts';

test('any value arrives as that value of that name, and nothing else does', () => {
  const pair = fc.tuple(fc.constantFrom('keys[]', 'searchText', 'hub'), fc.string({ unit: 'binary' }));
  fc.assert(
    fc.property(fc.array(pair), (query) => {
      const url = new URL(`http://vendor.example${encodeTarget('/usage', query)}`);
      expect(url.pathname).toBe('/usage');
      expect(url.hash).toBe('');
      expect([...url.searchParams]).toEqual(query.map(([name, value]) => [name, value.toWellFormed()]));
    }),
    { numRuns: 500 },
  );
});

test.each([
  'usage',
  '',
  '/',
  '/usage/',
  '/usage//a',
  '/usage/..',
  '/usage/.',
  '/../usage',
  '/usage/%2e%2E',
  '/usage/.%2e/a',
  '/a?b',
  '/a#b',
  '/a b',
  '/a\r\nb',
  '/a%2',
  '/ä',
  '/a\\b',
])('a path that could name another one is refused: %j', (path) => {
  expect(() => encodeTarget(path, [])).toThrow(TypeError);
});

test.each(['/usage', '/usage/53e6.f', '/usage/..a', '/usage/a%2Fb', '/analytics/activity/elements'])(
  '%s passes',
  (path) => {
    expect(encodeTarget(path, [])).toBe(path);
  },
);
