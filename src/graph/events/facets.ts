import type { Range } from '../../base/time.ts';
import type { EventFacet, EventFacets, FacetCounts } from '../../sources/events/facets.ts';
import { builder } from '../builder.ts';
import { CoverageType } from '../coverage.ts';

/** The counts of one field. Only the first `top` values are shown. */
export interface FacetView {
  readonly counts: FacetCounts;
  readonly top: number;
}

const FacetValueType = builder.objectRef<FacetCounts['values'][number]>('FacetValue').implement({
  description: 'A value and how many events have it.',
  fields: (t) => ({
    value: t.exposeString('value', { description: 'The value.' }),
    count: t.expose('count', { type: 'SafeInt', description: 'How many events have this value.' }),
  }),
});

const FacetType = builder.objectRef<FacetView>('Facet').implement({
  description:
    'The values of one field among the events that match the filter. The filter on the field itself is ignored, except inside `not`.',
  fields: (t) => ({
    values: t.field({
      type: [FacetValueType],
      description:
        'The `top` most frequent values, most frequent first. Equally frequent values are sorted by their UTF-16 codes.',
      resolve: ({ counts, top }) => counts.values.slice(0, top),
    }),
    missing: t.field({
      type: 'SafeInt',
      description: 'How many events have no value.',
      resolve: ({ counts }) => counts.missing,
    }),
    other: t.field({
      type: 'SafeInt',
      description: 'The sum of the counts of all further values, beyond `top`.',
      resolve: ({ counts, top }) => counts.values.slice(top).reduce((sum, { count }) => sum + count, 0),
    }),
  }),
});

/** The facets of a range. Each shows only its first `top` values. */
export interface EventFacetsView {
  readonly range: Range;
  readonly counted: EventFacets;
  readonly top: number;
}

export const EventFacetsType = builder.objectRef<EventFacetsView>('EventFacets').implement({
  description:
    'The values that events can be filtered by. Each facet ignores the filter on its own field, except inside `not`, so that a menu keeps its other options. A facet is null if nothing could be read.',
  requires: ['events:read'],
  fields: (t) => ({
    from: t.field({
      type: 'DateTime',
      description: 'Start of the range (inclusive).',
      resolve: ({ range }) => range.fromMs,
    }),
    to: t.field({
      type: 'DateTime',
      description: 'End of the range (exclusive).',
      resolve: ({ range }) => range.toMs,
    }),
    categories: t.field({
      type: FacetType,
      nullable: true,
      description: 'The values of `category`.',
      resolve: (view) => viewFacet(view, 'category'),
    }),
    actions: t.field({
      type: FacetType,
      nullable: true,
      description: 'The values of `action`.',
      resolve: (view) => viewFacet(view, 'action'),
    }),
    usernames: t.field({
      type: FacetType,
      nullable: true,
      description: 'The values of `username`. Null for a caller without `pii:read`.',
      resolve: (view) => viewFacet(view, 'username'),
    }),
    ipAddresses: t.field({
      type: FacetType,
      nullable: true,
      description:
        'The addresses. An event that names several counts for each of them. Null for a caller without `pii:read`.',
      resolve: (view) => viewFacet(view, 'ipAddress'),
    }),
    coverage: t.field({
      type: [CoverageType],
      description:
        'How complete the counts are. If a status is TRUNCATED or FAILED, the counts are lower bounds.',
      resolve: ({ counted }) => counted.coverage,
    }),
  }),
});

/** null: it was not counted, because the viewer may not see it or because nothing could be read. */
function viewFacet({ counted, top }: EventFacetsView, facet: EventFacet): FacetView | null {
  const counts = counted.facets.get(facet);
  return counts ? { counts, top } : null;
}
