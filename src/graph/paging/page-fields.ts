import type { builder } from '../builder.ts';
import { CoverageType } from '../coverage-type.ts';
import type { Connection } from './connection.ts';
import { PageInfoType } from './page-info-type.ts';
import { TotalCountType } from './total-count-type.ts';

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
