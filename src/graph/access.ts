import { RequestError } from '../base/errors.ts';

/** What a caller may be allowed. */
export const SCOPES = ['usage:read', 'events:read', 'pii:read', 'introspect'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who is asking. */
export interface Viewer {
  /** Callers are to say who they are, and this one has not. */
  readonly isAnonymous: boolean;
  readonly scopes: ReadonlySet<Scope>;
}

/** What a viewer must hold: any one of these scopes; of none, only to be known. */
export type Access = readonly Scope[];

/** Whether a viewer holds what is asked for. */
export function hasAccess(viewer: Viewer, access: Access): boolean {
  if (access.length === 0) return !viewer.isAnonymous;
  return access.some((scope) => viewer.scopes.has(scope));
}

/**
 * Refuses a viewer who does not hold what is asked for.
 * @throws RequestError `UNAUTHENTICATED` where nobody knows who it is, else `FORBIDDEN`; both name the scopes
 */
export function requireAccess(viewer: Viewer, access: Access): void {
  if (!hasAccess(viewer, access)) throw refuseAccess(viewer, access);
}

/** The refusal that `requireAccess` throws. */
export function refuseAccess(viewer: Viewer, access: Access): RequestError {
  const details = access.length > 0 ? { scopes: access } : {};
  const need = access.length > 0 ? `the scope ${access.join(' or ')}` : 'a caller who is known';
  return viewer.isAnonymous
    ? new RequestError(
        'UNAUTHENTICATED',
        `This needs ${need}. Say who is asking by an API key or a token: 'authorization: Bearer …'.`,
        details,
      )
    : new RequestError('FORBIDDEN', `This needs ${need}, which this caller does not have.`, details);
}
