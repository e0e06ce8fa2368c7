import type { Range } from '../../base/range.ts';
import type { EventFacet, EventFacets } from '../../sources/events/event-facets.ts';
import { builder } from '../builder.ts';
import { CoverageType } from '../coverage-type.ts';
import { FacetType } from './facet-type.ts';
import type { FacetView } from './facet-type.ts';

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
