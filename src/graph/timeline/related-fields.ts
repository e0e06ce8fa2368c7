import { builder } from '../builder.ts';
import { EventType } from '../events/event-type.ts';
import { UsageRecordType } from '../usage/usage-record-type.ts';
import { CorrelationBasisType } from './correlation-types.ts';
import { RelatedEventConnectionType, RelatedUsageConnectionType } from './related-connection-type.ts';
import { readRelated } from './related-connection.ts';

const WITHIN = 'How far to either side, both ends in; at most `PT24H`.';
const BY = 'Related by any of these; at least one. IP needs `pii:read`.';
const FIRST = 'How many, from the newest on or behind `after`.';
const AFTER = 'A cursor of an earlier page, of the same entry, `within` and `by`: only what is behind it.';

builder.objectField(UsageRecordType, 'relatedEvents', (t) =>
  t.field({
    type: RelatedEventConnectionType,
    nullable: true,
    description:
      'Events near in time: `within` to either side, related by any of `by`. Many entries at once cost few calls. `GET /events`',
    args: {
      within: t.arg({ type: 'Duration', required: true, defaultValue: 'PT5M', description: WITHIN }),
      by: t.arg({ type: [CorrelationBasisType], required: true, defaultValue: ['IP'], description: BY }),
      first: t.arg.int({ description: FIRST }),
      after: t.arg.string({ description: AFTER }),
    },
    resolve(record, args, context) {
      const { listRelatedEvents: read } = context.timeline;
      return readRelated(record, args, { list: 'relatedEvents', source: 'EVENTS', read }, context);
    },
  }),
);

builder.objectField(EventType, 'relatedUsage', (t) =>
  t.field({
    type: RelatedUsageConnectionType,
    nullable: true,
    description:
      'API calls near in time: `within` to either side, related by any of `by`. Many entries at once cost few calls. `GET /usage`',
    args: {
      within: t.arg({ type: 'Duration', required: true, defaultValue: 'PT5M', description: WITHIN }),
      by: t.arg({ type: [CorrelationBasisType], required: true, defaultValue: ['IP'], description: BY }),
      first: t.arg.int({ description: FIRST }),
      after: t.arg.string({ description: AFTER }),
    },
    resolve(event, args, context) {
      const { listRelatedUsage: read } = context.timeline;
      return readRelated(event, args, { list: 'relatedUsage', source: 'USAGE', read }, context);
    },
  }),
);
