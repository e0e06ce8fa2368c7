import type { TotalCount } from '../../sources/paging/page.ts';
import { builder } from '../builder.ts';
import { CoverageType } from '../coverage.ts';
import type { Connection } from './connection.ts';
import type { PageInfo } from './page-info.ts';

/** `DateTimeRange` in the graph; frozen by `freezeRange`. */
export const DateTimeRangeInput = builder.inputType('DateTimeRange', {
  description:
    "Half-open: `from` is in, `to` is out. Either `from` (`to` defaults to now), or `last`, counted back from `to`. One 'now' per operation, frozen into every cursor; a future `to` is clamped to it. Over served files, a range that is left out is the last 7 days up to their last row.",
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'Where the range begins; it is in.' }),
    to: t.field({ type: 'DateTime', description: 'Where the range ends; it is out. Left out: now.' }),
    last: t.field({
      type: 'Duration',
      description: 'How long the range is, counted back from `to` in the UTC calendar.',
    }),
  }),
});

const CountAccuracyType = builder.enumType('CountAccuracy', {
  description: 'How far a count can be trusted.',
  values: {
    EXACT: { description: 'Proven by a whole walk, or by a closed series that was read with the list.' },
    ESTIMATE: { description: 'A series of the vendor, or an earlier answer, stands in for a count of rows.' },
    AT_LEAST: {
      description: 'Counted as far as a bound on the scan, or what the vendor still keeps, allows.',
    },
  } as const,
});

/** `TotalCount` in the graph. */
export const TotalCountType = builder.objectRef<TotalCount>('TotalCount').implement({
  description: 'How many entries a list has over all its pages.',
  fields: (t) => ({
    value: t.expose('value', { type: 'SafeInt', description: 'The count.' }),
    accuracy: t.expose('accuracy', { type: CountAccuracyType, description: 'How far it can be trusted.' }),
  }),
});

/** `PageInfo` in the graph. */
export const PageInfoType = builder.objectRef<PageInfo>('PageInfo').implement({
  description:
    'Where a page stands in its list. A page of a scan may be empty with `hasNextPage` true and `endCursor` set.',
  fields: (t) => ({
    hasNextPage: t.boolean({
      description: 'Further entries follow, or a stopped scan could not know yet. Seen, not guessed.',
      resolve: (info) => info.hasNextPage,
    }),
    hasPreviousPage: t.boolean({
      description:
        'Entries come before this page, or a part before it could not be read. It costs no vendor call.',
      resolve: (info) => info.hasPreviousPage,
    }),
    startCursor: t.string({
      nullable: true,
      description: 'Where this page begins: as `before`, it gives the page ahead of it.',
      resolve: (info) => info.startCursor(),
    }),
    endCursor: t.string({
      nullable: true,
      description: 'Where this page ends: as `after`, it gives the next one.',
      resolve: (info) => info.endCursor(),
    }),
  }),
});

type FieldBuilder = PothosSchemaTypes.ObjectFieldBuilder<
  (typeof builder)['$inferSchemaTypes'],
  Connection<unknown>
>;

/** What every connection tells of its page besides the rows. `texts` are the sentences that differ from list to list. */
export function pageFields(
  t: FieldBuilder,
  texts: { readonly totalCount: string; readonly coverage: string },
) {
  return {
    pageInfo: t.expose('pageInfo', { type: PageInfoType, description: 'Where this page stands.' }),
    from: t.field({
      type: 'DateTime',
      description: 'Where the range begins, as frozen by the first page.',
      resolve: ({ range }) => range.fromMs,
    }),
    to: t.field({
      type: 'DateTime',
      description: 'Where the range ends, as frozen by the first page.',
      resolve: ({ range }) => range.toMs,
    }),
    totalCount: t.field({
      type: TotalCountType,
      nullable: true,
      description: texts.totalCount,
      resolve: (connection) => connection.totalCount(),
    }),
    coverage: t.field({
      type: [CoverageType],
      description: texts.coverage,
      resolve: ({ page }) => page.coverage,
    }),
  };
}
