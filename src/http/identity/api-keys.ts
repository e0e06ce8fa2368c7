import { areDigestsEqual, digest, drawBytes } from '../../base/sealing.ts';
import { SCOPES } from '../../graph/access.ts';
import type { Scope } from '../../graph/access.ts';
import { isScope } from './caller.ts';

/** An API key as the service stores it: its hash, never the key itself. */
export interface ApiKey {
  /** Names the key in logs. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** SHA-256. A key holds 256 random bits, so a slower hash would add nothing. */
  readonly hash: Buffer;
}

export interface ParsedApiKeys {
  readonly keys: readonly ApiKey[];
  /** A sentence for each fault. It names the line, never its text. */
  readonly faults: readonly string[];
}

const NAME = /^[A-Za-z0-9][\w.@-]{0,63}$/;
const NAME_RULE = 'up to 64 letters, digits, _ . @ and -, beginning with a letter or a digit';
const SCOPE_NAMES = SCOPES.join(', ');
const HASH = /^[0-9a-f]{64}$/i;

/** Reads lines of the form `name scope,scope sha256hex`. It skips empty lines and lines that begin with `#`. */
export function readApiKeys(text: string): ParsedApiKeys {
  const keys: ApiKey[] = [];
  const faults: string[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const words = line.trim().split(/\s+/);
    if (words[0] === '' || words[0]?.startsWith('#')) continue;
    const read = readLine(words);
    if (typeof read === 'string') faults.push(`line ${index + 1} ${read}`);
    else if (keys.some(({ name }) => name === read.name)) faults.push(`line ${index + 1} repeats a name.`);
    else keys.push(read);
  }
  return { keys, faults };
}

function readLine(words: readonly string[]): ApiKey | string {
  const [name = '', list = '', hash = ''] = words;
  if (words.length !== 3) return 'must have the form: name scope,scope sha256hex.';
  if (!NAME.test(name)) return `must begin with a name: ${NAME_RULE}.`;
  const scopes = list.split(',');
  if (!scopes.every(isScope)) return `may hold these scopes, with commas between them: ${SCOPE_NAMES}.`;
  if (!HASH.test(hash)) return 'must end with the SHA-256 of a key, as 64 hexadecimal digits.';
  return { name, scopes, hash: Buffer.from(hash, 'hex') };
}

/** The line of an API key, as `readApiKeys` reads it. */
export function formatApiKey({ name, scopes, hash }: ApiKey): string {
  return `${name} ${scopes.join(',')} ${hash.toString('hex')}`;
}

/** The hash by which the service knows a key. */
export function hashApiKey(key: string): Buffer {
  return digest(key);
}

/** Finds the entry of a key that a caller sends; null if there is none. It takes equally long for all keys of one length. */
export function findApiKey(keys: readonly ApiKey[], key: string): ApiKey | null {
  const hash = hashApiKey(key);
  let found: ApiKey | null = null;
  for (const one of keys) if (areDigestsEqual(one.hash, hash)) found = one;
  return found;
}

/** A new key, and the line to store in `SIGHTLINE_API_KEYS_FILE`. */
export interface NewApiKey {
  /** Show it once: the line does not hold it. */
  readonly key: string;
  readonly line: string;
}

/** Lets people and scanners recognize a key that turns up in a log or a repository. */
const PREFIX = 'sightline_';

/** Makes a key of 256 random bits. It returns a sentence instead if the name or a scope is not allowed. */
export function createApiKey(
  name: string,
  scopes: readonly string[],
  random: (bytes: number) => Buffer = drawBytes,
): NewApiKey | string {
  if (!NAME.test(name)) return `The name may have ${NAME_RULE}.`;
  if (scopes.length === 0 || !scopes.every(isScope)) return `The key may hold these scopes: ${SCOPE_NAMES}.`;
  const key = `${PREFIX}${random(32).toString('base64url')}`;
  return { key, line: formatApiKey({ name, scopes, hash: hashApiKey(key) }) };
}
