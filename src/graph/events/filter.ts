import { RequestError } from '../../base/errors.ts';
import type { EventFilter, StringFilter } from '../../sources/events/filter.ts';
import type { Viewer } from '../access.ts';
import { builder } from '../builder.ts';
import { refuseMasked } from '../masking.ts';

/** `StringFilter` as GraphQL passes it: exactly one field is given. */
export interface StringFilterShape {
  eq?: string | null | undefined;
  in?: string[] | null | undefined;
  startsWith?: string | null | undefined;
  contains?: string | null | undefined;
  isNull?: boolean | null | undefined;
}

const StringFilterInput = builder.inputRef<StringFilterShape>('StringFilter').implement({
  description: 'A case-sensitive test of a text. Give exactly one field. An empty list matches nothing.',
  isOneOf: true,
  fields: (t) => ({
    eq: t.string({ description: 'The value equals this text.' }),
    in: t.stringList({ description: 'The value equals one of these texts.' }),
    startsWith: t.string({ description: 'The value starts with this text. `%` and `_` are not wildcards.' }),
    contains: t.string({ description: 'The value contains this text. `%` and `_` are not wildcards.' }),
    isNull: t.boolean({ description: 'True: the event has no value. False: it has one.' }),
  }),
});

/** `EventFilter` as GraphQL passes it. */
export interface EventFilterShape {
  category?: StringFilterShape | null | undefined;
  action?: StringFilterShape | null | undefined;
  username?: StringFilterShape | null | undefined;
  ipAddress?: string | null | undefined;
  searchText?: string | null | undefined;
  not?: EventFilterShape | null | undefined;
}

export const EventFilterInput = builder.inputRef<EventFilterShape>('EventFilter').implement({
  description:
    'An event must match all given fields. The vendor tests `category` and `action` if it can. Any other test takes a bounded scan: coverage says how far it got. Texts are case-sensitive, except `searchText`.',
  fields: (t) => ({
    category: t.field({ type: StringFilterInput, description: 'Events whose category matches.' }),
    action: t.field({ type: StringFilterInput, description: 'Events whose action matches.' }),
    username: t.field({
      type: StringFilterInput,
      description: 'Events whose user matches. This is a scan. Needs `pii:read`.',
    }),
    ipAddress: t.field({
      type: 'IP',
      description:
        'Events from this address, or from any address in this CIDR block. This is a scan. If an event names several addresses, one match is enough. Needs `pii:read`.',
    }),
    searchText: t.string({
      description:
        'Events whose description contains this text, in upper or lower case. This is a scan. Needs `pii:read`.',
    }),
    not: t.field({
      type: EventFilterInput,
      description: 'Events that do not match this filter. This is a scan.',
    }),
  }),
});

/** The most `not`s, one inside the other. */
const MAX_NOTS = 5;

/**
 * The filter for the source, without nulls.
 * @throws RequestError `FORBIDDEN` for a field that would reveal what the viewer may not see; `LIMIT_EXCEEDED` if `not` is
 *   nested too deeply
 */
export function readEventFilter(
  input: EventFilterShape | null | undefined,
  viewer: Viewer,
  argument = 'filter',
  depth = 0,
): EventFilter {
  if (depth > MAX_NOTS) throw tooDeep(argument);
  const { category, action, username, ipAddress, searchText, not } = input ?? {};
  if (username != null) refuseMasked(viewer, 'USERNAME', `${argument}.username`);
  if (ipAddress != null) refuseMasked(viewer, 'IP_ADDRESS', `${argument}.ipAddress`);
  if (searchText != null) refuseMasked(viewer, 'DESCRIPTION', `${argument}.searchText`);
  return {
    ...(category != null && { category: readStringFilter(category) }),
    ...(action != null && { action: readStringFilter(action) }),
    ...(username != null && { username: readStringFilter(username) }),
    ...(ipAddress != null && { ipAddress }),
    ...(searchText != null && { searchText }),
    ...(not != null && { not: readEventFilter(not, viewer, `${argument}.not`, depth + 1) }),
  };
}

function readStringFilter(input: StringFilterShape): StringFilter {
  if (input.eq != null) return { eq: input.eq };
  if (input.in != null) return { in: input.in };
  if (input.startsWith != null) return { startsWith: input.startsWith };
  if (input.contains != null) return { contains: input.contains };
  // `@oneOf` guarantees that one field is given and that it is not null.
  return { isNull: input.isNull === true };
}

function tooDeep(argument: string): RequestError {
  return new RequestError(
    'LIMIT_EXCEEDED',
    `'not' may be nested at most ${MAX_NOTS} levels deep. Unless X is empty, 'not: { not: X }' is the same as X.`,
    { argument, limit: 'maxFilterDepth', allowed: MAX_NOTS },
  );
}
