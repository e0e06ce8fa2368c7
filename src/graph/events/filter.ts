import { RequestError } from '../../base/errors.ts';
import type { EventFilter, StringFilter } from '../../sources/events/filter.ts';
import type { Viewer } from '../access.ts';
import { builder } from '../builder.ts';
import { refuseMasked } from '../masking.ts';

/** `StringFilter` as GraphQL hands it over: exactly one part is there. */
export interface StringFilterShape {
  eq?: string | null | undefined;
  in?: string[] | null | undefined;
  startsWith?: string | null | undefined;
  contains?: string | null | undefined;
  isNull?: boolean | null | undefined;
}

const StringFilterInput = builder.inputRef<StringFilterShape>('StringFilter').implement({
  description: 'A test of one text, case-sensitive. Exactly one field. An empty list matches nothing.',
  isOneOf: true,
  fields: (t) => ({
    eq: t.string({ description: 'Is this text.' }),
    in: t.stringList({ description: 'Is any of these texts.' }),
    startsWith: t.string({ description: 'Begins with this text. `%` and `_` stand for themselves.' }),
    contains: t.string({ description: 'Holds this text. `%` and `_` stand for themselves.' }),
    isNull: t.boolean({ description: 'Is left out by the vendor (true), or is there (false).' }),
  }),
});

/** `EventFilter` as GraphQL hands it over. */
export interface EventFilterShape {
  category?: StringFilterShape | null | undefined;
  action?: StringFilterShape | null | undefined;
  username?: StringFilterShape | null | undefined;
  ipAddress?: string | null | undefined;
  searchText?: string | null | undefined;
  not?: EventFilterShape | null | undefined;
}

/** `EventFilter` in the graph. */
export const EventFilterInput = builder.inputRef<EventFilterShape>('EventFilter').implement({
  description:
    'Goes to the vendor where it can answer (category, action), else runs as a bounded scan that coverage reports. Fields are combined with AND; case-sensitive.',
  fields: (t) => ({
    category: t.field({ type: StringFilterInput, description: 'The category.' }),
    action: t.field({ type: StringFilterInput, description: 'The action.' }),
    username: t.field({ type: StringFilterInput, description: 'Who did it: a scan. Needs `pii:read`.' }),
    ipAddress: t.field({
      type: 'IP',
      description:
        'From this address, or from any of this CIDR block: a scan. An event that names several addresses matches by any of them. Needs `pii:read`.',
    }),
    searchText: t.string({ description: 'Text in the description, in any case: a scan. Needs `pii:read`.' }),
    not: t.field({ type: EventFilterInput, description: 'None that this filter matches: a scan.' }),
  }),
});

/** How often `not` may stand inside `not`. */
const MAX_DEPTH = 5;

/**
 * The filter as the source takes it, its nulls left out.
 * @throws RequestError `FORBIDDEN` for a part that would tell what the viewer may not see; `LIMIT_EXCEEDED` for `not`
 *   nested too deeply
 */
export function readEventFilter(
  input: EventFilterShape | null | undefined,
  viewer: Viewer,
  argument = 'filter',
  depth = 0,
): EventFilter {
  if (depth > MAX_DEPTH) throw tooDeep();
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
  // `@oneOf` has seen to it that one part is given, and that it is not null.
  return { isNull: input.isNull === true };
}

function tooDeep(): RequestError {
  return new RequestError(
    'LIMIT_EXCEEDED',
    `'not' may stand inside 'not' at most ${MAX_DEPTH} deep. Two of them cancel out.`,
    { argument: 'filter', limit: 'maxFilterDepth', allowed: MAX_DEPTH },
  );
}
