import { RequestError } from '../base/errors.ts';

/** The permissions that a caller may have. */
export const SCOPES = ['usage:read', 'events:read', 'pii:read', 'introspect', 'export', 'doctor'] as const;
export type Scope = (typeof SCOPES)[number];

/** The caller of an operation. */
export interface Viewer {
  /** The service requires an identity, and the caller gave none. */
  readonly isAnonymous: boolean;
  readonly scopes: ReadonlySet<Scope>;
}

/** A viewer must hold one of these scopes. If the list is empty, the viewer must only be authenticated. */
export type Access = readonly Scope[];

export function hasAccess(viewer: Viewer, access: Access): boolean {
  if (access.length === 0) return !viewer.isAnonymous;
  return access.some((scope) => viewer.scopes.has(scope));
}

/**
 * Refuses a viewer without the access.
 * @throws RequestError `UNAUTHENTICATED` if the viewer is anonymous, `FORBIDDEN` if a scope is missing; both name the scopes
 */
export function requireAccess(viewer: Viewer, access: Access): void {
  if (!hasAccess(viewer, access)) throw refuseAccess(viewer, access);
}

/** The refusal that `requireAccess` throws. */
export function refuseAccess(viewer: Viewer, access: Access): RequestError {
  const details = access.length > 0 ? { scopes: access } : {};
  const need = access.length > 0 ? `the scope ${access.join(' or ')}` : 'an authenticated caller';
  return viewer.isAnonymous
    ? new RequestError(
        'UNAUTHENTICATED',
        `This needs ${need}. Send an API key or a token: 'authorization: Bearer …'.`,
        details,
      )
    : new RequestError(
        'FORBIDDEN',
        `This needs ${need}, which this caller does not have. Ask the operator for it.`,
        details,
      );
}

/** Where a field of the schema names what it needs, among its extensions. */
export const NEEDED_ACCESS = 'access';

/** What a caller must hold to ask for a field: one scope of each item. Empty: everybody may ask for it. */
export function listNeededAccess(field: {
  readonly extensions: Readonly<Record<string, unknown>>;
}): readonly Access[] {
  return (field.extensions[NEEDED_ACCESS] as readonly Access[] | undefined) ?? [];
}
