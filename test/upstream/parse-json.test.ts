import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson } from '../../src/upstream/body.ts';

test('every int64 is read exactly, at any place', () => {
  const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  fc.assert(
    fc.property(int64, fc.constantFrom('', ' ', '\n\t'), (integer, space) => {
      const isSafe = integer >= -(2n ** 53n - 1n) && integer <= 2n ** 53n - 1n;
      const expected = isSafe ? Number(integer) : integer;
      expect(parseJson(`${space}${integer}`)).toBe(expected);
      expect(parseJson(`[1,${space}${integer}]`)).toEqual([1, expected]);
      expect(parseJson(`{"id":${space}${integer}${space},"a":[${integer}]}`)).toEqual({
        id: expected,
        a: [expected],
      });
    }),
    { numRuns: 10_000 },
  );
});

test('a text without a long integer is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      fc.pre(!/\d{16}/.test(text));
      expect(parseJson(text)).toEqual(JSON.parse(text));
    }),
  );
});

test('fractions and digits in strings are not changed', () => {
  expect(
    parseJson('[0.12345678901234567890, 1e21, "12345678901234567890", ",12345678901234567890"]'),
  ).toEqual([0.12345678901234568, 1e21, '12345678901234567890', ',12345678901234567890']);
});

test.each(['{"__proto__":{"polluted":1},"a":2}', '{"__proto__":{"polluted":1},"a":12345678901234567890}'])(
  'a key that names the prototype is an own property and changes no prototype: %s',
  (text) => {
    const value = parseJson(text) as object;
    expect(Object.keys(value)).toEqual(['__proto__', 'a']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect('polluted' in value).toBe(false);
    expect('polluted' in {}).toBe(false);
  },
);
