import { readApiKeys } from '../http/identity/api-keys.ts';
import type { ApiKey } from '../http/identity/api-keys.ts';
import type { IdentitySettings, KeySetLocation } from '../http/identity/identity.ts';
import { isLoopbackHost } from '../http/loopback.ts';
import type { SetValues } from './settings.ts';

export interface ParsedIdentity {
  /** null: the service does not ask callers who they are. */
  readonly identity: IdentitySettings | null;
  /** A sentence for each fault. It names the setting, never the value. */
  readonly faults: readonly string[];
}

/** If any of these is set, the service asks callers who they are. */
const IDENTITY_SETTINGS = [
  'SIGHTLINE_API_KEYS',
  'SIGHTLINE_API_KEYS_FILE',
  'SIGHTLINE_AUTH_ISSUER',
  'SIGHTLINE_AUTH_AUDIENCE',
  'SIGHTLINE_AUTH_JWKS_URL',
  'SIGHTLINE_AUTH_JWKS_FILE',
] as const;

type KeySet = Extract<KeySetLocation, { readonly kind: 'file' }>['keys'];
type ReadText = (path: string) => string;

/**
 * Reads the settings that say how callers prove who they are.
 *
 * @param readText the text of a file; it throws if it cannot read the file
 */
export function readIdentity(set: SetValues, readText: ReadText): ParsedIdentity {
  if (!hasIdentity(set)) return { identity: null, faults: [] };
  const faults: string[] = [];
  const keys = readKeys(set, readText, faults);
  const tokens = readTokens(set, readText, faults);
  return { identity: { keys, tokens }, faults };
}

/** Whether any of the settings that concern identity is set, valid or not. */
export function hasIdentity(set: SetValues): boolean {
  return IDENTITY_SETTINGS.some((name) => name in set);
}

function readKeys(
  { SIGHTLINE_API_KEYS: inline, SIGHTLINE_API_KEYS_FILE: path }: SetValues,
  readText: ReadText,
  faults: string[],
): readonly ApiKey[] {
  const texts: (readonly [setting: string, text: string])[] = [];
  if (inline !== undefined) texts.push(['SIGHTLINE_API_KEYS', inline.replaceAll(';', '\n')]);
  if (path !== undefined) {
    const text = readSettingFile('SIGHTLINE_API_KEYS_FILE', path, readText, faults);
    if (text !== null) texts.push(['SIGHTLINE_API_KEYS_FILE', text]);
  }
  const all: ApiKey[] = [];
  for (const [setting, text] of texts) {
    const { keys, faults: found } = readApiKeys(text);
    faults.push(...found.map((fault) => `${setting} ${fault}`));
    if (keys.length === 0 && found.length === 0)
      faults.push(`${setting} holds no key: npm run api-key makes one.`);
    if (keys.some(({ name }) => all.some((one) => one.name === name)))
      faults.push(`${setting} repeats a name of SIGHTLINE_API_KEYS.`);
    all.push(...keys);
  }
  return all;
}

function readTokens(set: SetValues, readText: ReadText, faults: string[]): IdentitySettings['tokens'] {
  const {
    SIGHTLINE_AUTH_ISSUER: issuer,
    SIGHTLINE_AUTH_AUDIENCE: audience,
    SIGHTLINE_AUTH_JWKS_URL: url,
    SIGHTLINE_AUTH_JWKS_FILE: path,
  } = set;
  if (issuer === undefined && audience === undefined && url === undefined && path === undefined) return null;
  const needed = 'the service needs the issuer, the audience and the keys to check a token.';
  if (issuer === undefined) faults.push(`SIGHTLINE_AUTH_ISSUER is missing: ${needed}`);
  const audiences = (audience ?? '').split(',').map((one) => one.trim());
  if (audience === undefined) faults.push(`SIGHTLINE_AUTH_AUDIENCE is missing: ${needed}`);
  else if (audiences.includes(''))
    faults.push('SIGHTLINE_AUTH_AUDIENCE must be names with commas between them.');
  const keySet = readKeySet(url, path, readText, faults);
  return keySet && { issuer: issuer ?? '', audiences, keySet };
}

function readKeySet(
  url: string | undefined,
  path: string | undefined,
  readText: ReadText,
  faults: string[],
): KeySetLocation | null {
  if ((url === undefined) === (path === undefined)) {
    faults.push(
      url === undefined
        ? 'SIGHTLINE_AUTH_JWKS_URL or SIGHTLINE_AUTH_JWKS_FILE must be set, because the keys of the issuer check its tokens.'
        : 'SIGHTLINE_AUTH_JWKS_URL and SIGHTLINE_AUTH_JWKS_FILE are both set: leave one out.',
    );
    return null;
  }
  if (url !== undefined) {
    if (isKeySetUrl(url)) return { kind: 'url', url };
    faults.push(
      'SIGHTLINE_AUTH_JWKS_URL must be an https address without credentials or fragment; http is allowed for an address of this machine only.',
    );
    return null;
  }
  const text = readSettingFile('SIGHTLINE_AUTH_JWKS_FILE', path ?? '', readText, faults);
  if (text === null) return null;
  const keys = decodeKeySet(text);
  if (!keys) faults.push('SIGHTLINE_AUTH_JWKS_FILE must be a JSON Web Key Set that holds public keys only.');
  return keys && { kind: 'file', keys };
}

function readSettingFile(setting: string, path: string, readText: ReadText, faults: string[]): string | null {
  try {
    return readText(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    faults.push(`${setting} names a file that can't be read${code}.`);
    return null;
  }
}

/** Requires https, because anybody who can change the keys on their way can forge any token. */
function isKeySetUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '' || text.includes('#')) return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
}

function decodeKeySet(text: string): KeySet | null {
  try {
    const set = JSON.parse(text) as Partial<KeySet> | null;
    const keys = set?.keys;
    const isPublic = (key: unknown): boolean =>
      typeof key === 'object' && key !== null && 'kty' in key && key.kty !== 'oct' && !('d' in key);
    return Array.isArray(keys) && keys.length > 0 && keys.every(isPublic) ? { keys } : null;
  } catch {
    return null;
  }
}
