import type { AuditEvent } from '../../sources/events/event.ts';
import type { UsageRecord } from '../../sources/usage/usage-record.ts';
import { builder } from '../builder.ts';
import { CoverageType } from '../coverage-type.ts';
import { EventType } from '../events/event-type.ts';
import { PageInfoType } from '../paging/page-info-type.ts';
import type { Access } from '../require-access.ts';
import { UsageRecordType } from '../usage/usage-record-type.ts';
import { ConfidenceType, CorrelationBasisType } from './correlation-types.ts';
import type { RelatedConnection, RelatedEdge } from './related-connection.ts';

const RelatedEventEdgeType = createEdgeType<AuditEvent>('RelatedEventEdge', 'An event');
builder.objectField(RelatedEventEdgeType, 'node', (t) =>
  t.expose('node', { type: EventType, description: 'The event.' }),
);

const RelatedUsageEdgeType = createEdgeType<UsageRecord>('RelatedUsageEdge', 'An API call');
builder.objectField(RelatedUsageEdgeType, 'node', (t) =>
  t.expose('node', { type: UsageRecordType, description: 'The API call.' }),
);

/** `RelatedEventConnection` in the graph. */
export const RelatedEventConnectionType = createConnectionType(
  'RelatedEventConnection',
  RelatedEventEdgeType,
  ['events:read'],
);

/** `RelatedUsageConnection` in the graph. */
export const RelatedUsageConnectionType = createConnectionType(
  'RelatedUsageConnection',
  RelatedUsageEdgeType,
  ['usage:read'],
);

function createEdgeType<Row>(name: string, noun: string) {
  return builder.objectRef<RelatedEdge<Row>>(name).implement({
    description: `${noun} that is related to an entry, and why.`,
    fields: (t) => ({
      cursor: t.string({
        description: 'The place among what is related to this entry, for `after`.',
        resolve: (edge) => edge.cursor(),
      }),
      basis: t.field({
        type: [CorrelationBasisType],
        description: 'What ties the two together, of what was asked for in `by`.',
        resolve: ({ basis }) => basis,
      }),
      confidence: t.field({
        type: ConfidenceType,
        description: 'How much that proves.',
        resolve: (edge) => edge.confidence(),
      }),
    }),
  });
}

function createConnectionType<Row>(
  name: string,
  edgeType: ReturnType<typeof createEdgeType<Row>>,
  requires: Access,
) {
  return builder.objectRef<RelatedConnection<Row>>(name).implement({
    requires,
    description: 'One page of what is related to an entry, newest first.',
    fields: (t) => ({
      edges: t.field({
        type: [edgeType],
        description: 'What is related, and what ties it to the entry.',
        resolve: ({ edges }) => edges,
      }),
      pageInfo: t.field({
        type: PageInfoType,
        description: 'Where this page stands.',
        resolve: ({ pageInfo }) => pageInfo,
      }),
      coverage: t.field({
        type: [CoverageType],
        description: 'How complete the reading of the window about the entry is.',
        resolve: ({ coverage }) => coverage,
      }),
    }),
  });
}
