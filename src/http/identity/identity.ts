import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../base/time.ts';
import { createHttpTransport } from '../../upstream/http-transport.ts';
import type { Transport } from '../../upstream/transport.ts';
import { formatApiKey } from './api-keys.ts';
import type { ApiKey } from './api-keys.ts';
import { createIssuerKeys } from './issuer-keys.ts';
import type { TokenRules } from './tokens.ts';

/** The place of an issuer's public keys: an address, or a file that has been read. */
export type KeySetLocation =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'file'; readonly keys: JSONWebKeySet };

/** How callers prove who they are, as the settings say. */
export interface IdentitySettings {
  readonly keys: readonly ApiKey[];
  readonly tokens: (TokenRules & { readonly keySet: KeySetLocation }) | null;
}

/** How many proofs a replacement has revoked: they are gone, or may do something else. */
export interface Revoked {
  readonly keys: number;
  /** Public keys of the issuer, of the file that holds them. */
  readonly tokenKeys: number;
}

/** What the service checks callers' proofs against. Its keys may be replaced while it runs. */
export interface Identity {
  readonly keys: readonly ApiKey[];
  readonly tokens: (TokenRules & { readonly findKey: JWTVerifyGetKey }) | null;
}

/** An identity with its connection to the token issuer. */
export interface OpenIdentity {
  /** null: the service does not ask callers who they are. */
  readonly identity: Identity | null;
  /** Replaces the API keys and, if a file holds them, the issuer's keys at once. */
  replaceKeys(next: IdentitySettings | null): Revoked;
  close(): Promise<void>;
}

const NOTHING_REVOKED: Revoked = { keys: 0, tokenKeys: 0 };
const KEY_SET_TIMEOUT_MS = 3_000;
/** A key set holds a few keys of some kilobytes at most. */
const MAX_KEY_SET_BYTES = 256 * 1024;

/**
 * Prepares what the settings ask for. It fetches the issuer's keys only when the first token needs them.
 *
 * @param issuer reaches the issuer of the tokens; left out: over HTTP
 */
export function openIdentity(
  settings: IdentitySettings | null,
  clock: Clock,
  issuer?: Pick<Transport, 'get' | 'close'>,
): OpenIdentity {
  const close = (): Promise<void> => Promise.resolve();
  if (!settings) return { identity: null, replaceKeys: () => NOTHING_REVOKED, close };
  const { tokens } = settings;
  let { keys } = settings;
  const identify = (own: Identity['tokens']): Identity => ({
    get keys() {
      return keys;
    },
    tokens: own,
  });
  const replaceApiKeys = (next: readonly ApiKey[]): number => {
    const revoked = countGone(keys, next, formatApiKey);
    keys = next;
    return revoked;
  };
  const replaceKeys = (next: IdentitySettings | null): Revoked => ({
    keys: replaceApiKeys(next?.keys ?? []),
    tokenKeys: 0,
  });
  if (!tokens) return { identity: identify(null), replaceKeys, close };
  const { issuer: name, audiences, keySet } = tokens;
  const rules: TokenRules = { issuer: name, audiences };
  if (keySet.kind === 'file') {
    const held = holdKeySet(keySet.keys);
    return {
      identity: identify({ ...rules, findKey: held.findKey }),
      replaceKeys(next) {
        const location = next?.tokens?.keySet;
        return {
          ...replaceKeys(next),
          tokenKeys: location?.kind === 'file' ? held.replace(location.keys) : 0,
        };
      },
      close,
    };
  }
  const url = new URL(keySet.url);
  const transport = issuer ?? createKeySetTransport(url.origin);
  const findKey = createIssuerKeys({ clock, read: () => readKeySet(url, transport) });
  return { identity: identify({ ...rules, findKey }), replaceKeys, close: () => transport.close() };
}

/** The keys of a file. `replace` returns how many of those before are gone. */
function holdKeySet(first: JSONWebKeySet): {
  readonly findKey: JWTVerifyGetKey;
  replace(next: JSONWebKeySet): number;
} {
  let set = first;
  let find: JWTVerifyGetKey | null = null;
  return {
    async findKey(header, token) {
      const { createLocalJWKSet } = await import('jose');
      find ??= createLocalJWKSet(set);
      return find(header, token);
    },
    replace(next) {
      const gone = countGone(set.keys, next.keys, (key) => JSON.stringify(key));
      set = next;
      find = null;
      return gone;
    },
  };
}

function countGone<Key>(before: readonly Key[], after: readonly Key[], nameOf: (key: Key) => string): number {
  const kept = new Set(after.map(nameOf));
  return before.filter((key) => !kept.has(nameOf(key))).length;
}

/** Connections of its own, because the issuer is no vendor and must not receive a vendor's credentials. */
function createKeySetTransport(origin: string): Transport {
  return createHttpTransport({
    baseUrl: new URL(origin),
    maxConcurrency: 1,
    maxBodyBytes: MAX_KEY_SET_BYTES,
    attemptTimeoutMs: KEY_SET_TIMEOUT_MS,
  });
}

async function readKeySet(
  { pathname, search }: URL,
  transport: Pick<Transport, 'get'>,
): Promise<JSONWebKeySet> {
  const { status, body } = await transport.get({
    target: `${pathname}${search}`,
    authorization: null,
    timeoutMs: KEY_SET_TIMEOUT_MS,
    // A caller who leaves must not end this call, because the keys serve all callers.
    signal: new AbortController().signal,
  });
  if (status !== 200) throw new Error(`The issuer answered the request for its keys with ${status}.`);
  return JSON.parse(body.toString('utf8')) as JSONWebKeySet;
}
