/** What a caller may be allowed. */
export const SCOPES = ['usage:read', 'events:read', 'pii:read', 'introspect'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who is asking. */
export interface Viewer {
  /** Callers are to say who they are, and this one has not. */
  readonly isAnonymous: boolean;
  readonly scopes: ReadonlySet<Scope>;
}
