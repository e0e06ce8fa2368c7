import { OPTIONAL_EVENT_FIELDS } from '../../sources/events/event.ts';
import type { OptionalEventField } from '../../sources/events/event.ts';
import type { EventFacet } from '../../sources/events/facets.ts';
import type { Viewer } from '../access.ts';
import { isFieldMasked } from '../masking.ts';
import type { MaskedField } from '../masking.ts';
import { namesUnder } from '../selection.ts';
import type { SelectedField } from '../selection.ts';

/** Fields of an event that need another field, which the vendor must be asked for. */
const NEEDS: Readonly<Record<string, OptionalEventField>> = { relatedUsage: 'ipAddress' };

/** The optional fields of an event that the selection of an `EventConnection`, or of an `ActivityConnection`, needs. */
export function selectedEventFields(fields: readonly SelectedField[]): ReadonlySet<OptionalEventField> {
  const names = [...namesUnder(fields, 'nodes'), ...namesUnder(fields, 'edges', 'node')];
  const needed = new Set(names.map((name) => (Object.hasOwn(NEEDS, name) && NEEDS[name]) || name));
  return new Set(OPTIONAL_EVENT_FIELDS.filter((field) => needed.has(field)));
}

/** As which personal data each field is masked. */
const MASKED_AS: Readonly<Record<OptionalEventField, MaskedField>> = {
  description: 'DESCRIPTION',
  username: 'USERNAME',
  ipAddress: 'IP_ADDRESS',
};

/** The optional fields of an event that the viewer may see. The vendor is never asked for others. */
export function visibleEventFields(viewer: Viewer): ReadonlySet<OptionalEventField> {
  return new Set(OPTIONAL_EVENT_FIELDS.filter((field) => !isFieldMasked(viewer, MASKED_AS[field])));
}

/** The facets by the names of their fields, each with the personal data that it shows. */
const FACETS: Readonly<Record<string, { readonly facet: EventFacet; readonly shows: MaskedField | null }>> = {
  categories: { facet: 'category', shows: null },
  actions: { facet: 'action', shows: null },
  usernames: { facet: 'username', shows: 'USERNAME' },
  ipAddresses: { facet: 'ipAddress', shows: 'IP_ADDRESS' },
};

/** The facets that `EventFacets` selects and the viewer may see. Only these are counted. */
export function selectedEventFacets(
  fields: readonly SelectedField[],
  viewer: Viewer,
): ReadonlySet<EventFacet> {
  return new Set(
    fields.flatMap(({ name }) => {
      const known = Object.hasOwn(FACETS, name) ? FACETS[name] : undefined;
      if (!known || (known.shows && isFieldMasked(viewer, known.shows))) return [];
      return [known.facet];
    }),
  );
}
