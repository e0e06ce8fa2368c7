import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Secret } from '../../src/base/secret.ts';

const encodings = {
  plain: (text: string) => text,
  percent: encodeURIComponent,
  base64: (text: string) => Buffer.from(text).toString('base64'),
  base64url: (text: string) => Buffer.from(text).toString('base64url'),
  hex: (text: string) => Buffer.from(text).toString('hex'),
  'hex in capitals': (text: string) => Buffer.from(text).toString('hex').toUpperCase(),
};
const secrets = fc.string({ minLength: 4, maxLength: 60, unit: 'grapheme-ascii' });

test.each(Object.entries(encodings))('a text that holds the value is found: %s', (_name, encode) => {
  fc.assert(
    fc.property(secrets, fc.string({ maxLength: 9 }), fc.string({ maxLength: 9 }), (value, before, after) => {
      const secret = new Secret(value);
      expect(secret.isIn(before + encode(value) + after)).toBe(true);
      // Encoded together with the text around it, which shifts the value to each of base64's three offsets.
      expect(secret.isIn(encode(before + value + after))).toBe(true);
    }),
  );
});

test.each(Object.entries(encodings))(
  'a text that holds any eight characters of the value, in any case, is found: %s',
  (name, encode) => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 9, maxLength: 60, unit: 'grapheme-ascii' }),
        fc.nat(),
        fc.string({ maxLength: 9 }),
        fc.boolean(),
        (value, at, around, isUpper) => {
          const encoded = name.startsWith('base64') ? encode(value).replace(/=+$/, '') : encode(value);
          // Not the last character, because in base64 it also depends on the text behind the value.
          const start = at % (encoded.length - 8);
          const piece = encoded.slice(start, start + 8);
          const text = around + (isUpper ? piece.toUpperCase() : piece.toLowerCase()) + around;
          expect(new Secret(value).isIn(text)).toBe(true);
        },
      ),
    );
  },
);

test('a short value must occur whole, and a value below four characters must equal the text', () => {
  expect(new Secret('abc123').isIn('req-ABC123-7')).toBe(true);
  expect(new Secret('abc123').isIn('req-bc123-7')).toBe(false);
  expect(new Secret('a').isIn('canary')).toBe(false);
  expect(new Secret('a').isIn('A')).toBe(true);
});

test('a longer piece of the value is found too', () => {
  const secret = new Secret('0123456789abcdef0123456789abcdef');
  expect(secret.isIn('456789ab')).toBe(true);
  expect(secret.isIn(Buffer.from('0123456789abcdef').toString('base64url').slice(3, 20))).toBe(true);
  // Any text may share seven characters with the value.
  expect(secret.isIn('456789a')).toBe(false);
});

test.each(['', '5f3a1c9be4b0a1d2c3e4f505', 'canary', 'toke', 'secret'])(
  'a text without the value is not found: %s',
  (text) => {
    expect(new Secret('canary-token').isIn(text)).toBe(false);
    expect(new Secret('').isIn(text)).toBe(false);
  },
);
