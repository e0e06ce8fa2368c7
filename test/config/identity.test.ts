import { exportJWK, generateKeyPair, generateSecret } from 'jose';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config/load.ts';
import { hashApiKey } from '../../src/http/identity/api-keys.ts';

const pair = await generateKeyPair('ES256', { extractable: true });
const publicKey = await exportJWK(pair.publicKey);
const privateKey = await exportJWK(pair.privateKey);
const secret = await exportJWK(await generateSecret('HS256', { extractable: true }));
const line = (name: string) => `${name} usage:read,pii:read ${hashApiKey(name).toString('hex')}`;

const FILES: Readonly<Record<string, string>> = {
  keys: `# made by npm run api-key\n${line('a')}\n${line('b')}\n`,
  bad: `${line('a')}\ncanary\n`,
  empty: '# nobody\n',
  jwks: JSON.stringify({ keys: [publicKey] }),
  private: JSON.stringify({ keys: [privateKey] }),
  secret: JSON.stringify({ keys: [secret] }),
  none: '{"keys":[]}',
  text: 'canary',
};
const readText = (path: string): string => {
  const text = FILES[path];
  if (text === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
  return text;
};
const read = (env: Readonly<Record<string, string>>) => readConfig(env, readText);

const REAL = { EVENTS_API_TOKEN: 'canary-token', SIGHTLINE_SECRET: 'canary-of-more-than-32-characters' };
const TOKENS = { SIGHTLINE_AUTH_ISSUER: 'https://issuer.example', SIGHTLINE_AUTH_AUDIENCE: 'a, b' };
const URL_OF_KEYS = 'https://issuer.example/keys?p=one';

// With which settings the service starts.
test.each<readonly [env: Readonly<Record<string, string>>, starts: boolean]>([
  [{}, true],
  [{ HOST: '0.0.0.0' }, true],
  [REAL, true],
  [{ ...REAL, HOST: 'localhost' }, true],
  [{ ...REAL, HOST: '0.0.0.0' }, false],
  [{ ...REAL, HOST: '10.0.0.1' }, false],
  [{ ...REAL, HOST: '0.0.0.0', SIGHTLINE_API_KEYS_FILE: 'keys' }, true],
  [{ ...REAL, HOST: '0.0.0.0', SIGHTLINE_API_KEYS: line('a') }, true],
  [{ ...REAL, HOST: '0.0.0.0', ...TOKENS, SIGHTLINE_AUTH_JWKS_URL: URL_OF_KEYS }, true],
  [{ ...REAL, HOST: '0.0.0.0', ...TOKENS, SIGHTLINE_AUTH_JWKS_FILE: 'jwks' }, true],
  [{ ...REAL, HOST: '0.0.0.0', SIGHTLINE_API_KEYS_FILE: 'empty' }, false],
  [{ ...REAL, HOST: '0.0.0.0', SIGHTLINE_API_KEYS_FILE: 'nowhere' }, false],
  [{ ...REAL, HOST: '0.0.0.0', ...TOKENS }, false],
  [{ SIGHTLINE_API_KEYS_FILE: 'bad' }, false],
])('%j starts: %s', (env, starts) => {
  const reading = read(env);
  expect(reading.kind).toBe(starts ? 'config' : 'faults');
  expect(JSON.stringify(reading)).not.toContain('canary');
});

test('keys come from the environment and from a file; without settings the service asks nobody', () => {
  const reading = read({ SIGHTLINE_API_KEYS: `${line('c')};${line('d')}`, SIGHTLINE_API_KEYS_FILE: 'keys' });
  const names = reading.kind === 'config' && reading.config.identity?.keys.map(({ name }) => name);
  expect(names).toEqual(['c', 'd', 'a', 'b']);
  expect(read({})).toMatchObject({ config: { identity: null } });
});

test('a token of the issuer may name any of the audiences', () => {
  const reading = read({ ...TOKENS, SIGHTLINE_AUTH_JWKS_URL: URL_OF_KEYS });
  expect(reading).toMatchObject({
    config: {
      identity: {
        keys: [],
        tokens: {
          issuer: 'https://issuer.example',
          audiences: ['a', 'b'],
          keySet: { kind: 'url', url: URL_OF_KEYS },
        },
      },
    },
  });
});

test('all faults are reported together, each with its setting', () => {
  const reading = read({
    SIGHTLINE_API_KEYS: line('a'),
    SIGHTLINE_API_KEYS_FILE: 'bad',
    SIGHTLINE_AUTH_AUDIENCE: 'a,,b',
    SIGHTLINE_AUTH_JWKS_URL: 'http://issuer.example/keys',
    SIGHTLINE_AUTH_JWK: 'x',
  });
  expect(
    reading.kind === 'faults' && reading.faults.map((fault) => fault.split(' ').slice(0, 3).join(' ')),
  ).toEqual([
    'SIGHTLINE_AUTH_JWK is not',
    'SIGHTLINE_API_KEYS_FILE line 2',
    'SIGHTLINE_API_KEYS_FILE repeats a',
    'SIGHTLINE_AUTH_ISSUER is missing:',
    'SIGHTLINE_AUTH_AUDIENCE must be',
    'SIGHTLINE_AUTH_JWKS_URL must be',
  ]);
});

test.each([
  [
    { ...TOKENS, SIGHTLINE_AUTH_JWKS_URL: URL_OF_KEYS, SIGHTLINE_AUTH_JWKS_FILE: 'jwks' },
    'are both set: leave one out',
  ],
  [TOKENS, 'SIGHTLINE_AUTH_JWKS_FILE must be set'],
  [{ ...TOKENS, SIGHTLINE_AUTH_JWKS_FILE: 'private' }, 'public keys only'],
  [{ ...TOKENS, SIGHTLINE_AUTH_JWKS_FILE: 'secret' }, 'public keys only'],
  [{ ...TOKENS, SIGHTLINE_AUTH_JWKS_FILE: 'none' }, 'public keys only'],
  [{ ...TOKENS, SIGHTLINE_AUTH_JWKS_FILE: 'text' }, 'public keys only'],
  [{ ...TOKENS, SIGHTLINE_AUTH_JWKS_FILE: 'nowhere' }, "can't be read (ENOENT)"],
  [
    { ...TOKENS, SIGHTLINE_AUTH_JWKS_URL: 'https://u:p@issuer.example' },
    'SIGHTLINE_AUTH_JWKS_URL must be an https',
  ],
  [{ ...TOKENS, SIGHTLINE_AUTH_JWKS_URL: 'file:///keys' }, 'SIGHTLINE_AUTH_JWKS_URL must be an https'],
  [{ SIGHTLINE_AUTH_JWKS_FILE: 'jwks', SIGHTLINE_AUTH_ISSUER: 'x' }, 'SIGHTLINE_AUTH_AUDIENCE is missing'],
])('%j is refused: %s', (env, words) => {
  const reading = read(env);
  expect(reading.kind === 'faults' && reading.faults.join()).toContain(words);
});

test('keys may be read over http from this machine only', () => {
  expect(read({ ...TOKENS, SIGHTLINE_AUTH_JWKS_URL: 'http://127.0.0.1:8080/keys' }).kind).toBe('config');
});
