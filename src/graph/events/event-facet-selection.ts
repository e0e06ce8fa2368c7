import type { GraphQLResolveInfo } from 'graphql';
import type { EventFacet } from '../../sources/events/event-facets.ts';
import { maskedFields } from '../masking.ts';
import type { MaskedField } from '../masking.ts';
import { selectedFieldNames } from '../selection.ts';
import type { Viewer } from '../viewer.ts';

/** The facets by the names of their fields, and what hides them. */
const FACETS: Readonly<Record<string, readonly [facet: EventFacet, hiddenWith: readonly MaskedField[]]>> = {
  categories: ['category', []],
  actions: ['action', []],
  usernames: ['username', ['USERNAME']],
  ipAddresses: ['ipAddress', ['IP_ADDRESS']],
};

/** The facets among the names of fields, whoever may see them. */
export function facetsAmong(names: Iterable<string>): readonly EventFacet[] {
  return [...names].flatMap((name) => (Object.hasOwn(FACETS, name) && FACETS[name]?.[0]) || []);
}

/** The facets that the selection of `EventFacets` shows and the viewer may see: only these are counted. */
export function selectedEventFacets(info: GraphQLResolveInfo, viewer: Viewer): ReadonlySet<EventFacet> {
  return new Set(
    [...selectedFieldNames(info)].flatMap((name) => {
      const [facet, hiddenWith] = (Object.hasOwn(FACETS, name) && FACETS[name]) || [];
      return facet && maskedFields(viewer, hiddenWith ?? []).length === 0 ? [facet] : [];
    }),
  );
}
