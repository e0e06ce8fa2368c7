import { SCOPES } from '../../graph/access.ts';
import type { Scope, Viewer } from '../../graph/access.ts';

/** How a caller is known: `open` callers are not asked who they are. */
export type CallerKind = 'open' | 'anonymous' | 'key' | 'token';

/** Who sends a request. */
export interface Caller extends Viewer {
  readonly kind: CallerKind;
  /**
   * What tells callers apart, for budgets and for the audit trail: a key's name, or a token's issuer and subject; null: all
   * callers of this kind are one.
   */
  readonly name: string | null;
}

/** Whoever reaches a service that asks nobody who they are. */
export const OPEN_CALLER: Caller = {
  kind: 'open',
  name: null,
  isAnonymous: false,
  scopes: new Set(SCOPES),
};

/** Whoever brings neither a key nor a token to a service that asks for one. */
export const ANONYMOUS_CALLER: Caller = {
  kind: 'anonymous',
  name: null,
  isAnonymous: true,
  scopes: new Set(),
};

/** A caller who has proven who they are. */
export function createCaller(kind: 'key' | 'token', name: string, scopes: Iterable<Scope>): Caller {
  return { kind, name, isAnonymous: false, scopes: new Set(scopes) };
}

/** Whether a word is one of our scopes. */
export function isScope(word: string): word is Scope {
  return (SCOPES as readonly string[]).includes(word);
}
