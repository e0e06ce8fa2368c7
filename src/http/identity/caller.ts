import { SCOPES } from '../../graph/access.ts';
import type { Scope, Viewer } from '../../graph/access.ts';

/** How the service knows a caller. `open`: it does not ask callers who they are. `alert`: it is an alert of its own. */
export type CallerKind = 'open' | 'anonymous' | 'key' | 'token' | 'alert';

/** Who sends a request. */
export interface Caller extends Viewer {
  readonly kind: CallerKind;
  /**
   * Distinguishes callers for rate limits and the audit trail: the name of a key or an alert, or a token's issuer and subject. null: all
   * callers of this kind count as one.
   */
  readonly name: string | null;
  /** When its proof ends, in milliseconds since the epoch; null: it does not end while this process runs. */
  readonly endsAtMs: number | null;
}

/** Not `doctor`: an examination costs vendor calls, and it shows how the service is set up. */
const OPEN_SCOPES = SCOPES.filter((scope) => scope !== 'doctor');

/** Every caller of a service that does not ask callers who they are. */
export const OPEN_CALLER: Caller = {
  kind: 'open',
  name: null,
  endsAtMs: null,
  isAnonymous: false,
  scopes: new Set(OPEN_SCOPES),
};

/** A caller who sends neither a key nor a token to a service that asks for one. */
export const ANONYMOUS_CALLER: Caller = {
  kind: 'anonymous',
  name: null,
  endsAtMs: null,
  isAnonymous: true,
  scopes: new Set(),
};

/** A caller whose key or token is valid, or an alert of the service. */
export function createCaller(
  kind: 'key' | 'token' | 'alert',
  name: string,
  scopes: Iterable<Scope>,
  endsAtMs: number | null = null,
): Caller {
  return { kind, name, endsAtMs, isAnonymous: false, scopes: new Set(scopes) };
}

/** Whether a word is a scope of this service. */
export function isScope(word: string): word is Scope {
  return (SCOPES as readonly string[]).includes(word);
}
