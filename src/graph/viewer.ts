/** What a caller may be allowed. */
export const SCOPES = ['usage:read', 'events:read', 'pii:read', 'introspect'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who is asking. */
export interface Viewer {
  readonly scopes: ReadonlySet<Scope>;
}
