import type { AuditEvent } from '../../sources/events/event.ts';
import type { UsageRecord } from '../../sources/usage/record.ts';
import type { Access } from '../access.ts';
import { builder } from '../builder.ts';
import { CoverageType } from '../coverage.ts';
import { EventType } from '../events/types.ts';
import { PageInfoType } from '../paging/types.ts';
import { UsageRecordType } from '../usage/types.ts';
import type { RelatedConnection, RelatedEdge } from './related.ts';

export const CorrelationBasisType = builder.enumType('CorrelationBasis', {
  description:
    'What relates two entries. TIME alone proves little, and so does an address that is private or shared by many users.',
  values: {
    IP: { description: 'Both come from the same address. Needs `pii:read`.' },
    TIME: { description: 'Both happened within the given time of each other.' },
  } as const,
});

export const ConfidenceType = builder.enumType('Confidence', {
  description:
    "How much a relation proves. It is the same for a pair in both directions. It may need a further call to the entry's own source.",
  values: {
    HIGH: {
      description:
        'Both come from the same public address, and at most five users of either source were seen from it.',
    },
    LOW: {
      description:
        'They are related by time only, or the address is not public (such as private or carrier-grade NAT), is one of several or has more users, or the time around both entries could not be read completely.',
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

export const RelatedEventConnectionType = createConnectionType(
  'RelatedEventConnection',
  RelatedEventEdgeType,
  ['events:read'],
);

export const RelatedUsageConnectionType = createConnectionType(
  'RelatedUsageConnection',
  RelatedUsageEdgeType,
  ['usage:read'],
);

function createEdgeType<Row>(name: string, noun: string) {
  return builder.objectRef<RelatedEdge<Row>>(name).implement({
    description: `${noun} that is related to an entry, and what relates the two.`,
    fields: (t) => ({
      cursor: t.string({
        description: 'The position in this list, for `after`.',
        resolve: (edge) => edge.cursor(),
      }),
      basis: t.field({
        type: [CorrelationBasisType],
        description: 'What relates the two: one or more values of `by`.',
        resolve: ({ basis }) => basis,
      }),
      confidence: t.field({
        type: ConfidenceType,
        description: 'How much the relation proves.',
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
    description: 'One page of the entries that are related to an entry, newest first.',
    requires,
    fields: (t) => ({
      edges: t.field({
        type: [edgeType],
        description: 'The related entries, each with what relates it.',
        resolve: ({ edges }) => edges,
      }),
      pageInfo: t.field({
        type: PageInfoType,
        description: 'The position of this page in its list.',
        resolve: ({ pageInfo }) => pageInfo,
      }),
      coverage: t.field({
        type: [CoverageType],
        description: 'How completely the time around the entry was read.',
        resolve: ({ coverage }) => coverage,
      }),
    }),
  });
}
