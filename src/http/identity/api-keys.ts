import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { SCOPES } from '../../graph/access.ts';
import type { Scope } from '../../graph/access.ts';
import { isScope } from './caller.ts';

/** An API key as it is kept: its hash, never itself. */
export interface ApiKey {
  /** What it is known by in logs. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** SHA-256. A key is 256 random bits, so that no slower hash would add anything. */
  readonly hash: Buffer;
}

export interface ParsedApiKeys {
  readonly keys: readonly ApiKey[];
  /** A sentence each, naming the line, never what stands in it. */
  readonly faults: readonly string[];
}

const NAME = /^[A-Za-z0-9][\w.@-]{0,63}$/;
const HASH = /^[0-9a-f]{64}$/i;

/** Reads lines of the form `name scope,scope sha256hex`; empty lines, and those that begin with `#`, are left out. */
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
  if (!NAME.test(name)) return 'must begin with a name: up to 64 letters, digits, _ . @ and -.';
  const scopes = list.split(',');
  if (!scopes.every(isScope)) return `may hold these scopes, with commas between them: ${SCOPES.join(' ')}.`;
  if (!HASH.test(hash)) return 'must end with the SHA-256 of a key, as 64 hexadecimal digits.';
  return { name, scopes, hash: Buffer.from(hash, 'hex') };
}

/** An API key's line, as `readApiKeys` reads it. */
export function formatApiKey({ name, scopes, hash }: ApiKey): string {
  return `${name} ${scopes.join(',')} ${hash.toString('hex')}`;
}

/** The hash that a key is kept by. */
export function hashApiKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** The entry of a key that a caller sends; null: there is none. Takes equally long for every key of one length. */
export function findApiKey(keys: readonly ApiKey[], key: string): ApiKey | null {
  const hash = hashApiKey(key);
  let found: ApiKey | null = null;
  for (const one of keys) if (timingSafeEqual(one.hash, hash)) found = one;
  return found;
}

/** A new key, and the line by which it is kept. */
export interface NewApiKey {
  /** To be shown once. */
  readonly key: string;
  readonly line: string;
}

/** Tells a key apart from other secrets that may turn up in a log or a repository. */
const PREFIX = 'sightline_';

/** Makes a key of 256 random bits; a sentence instead: the name or a scope will not do. */
export function createApiKey(
  name: string,
  scopes: readonly string[],
  random: (bytes: number) => Buffer = randomBytes,
): NewApiKey | string {
  const key = `${PREFIX}${random(32).toString('base64url')}`;
  const hash = hashApiKey(key);
  const { keys, faults } = readApiKeys(`${name} ${scopes.join(',')} ${hash.toString('hex')}`);
  const [made] = keys;
  return made ? { key, line: formatApiKey(made) } : (faults[0] ?? '').replace('line 1 ', 'It ');
}
