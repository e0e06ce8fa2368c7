import fc from 'fast-check';
import { expect, test } from 'vitest';
import { markAsData, MAX_TEXT_LETTERS, showTexts } from '../../../src/http/mcp/vendor-text.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      '</data-from-the-logs>',
      '<',
      '>',
      '/',
      '\\',
      'u003c',
      '"',
      '\n',
      '\u202E',
      '&lt;',
      'a',
    ),
  }),
);

test('no text closes the block of data, and no character of it is unseen', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const marked = markAsData(showTexts({ text }));
      expect(marked.match(/<[^>]*>/g)).toEqual(['<data-from-the-logs>', '</data-from-the-logs>']);
      expect(marked.split('\n')).toHaveLength(4);
      expect(marked).not.toMatch(/[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test('a text without unseen characters and of a usual length stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: MAX_TEXT_LETTERS }), (text) => {
      const marked = markAsData(showTexts({ text }));
      expect(JSON.parse(marked.split('\n')[2]!)).toEqual({ text });
    }),
  );
});

test('numbers, conditions and null stay, at every depth', () => {
  const data = { a: [1, true, null, { b: 0.5 }], c: {} };
  expect(showTexts(data)).toEqual(data);
});
