import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeJson, parseJson } from '../../src/upstream/body.ts';

test('a parsed value becomes the same JSON again, with integers of any size', () => {
  const read = parseJson(
    '[{"id":9223372036854775807,"__proto__":{"n":-12345678901234567890}},0.1,"1e3",null]',
  );
  expect(encodeJson(read)).toBe(
    '[{"id":9223372036854775807,"__proto__":{"n":-12345678901234567890}},0.1,"1e3",null]',
  );
  const { tree } = fc.letrec((tie) => ({
    leaf: fc.oneof(
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.maxSafeInteger(),
      fc.bigInt({ min: 2n ** 53n, max: 2n ** 80n }),
    ),
    tree: fc.oneof(
      { maxDepth: 3 },
      tie('leaf'),
      fc.array(tie('tree')),
      fc.dictionary(fc.string(), tie('tree'), { noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      expect(parseJson(encodeJson(value))).toEqual(value);
    }),
  );
});
