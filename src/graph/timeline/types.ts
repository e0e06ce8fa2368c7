import type { AuditEvent } from '../../sources/events/event.ts';
import type { UsageRecord } from '../../sources/usage/record.ts';
import type { Access } from '../access.ts';
import { builder } from '../builder.ts';
import { CoverageType } from '../coverage.ts';
import { EventType } from '../events/types.ts';
import { PageInfoType } from '../paging/types.ts';
import { UsageRecordType } from '../usage/types.ts';
import type { RelatedConnection, RelatedEdge } from './related.ts';

/** `CorrelationBasis` in the graph. */
export const CorrelationBasisType = builder.enumType('CorrelationBasis', {
  description:
    'Why two entries are held to belong together. TIME alone proves little; a private or shared address likewise.',
  values: {
    IP: { description: 'Both came from one address. Needs `pii:read`.' },
    TIME: { description: 'Both lie near in time, whatever else they are.' },
  } as const,
});

/** `Confidence` in the graph. */
export const ConfidenceType = builder.enumType('Confidence', {
  description:
    'How much a relation proves: the same for a pair, whichever of the two is asked about. May cost a call of the entry’s own source.',
  values: {
    HIGH: { description: 'One public address that few users of either source are seen from.' },
    LOW: {
      description:
        'Time alone; an address that is private, carrier-grade, loopback or otherwise special, one of several, or that many users are seen from; or a time near to both that was not read whole.',
    },
  } as const,
});

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
