import type { UsageRecord } from '../../sources/usage/record.ts';
import { builder } from '../builder.ts';
import type { Connection, Edge } from '../paging/connection.ts';
import { pageFields } from '../paging/types.ts';
import { UsageRecordType } from './types.ts';

const UsageRecordEdgeType = builder.objectRef<Edge<UsageRecord>>('UsageRecordEdge').implement({
  description: 'A usage record and its position in a list.',
  fields: (t) => ({
    cursor: t.string({
      description: 'The position in the list, for `after` and `before`.',
      resolve: (edge) => edge.cursor(),
    }),
    node: t.expose('node', { type: UsageRecordType, description: 'The usage record.' }),
  }),
});

export const UsageRecordConnectionType = builder
  .objectRef<Connection<UsageRecord>>('UsageRecordConnection')
  .implement({
    description: 'One page of usage records, newest first.',
    requires: ['usage:read'],
    fields: (t) => ({
      edges: t.field({
        type: [UsageRecordEdgeType],
        description: 'The records with their cursors.',
        resolve: ({ edges }) => edges,
      }),
      nodes: t.field({
        type: [UsageRecordType],
        description: 'The records without their cursors.',
        resolve: ({ page }) => page.rows,
      }),
      ...pageFields(t, {
        totalCount:
          'How many records the list has. It is counted only if selected. Null if no reliable number is available.',
        coverage: 'How complete this page is.',
      }),
    }),
  });
