import { createLocalJWKSet } from 'jose';
import type { JSONWebKeySet } from 'jose';
import type { Clock } from '../../base/clock.ts';
import type { Transport } from '../../upstream/transport.ts';
import type { Identity } from './authenticate.ts';
import { createIssuerKeys } from './issuer-keys.ts';
import type { IdentitySettings } from './read-identity.ts';

const KEY_SET_TIMEOUT_MS = 3_000;

/**
 * What callers are judged by; null: nobody is asked.
 *
 * @param openTransport reaches the origin of the issuer's keys; asked for once, and only where they are to be fetched
 */
export function createIdentity(
  settings: IdentitySettings | null,
  clock: Clock,
  openTransport: (origin: string) => Pick<Transport, 'get'>,
): Identity | null {
  if (!settings) return null;
  const { keys, tokens } = settings;
  if (!tokens) return { keys, tokens: null };
  const { issuer, audiences, keySet } = tokens;
  const findKey =
    keySet.kind === 'file'
      ? createLocalJWKSet(keySet.keys)
      : createIssuerKeys({ clock, read: createKeySetReader(new URL(keySet.url), openTransport) });
  return { keys, tokens: { issuer, audiences, findKey } };
}

function createKeySetReader(
  { origin, pathname, search }: URL,
  openTransport: (origin: string) => Pick<Transport, 'get'>,
): () => Promise<JSONWebKeySet> {
  const transport = openTransport(origin);
  return async () => {
    const { status, body } = await transport.get({
      target: `${pathname}${search}`,
      authorization: null,
      timeoutMs: KEY_SET_TIMEOUT_MS,
      // The keys are for all callers: none who leaves ends their reading.
      signal: new AbortController().signal,
    });
    if (status !== 200) throw new Error(`The issuer's keys were answered with ${status}.`);
    return JSON.parse(body.toString('utf8')) as JSONWebKeySet;
  };
}
