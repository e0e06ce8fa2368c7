import type { AuditEvent } from '../../sources/events/event.ts';
import { builder } from '../builder.ts';
import { CoverageType } from '../coverage-type.ts';
import type { Connection, Edge } from '../paging/connection.ts';
import { PageInfoType } from '../paging/page-info-type.ts';
import { TotalCountType } from '../paging/total-count-type.ts';
import { EventType } from './event-type.ts';

const EventEdgeType = builder.objectRef<Edge<AuditEvent>>('EventEdge').implement({
  description: 'An event in its place in a list.',
  fields: (t) => ({
    cursor: t.string({
      description: 'The place in the list, for `after` and `before`.',
      resolve: (edge) => edge.cursor(),
    }),
    node: t.expose('node', { type: EventType, description: 'The event.' }),
  }),
});

/** `EventConnection` in the graph. */
export const EventConnectionType = builder.objectRef<Connection<AuditEvent>>('EventConnection').implement({
  description: 'One page of events.',
  requires: ['events:read'],
  fields: (t) => ({
    edges: t.field({
      type: [EventEdgeType],
      description: 'The events with their cursors.',
      resolve: ({ edges }) => edges,
    }),
    nodes: t.field({
      type: [EventType],
      description: 'The events alone.',
      resolve: ({ page }) => page.rows,
    }),
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
      description: 'Computed only when selected; null where no honest figure exists.',
      resolve: (connection) => connection.totalCount(),
    }),
    coverage: t.field({
      type: [CoverageType],
      description: 'How complete this page is.',
      resolve: ({ page }) => page.coverage,
    }),
  }),
});
