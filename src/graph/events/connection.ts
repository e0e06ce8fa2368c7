import type { AuditEvent } from '../../sources/events/event.ts';
import { builder } from '../builder.ts';
import type { Connection, Edge } from '../paging/connection.ts';
import { pageFields } from '../paging/types.ts';
import { EventType } from './types.ts';

const EventEdgeType = builder.objectRef<Edge<AuditEvent>>('EventEdge').implement({
  description: 'An event and its position in a list.',
  fields: (t) => ({
    cursor: t.string({
      description: 'The position in the list, for `after` and `before`.',
      resolve: (edge) => edge.cursor(),
    }),
    node: t.expose('node', { type: EventType, description: 'The event.' }),
  }),
});

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
      description: 'The events without their cursors.',
      resolve: ({ page }) => page.rows,
    }),
    ...pageFields(t, {
      totalCount:
        'How many events the list has. It is counted only if selected. Null if no reliable number is available.',
      coverage: 'How complete this page is.',
    }),
  }),
});
