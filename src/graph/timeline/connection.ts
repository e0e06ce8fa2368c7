import type { Activity } from '../../sources/timeline/activity.ts';
import { builder } from '../builder.ts';
import { ActivityInterface } from '../node.ts';
import type { Connection, Edge } from '../paging/connection.ts';
import { pageFields } from '../paging/types.ts';

const ActivityEdgeType = builder.objectRef<Edge<Activity>>('ActivityEdge').implement({
  description: 'An entry of either source in its place in the timeline.',
  fields: (t) => ({
    cursor: t.string({
      description: 'The place in the timeline, for `after` and `before`.',
      resolve: (edge) => edge.cursor(),
    }),
    node: t.expose('node', { type: ActivityInterface, description: 'The entry.' }),
  }),
});

/** `ActivityConnection` in the graph. */
export const ActivityConnectionType = builder
  .objectRef<Connection<Activity>>('ActivityConnection')
  .implement({
    description:
      'One page of both sources in one order, newest first. Of a source that the caller may not read, coverage tells FORBIDDEN.',
    requires: ['usage:read', 'events:read'],
    fields: (t) => ({
      edges: t.field({
        type: [ActivityEdgeType],
        description: 'The entries with their cursors.',
        resolve: ({ edges }) => edges,
      }),
      nodes: t.field({
        type: [ActivityInterface],
        description: 'The entries alone.',
        resolve: ({ page }) => page.rows,
      }),
      ...pageFields(t, {
        totalCount:
          'The sum of both sources, as sure as the less sure one. Computed only when selected; null where no honest figure exists.',
        coverage: 'How complete this page is, source by source: a source that failed is told here alone.',
      }),
    }),
  });
