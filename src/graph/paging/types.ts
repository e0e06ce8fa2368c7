import type { TotalCount } from '../../sources/paging/page.ts';
import { builder } from '../builder.ts';
import { CoverageType } from '../coverage.ts';
import type { Connection } from './connection.ts';
import type { PageInfo } from './page-info.ts';

/** `freezeRange` reads it. */
export const DateTimeRangeInput = builder.inputType('DateTimeRange', {
  description:
    "A range of time, from `from` (inclusive) to `to` (exclusive). Give either `from` or `last`. An operation has one 'now', and a `to` in the future means now. The first page fixes the range, and its cursors keep it. If a list is given no range, it reads the last 7 days; if files are served, the last 7 days up to their last row.",
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'Start of the range (inclusive).' }),
    to: t.field({ type: 'DateTime', description: 'End of the range (exclusive). Default: now.' }),
    last: t.field({
      type: 'Duration',
      description: 'The length of the range, such as `P7D`. It is subtracted from `to` in the UTC calendar.',
    }),
    asKnownAt: t.field({
      type: 'DateTime',
      description:
        'Answer as the archive knew it at this time: rows that it saw later are left out. Refused if there is no archive.',
    }),
  }),
});

const CountAccuracyType = builder.enumType('CountAccuracy', {
  description: 'How exact a count is.',
  values: {
    EXACT: {
      description:
        'The exact number: all rows were counted, or a series of the vendor that no longer changes was read.',
    },
    ESTIMATE: { description: 'An estimate, from a series of the vendor or from an earlier answer.' },
    AT_LEAST: {
      description:
        'A lower bound: a limit stopped the count, or rows could not be read or may have been deleted.',
    },
  } as const,
});

const TotalCountType = builder.objectRef<TotalCount>('TotalCount').implement({
  description: 'How many entries a list has on all its pages together.',
  fields: (t) => ({
    value: t.expose('value', { type: 'SafeInt', description: 'The number of entries.' }),
    accuracy: t.expose('accuracy', { type: CountAccuracyType, description: 'How exact the number is.' }),
  }),
});

export const PageInfoType = builder.objectRef<PageInfo>('PageInfo').implement({
  description:
    'Whether a list goes on before and after this page, and the cursors to go on from. A page of a scan may be empty although `hasNextPage` is true: continue from `endCursor`.',
  fields: (t) => ({
    hasNextPage: t.boolean({
      description:
        'True if entries follow this page (a further row was read to prove it), or if a scan stopped before it could know.',
      resolve: (info) => info.hasNextPage,
    }),
    hasPreviousPage: t.boolean({
      description:
        'True if entries precede this page, or if a span before it could not be read. It costs no vendor call.',
      resolve: (info) => info.hasPreviousPage,
    }),
    startCursor: t.string({
      nullable: true,
      description: 'The start of this page. Give it as `before` to read the previous page.',
      resolve: (info) => info.startCursor(),
    }),
    endCursor: t.string({
      nullable: true,
      description: 'The end of this page. Give it as `after` to read the next page.',
      resolve: (info) => info.endCursor(),
    }),
  }),
});

type FieldBuilder = PothosSchemaTypes.ObjectFieldBuilder<
  (typeof builder)['$inferSchemaTypes'],
  Connection<unknown>
>;

/** The fields of every connection besides its rows. `texts` are the descriptions that differ from list to list. */
export function pageFields(
  t: FieldBuilder,
  texts: { readonly totalCount: string; readonly coverage: string },
) {
  return {
    pageInfo: t.expose('pageInfo', {
      type: PageInfoType,
      description: 'The position of this page in its list.',
    }),
    from: t.field({
      type: 'DateTime',
      description: 'Start of the range (inclusive), as fixed by the first page.',
      resolve: ({ range }) => range.fromMs,
    }),
    to: t.field({
      type: 'DateTime',
      description: 'End of the range (exclusive), as fixed by the first page.',
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
