import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SCOPES } from '../../../src/graph/access.ts';
import {
  createApiKey,
  findApiKey,
  formatApiKey,
  hashApiKey,
  readApiKeys,
} from '../../../src/http/identity/api-keys.ts';

const HASH = hashApiKey('canary').toString('hex');

test('a new key is found by its line, and no other key is', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
      fc.uniqueArray(fc.constantFrom(...SCOPES), { minLength: 1 }),
      fc.string(),
      (name, scopes, other) => {
        const made = createApiKey(name, scopes);
        if (typeof made === 'string') throw new Error(made);
        const { keys, faults } = readApiKeys(`# keys\n\n${made.line}\r\n`);
        expect(faults).toEqual([]);
        expect(findApiKey(keys, made.key)).toMatchObject({ name, scopes });
        expect(keys.map(formatApiKey)).toEqual([made.line]);
        expect(findApiKey(keys, other)).toBeNull();
        expect(made.line).not.toContain(made.key);
      },
    ),
    { numRuns: 50 },
  );
});

test('a key holds 256 random bits behind the prefix sightline_', () => {
  const made = createApiKey('a', ['introspect'], (bytes) => Buffer.alloc(bytes, 7));
  expect(made).toMatchObject({ key: `sightline_${Buffer.alloc(32, 7).toString('base64url')}` });
});

test.each([
  [`a usage:read`, 'line 1 must have the form'],
  [`a usage:read ${HASH} canary`, 'line 1 must have the form'],
  [`-a usage:read ${HASH}`, 'line 1 must begin with a name'],
  [`a usage:canary ${HASH}`, 'line 1 may hold these scopes'],
  [`a usage:read,,introspect ${HASH}`, 'line 1 may hold these scopes'],
  [`a usage:read ${HASH.slice(1)}`, 'line 1 must end with the SHA-256'],
  [`a usage:read ${HASH}\na pii:read ${HASH}`, 'line 2 repeats a name'],
])('%j is refused: the message names the line, not its text', (text, words) => {
  const { faults } = readApiKeys(text);
  expect(faults.join()).toContain(words);
  expect(faults.join()).not.toContain('canary');
});

test.each([
  ['', ['usage:read'], 'The name may have up to 64 letters'],
  ['two words', ['usage:read'], 'The name may have up to 64 letters'],
  ['#a', ['usage:read'], 'The name may have up to 64 letters'],
  ['a', ['usage:write'], 'The key may hold these scopes'],
  ['a', [], 'The key may hold these scopes'],
])('no key is made for %j with %j', (name, scopes, words) => {
  expect(createApiKey(name, scopes)).toContain(words);
});
