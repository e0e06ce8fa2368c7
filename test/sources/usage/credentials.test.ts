import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/base/secret.ts';
import { createUsageCredentials, decodeUsageAuthorization } from '../../../src/sources/usage/credentials.ts';

const signal = new AbortController().signal;
const key = new Secret('key');
const isSecret = (text: string) => /^[\x21-\x2b\x2d-\x7e]{1,1024}$/.test(text);
const visible = fc
  .string({
    unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
    minLength: 1,
  })
  .filter(isSecret);

describe('decodeUsageAuthorization', () => {
  test('both secrets are sent as they were given, and neither takes a part of the other', async () => {
    await fc.assert(
      fc.asyncProperty(visible, visible, async (user, organization) => {
        const text = `User ${user}, Organization ${organization}`;
        const secrets = decodeUsageAuthorization(text);
        if (!secrets) throw new Error('it was not understood');
        expect([secrets.userSecret.reveal(), secrets.organizationSecret.reveal()]).toEqual([
          user,
          organization,
        ]);
        expect((await createUsageCredentials(key, secrets).authorization(signal)).reveal()).toBe(text);
      }),
    );
  });

  test('2,000 other texts are refused, or have exactly the form', () => {
    const piece = fc.constantFrom(
      'User ',
      'Organization ',
      ', ',
      ',',
      ' ',
      '\r\n',
      '\t',
      'a',
      'é',
      '\0',
      '..',
      '%0d',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(piece).map((all) => all.join('')),
        ),
        (text) => {
          const secrets = decodeUsageAuthorization(text);
          if (!secrets) return;
          const [user, organization] = [secrets.userSecret.reveal(), secrets.organizationSecret.reveal()];
          expect(isSecret(user) && isSecret(organization)).toBe(true);
          expect([
            `User ${user}, Organization ${organization}`,
            `User ${user},Organization ${organization}`,
          ]).toContain(text);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test.each([
    '',
    'User a',
    'Organization b',
    'Organization b, User a',
    'User , Organization b',
    'User a, Organization ',
    'User a b, Organization c',
    'User a, Organization b, User c, Organization d',
    'User a, Organization b\r\nx: y',
    'User a, Organization b\n',
    ' User a, Organization b',
    'Bearer a',
    `User ${'a'.repeat(1_025)}, Organization b`,
  ])('%j is refused', (text) => {
    expect(decodeUsageAuthorization(text)).toBeNull();
  });
});

test('each pair of secrets has its own scope, even if the pairs have the same letters', () => {
  const scopeOf = (user: string, organization: string) =>
    createUsageCredentials(key, {
      userSecret: new Secret(user),
      organizationSecret: new Secret(organization),
    }).scope;
  const pairs = [
    ['ab', 'c'],
    ['a', 'bc'],
    ['c', 'ab'],
    ['ab', 'd'],
  ] as const;
  expect(new Set(pairs.map(([user, organization]) => scopeOf(user, organization))).size).toBe(4);
  expect(scopeOf('ab', 'c')).toBe(scopeOf('ab', 'c'));
});
