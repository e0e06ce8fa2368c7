import type { FacetCounts } from '../../sources/events/event-facets.ts';
import { builder } from '../builder.ts';

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
