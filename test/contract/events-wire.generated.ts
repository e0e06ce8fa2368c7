// Generated from schema/upstream/events.openapi.yaml by `npm run generate:vendor-types`; never edited by hand.

/**
 * One of `xyz`, `in:x,y` and `like:xyz`; one operator a parameter. `like` is SQL's, with `%` and `_`.
 */
export type StringFilter = string;

/**
 * A time, bare or after `lt:` or `gt:`.
 */
export type DateTimeFilter = string;

export interface Event {
  /**
   * Event ID. May pass 2^53, so it is read without loss.
   */
  id?: number | bigint;
  /**
   * Timestamp when the event was created
   */
  timestamp: string;
  /**
   * Category of the event
   */
  category: string;
  /**
   * The action performed by the user
   */
  action: string;
  /**
   * Textual description of the event
   */
  description?: string | null;
  /**
   * The username associated with the event
   */
  username?: string | null;
  /**
   * The IP address associated with the event
   */
  ipAddress?: string | null;
}

/**
 * The body of a refusal. Anything else, HTML among it, may come from what stands before the vendor.
 */
export interface EventsError {
  error?: string | null;
  message?: string | null;
}

/**
 * Undocumented.
 */
export interface AuthenticationRequest {
  [k: string]: unknown;
}

/**
 * Undocumented.
 */
export interface AuthenticationResponse {
  [k: string]: unknown;
}
