import type { Activity } from '../../sources/timeline/activity.ts';
import { builder } from '../builder.ts';
import { ActivityInterface } from '../node.ts';
import type { Connection, Edge } from '../paging/connection.ts';
import { pageFields } from '../paging/types.ts';

export const ActivityEdgeType = builder.objectRef<Edge<Activity>>('ActivityEdge').implement({
  description: 'An entry of either source and its position in the timeline.',
  fields: (t) => ({
    cursor: t.string({
      description: 'The position in the timeline, for `after` and `before`.',
      resolve: (edge) => edge.cursor(),
    }),
    node: t.expose('node', { type: ActivityInterface, description: 'The entry.' }),
  }),
});

export const ActivityConnectionType = builder
  .objectRef<Connection<Activity>>('ActivityConnection')
  .implement({
    description:
      'One page with entries of both sources, newest first. If the caller may not read a source, its entries are missing and coverage has the code FORBIDDEN.',
    requires: ['usage:read', 'events:read'],
    fields: (t) => ({
      edges: t.field({
        type: [ActivityEdgeType],
        description: 'The entries with their cursors.',
        resolve: ({ edges }) => edges,
      }),
      nodes: t.field({
        type: [ActivityInterface],
        description: 'The entries without their cursors.',
        resolve: ({ page }) => page.rows,
      }),
      ...pageFields(t, {
        totalCount:
          'How many entries both sources have together, with the weaker accuracy of the two. It is counted only if selected. Null if no reliable number is available.',
        coverage:
          'How complete this page is, for each source. If a source failed, only coverage says so: there is no error.',
      }),
    }),
  });
