import type { Range } from '../../base/time.ts';
import type { EventFacet, EventFacets, FacetCounts } from '../../sources/events/facets.ts';
import { builder } from '../builder.ts';
import { CoverageType } from '../coverage.ts';

/** The counts of one field, to be cut at `top` values. */
export interface FacetView {
  readonly counts: FacetCounts;
  readonly top: number;
}

const FacetValueType = builder.objectRef<FacetCounts['values'][number]>('FacetValue').implement({
  description: 'A value, and how often it occurs.',
  fields: (t) => ({
    value: t.exposeString('value', { description: 'The value.' }),
    count: t.expose('count', { type: 'SafeInt', description: 'Rows with this value.' }),
  }),
});

/** `Facet` in the graph. */
export const FacetType = builder.objectRef<FacetView>('Facet').implement({
  description: 'The values of one field over the rows that match, its own filter left aside.',
  fields: (t) => ({
    values: t.field({
      type: [FacetValueType],
      description: 'The `top` most frequent values, most frequent first; equally frequent ones by code unit.',
      resolve: ({ counts, top }) => counts.values.slice(0, top),
    }),
    missing: t.field({
      type: 'SafeInt',
      description: 'Rows without a value.',
      resolve: ({ counts }) => counts.missing,
    }),
    other: t.field({
      type: 'SafeInt',
      description: 'Rows with a value beyond `top`.',
      resolve: ({ counts, top }) => counts.values.slice(top).reduce((sum, { count }) => sum + count, 0),
    }),
  }),
});

/** What was counted over a range, to be cut at `top` values a facet. */
export interface EventFacetsView {
  readonly range: Range;
  readonly counted: EventFacets;
  readonly top: number;
}

/** null: it was not counted, since the viewer may not see it or nothing could be read. */
function viewFacet({ counted, top }: EventFacetsView, facet: EventFacet): FacetView | null {
  const counts = counted.facets.get(facet);
  return counts ? { counts, top } : null;
}

/** `EventFacets` in the graph. */
export const EventFacetsType = builder.objectRef<EventFacetsView>('EventFacets').implement({
  requires: ['events:read'],
  description:
    'What there is to filter events by. Each facet ignores its own filter, so that a menu does not collapse. A facet is null where nothing could be read.',
  fields: (t) => ({
    from: t.field({
      type: 'DateTime',
      description: 'Where the range begins; it is in.',
      resolve: ({ range }) => range.fromMs,
    }),
    to: t.field({
      type: 'DateTime',
      description: 'Where the range ends; it is out.',
      resolve: ({ range }) => range.toMs,
    }),
    categories: t.field({
      type: FacetType,
      nullable: true,
      description: 'By `category`.',
      resolve: (view) => viewFacet(view, 'category'),
    }),
    actions: t.field({
      type: FacetType,
      nullable: true,
      description: 'By `action`.',
      resolve: (view) => viewFacet(view, 'action'),
    }),
    usernames: t.field({
      type: FacetType,
      nullable: true,
      description: 'By `username`. Null for a caller without `pii:read`.',
      resolve: (view) => viewFacet(view, 'username'),
    }),
    ipAddresses: t.field({
      type: FacetType,
      nullable: true,
      description: 'By `ipAddress`. Null for a caller without `pii:read`.',
      resolve: (view) => viewFacet(view, 'ipAddress'),
    }),
    coverage: t.field({
      type: [CoverageType],
      description: 'How complete the counts are: where it tells TRUNCATED or FAILED, they are lower bounds.',
      resolve: ({ counted }) => counted.coverage,
    }),
  }),
});
