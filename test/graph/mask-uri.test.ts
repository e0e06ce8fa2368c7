import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskUri, MAX_URI_LENGTH } from '../../src/graph/masking.ts';

const letters = (source: string, minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...source.split('')), minLength, maxLength });
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';

/** The usual parts of a path: names of resources, versions, small numbers. */
const name = fc.oneof(
  letters(LOWER, 1, 24),
  letters(DIGITS, 1, 6),
  fc
    .tuple(letters(LOWER, 1, 8), fc.constantFrom('-', '.', '_'), letters(`${LOWER}0`, 1, 6))
    .map((parts) => parts.join('')),
);
const path = fc.array(name, { maxLength: 6 }).map((names) => names.map((one) => `/${one}`).join(''));
/** One character, percent-encoded several times, or written as old scripts do. */
const encoded = (letter: fc.Arbitrary<string>) =>
  fc.tuple(letter, fc.integer({ min: -1, max: 4 })).map(([one, times]) => {
    const hex = one.charCodeAt(0).toString(16);
    if (times < 0) return `%u00${hex}`;
    return times === 0 ? one : `%${'25'.repeat(times - 1)}${hex}`;
  });

describe('maskUri', () => {
  test('keeps paths of names, versions and small numbers', () => {
    fc.assert(
      fc.property(path, (uri) => {
        expect(maskUri(uri)).toBe(uri);
      }),
    );
    for (const uri of [
      '',
      '/',
      '/elements/api-v2/hubs/crm/contacts/17',
      '/elements/api-v1/oauth/getRequestToken',
    ])
      expect(maskUri(uri)).toBe(uri);
  });

  test('removes everything after a delimiter, in every encoding', () => {
    fc.assert(
      fc.property(
        path,
        encoded(fc.constantFrom('?', '#', ';', '&', '=')),
        path,
        (before, delimiter, behind) => {
          expect(maskUri(`${before}${delimiter}user${behind}/bob`)).toBe(before);
        },
      ),
    );
  });

  test('replaces a part with a character that no name has, in every encoding', () => {
    const odd = encoded(fc.constantFrom('@', ':', ',', '+', ' ', '(', "'", '*', '!', '|', '\\', '"', 'é'));
    fc.assert(
      fc.property(path, name, odd, name, path, (before, one, letter, other, behind) => {
        expect(maskUri(`${before}/${one}${letter}${other}${behind}`)).toBe(`${before}/*${behind}`);
      }),
    );
  });

  test.each([
    ['an IPv4 address', '10.0.0.1'],
    ['an address written with dashes', 'ip-10-0-0-1'],
    ['an IPv6 address', '2001:db8::1'],
    ['an address with a port', '10.0.0.1:443'],
    ['a phone number', '+49171234567'],
    ['a phone number without a plus', '0171234567'],
    ['a phone number in groups', '0171-234-567'],
    ['a phone number in groups with dots', '555.123.4567'],
    ['a mail address', 'bob@example.com'],
    ['an encoded mail address', 'bob%40example.com'],
    ['a mail address encoded as old scripts do', 'bob%u0040example.com'],
    ['a mail address with a wide character', 'bob%EF%BC%A0example.com'],
    ['a JSON Web Token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln'],
    ['an id of 24 digits', '53fb1c2de4b0a2ba4f4b2e7c'],
    ['a UUID', '123e4567-e89b-12d3-a456-426614174000'],
    ['a key', 'sk_live_4eC39HqLyjWDarjtT1zdp7dc'],
    ['a name with a space', 'Bob%20Smith'],
    ['a long word', 'abcdefghijklmnopqrstuvwxyz'],
  ])('replaces %s', (_name, part) => {
    expect(maskUri(`/hubs/crm/${part}/activities`)).toBe('/hubs/crm/*/activities');
    expect(maskUri(`https://example.com/${part}`)).toBe('https://example.com/*');
  });

  test('replaces every token', () => {
    const token = letters(`${LOWER}${LOWER.toUpperCase()}${DIGITS}`, 13, 200).filter((text) =>
      /\d/.test(text),
    );
    fc.assert(
      fc.property(path, token, (before, text) => {
        expect(maskUri(`${before}/${text}`)).toBe(`${before}/*`);
      }),
    );
  });

  test('reads a limited number of characters, and shows no part whose end it has not read', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string(), (beginning, end) => {
        const seen = beginning.repeat(MAX_URI_LENGTH + 1).slice(0, MAX_URI_LENGTH + 1);
        expect(maskUri(seen + end)).toBe(maskUri(seen));
        expect(maskUri(seen).length).toBeLessThanOrEqual(MAX_URI_LENGTH);
      }),
    );
    const longest = `/hub${'/a'.repeat((MAX_URI_LENGTH - 4) / 2)}`;
    expect(maskUri(longest)).toBe(longest);
    expect(maskUri(`${longest}nna`)).toBe(longest.replace(/a$/, '*'));
    expect(maskUri(`${longest.slice(0, -1)}/bob`)).toHaveLength(MAX_URI_LENGTH);
    expect(maskUri(`${longest}?bob`)).toBe(longest.replace(/a$/, '*'));
  });

  test('returns only the characters of names, slashes and stars, for any input', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (uri) => {
        expect(maskUri(uri)).toMatch(/^(?:https?:)?[\w.~/*-]*$/i);
      }),
    );
  });
});
