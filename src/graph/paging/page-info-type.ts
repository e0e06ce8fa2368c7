import { builder } from '../builder.ts';
import type { PageInfo } from './page-info.ts';

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
