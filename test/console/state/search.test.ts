import fc from 'fast-check';
import { expect, test } from 'vitest';
import { all, one, parseSearch, writeSearch } from '../../../src/console/state/search.ts';

const keys = fc.stringMatching(/^[a-z][a-zA-Z]{0,8}$/).filter((key) => key !== '__proto__');
const values = fc.string({ minLength: 1, unit: 'grapheme' });

test('what the address holds is read back as it was written', () => {
  const searches = fc.dictionary(keys, fc.array(values, { minLength: 1, maxLength: 4 }), {
    noNullPrototype: true,
  });
  fc.assert(
    fc.property(searches, (search) => {
      const read = parseSearch(writeSearch(search));
      for (const [key, written] of Object.entries(search)) {
        expect(all(read, key)).toEqual(written);
        expect(one(read, key)).toBe(written[0]);
      }
      expect(Object.keys(read)).toHaveLength(Object.keys(search).length);
    }),
  );
});

test('keys without a value are not in the address', () => {
  expect(writeSearch({ a: undefined, b: '', c: null, d: [] })).toBe('');
});

test('times and addresses stay readable', () => {
  expect(writeSearch({ from: '2026-03-04T12:00:00Z', ip: '10.0.0.0/8' })).toBe(
    '?from=2026-03-04T12:00:00Z&ip=10.0.0.0/8',
  );
});
