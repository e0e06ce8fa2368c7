import { RequestError } from '../../base/request-error.ts';
import type { EventFilter, StringFilter } from '../../sources/events/event-filter.ts';
import { refuseMasked } from '../masking.ts';
import type { Viewer } from '../viewer.ts';
import type { EventFilterShape, StringFilterShape } from './event-filter-input.ts';

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
