import { isWholeAddress } from '../lists/chips.ts';
import type { Search } from '../state/search.ts';

/** A list of the entries of one address or user. */
export interface Lookup {
  readonly label: string;
  readonly to: '/timeline' | '/events' | '/log';
  /** The condition of the list. */
  readonly search: Search;
  /** All scopes without which the service refuses the list or its condition. */
  readonly needs: readonly string[];
}

const PERSONAL = 'pii:read';

/**
 * The lists that an address, the name of a user or the id of one leads to. Whether such a user exists is not asked, because that would take
 * vendor calls while the reader types.
 */
export function findLookups(typed: string, scopes: ReadonlySet<string>): readonly Lookup[] {
  return listLookups(typed.trim()).filter(({ needs }) => needs.every((scope) => scopes.has(scope)));
}

function listLookups(text: string): readonly Lookup[] {
  if (isWholeAddress(text)) {
    const search = { ip: text };
    return [
      // The timeline shows the source that the caller may read.
      { label: `Timeline of ${text}`, to: '/timeline', search, needs: [PERSONAL] },
      { label: `Calls from ${text}`, to: '/log', search, needs: ['usage:read', PERSONAL] },
      { label: `Events from ${text}`, to: '/events', search, needs: ['events:read', PERSONAL] },
    ];
  }
  const search = { user: text };
  // The Usage API names users by ids, and the Events API by names.
  if (/^\d{1,19}$/.test(text))
    return [{ label: `Calls of the user with the id ${text}`, to: '/log', search, needs: ['usage:read'] }];
  if (!/^[\p{L}\p{N}][\p{L}\p{N}.@_+-]+$/u.test(text)) return [];
  const needs = ['events:read', PERSONAL];
  return [
    { label: `Timeline of the user ${text}`, to: '/timeline', search, needs },
    { label: `Events of the user ${text}`, to: '/events', search, needs },
  ];
}
