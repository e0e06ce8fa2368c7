import { SCOPES } from './access.ts';
import type { Viewer } from './access.ts';
import { builder } from './builder.ts';
import type { GraphContext, Limits, SourceStatus } from './context.ts';
import { SourceType } from './source.ts';

const SourceStatusType = builder.objectRef<SourceStatus>('SourceStatus').implement({
  description: 'How one source is doing.',
  fields: (t) => ({
    source: t.expose('source', { type: SourceType, description: 'The source.' }),
    configured: t.exposeBoolean('configured', { description: 'There are credentials for it.' }),
    healthy: t.exposeBoolean('healthy', {
      nullable: true,
      description: 'From what was last seen, without a call of its own; null: nothing has been seen yet.',
    }),
    lastSuccessAt: t.expose('lastSuccessAtMs', {
      type: 'DateTime',
      nullable: true,
      description: 'When the vendor last answered; null: not yet.',
    }),
    retention: t.expose('retention', {
      type: 'Duration',
      nullable: true,
      description: 'How far back the vendor is said to keep data; null: unknown.',
    }),
  }),
});

const LimitsType = builder.objectRef<Limits>('Limits').implement({
  description: 'The limits in force for one operation; null: not bounded.',
  fields: (t) => ({
    defaultPageSize: t.exposeInt('defaultPageSize', {
      description: 'Rows of a page where neither `first` nor `last` is given.',
    }),
    maxPageSize: t.exposeInt('maxPageSize', { description: 'The largest `first` or `last`.' }),
    maxBuckets: t.exposeInt('maxBuckets', { description: 'Buckets that a series may have.' }),
    maxUpstreamBuckets: t.exposeInt('maxUpstreamBuckets', {
      description: "Buckets that may be read from the vendor to make a series in the caller's time zone.",
    }),
    maxScannedRows: t.exposeInt('maxScannedRows', {
      description:
        'Rows that a scan may look at before it stops and can be resumed: at most, for it may make its share of the vendor calls only, and a vendor may give less at once than it is asked for.',
    }),
    maxUpstreamCalls: t.exposeInt('maxUpstreamCalls', {
      nullable: true,
      description: 'Calls to the vendors.',
    }),
    maxDepth: t.exposeInt('maxDepth', { nullable: true, description: 'How deep a document may be nested.' }),
    maxCost: t.exposeInt('maxCost', { nullable: true, description: 'How much an operation may cost.' }),
  }),
});

const ServiceType = builder.objectRef<GraphContext>('Service').implement({
  description: 'Limits in force, and how each source is doing.',
  fields: (t) => ({
    version: t.string({ description: "This service's version.", resolve: ({ service }) => service.version }),
    now: t.expose('nowMs', {
      type: 'DateTime',
      description: "The operation's 'now', which its ranges count from.",
    }),
    sources: t.field({
      type: [SourceStatusType],
      description: 'Both sources, USAGE first.',
      resolve: ({ service }) => service.sources(),
    }),
    limits: t.expose('limits', { type: LimitsType, description: 'The limits in force.' }),
  }),
});

builder.queryField('service', (t) =>
  t.field({
    type: ServiceType,
    nullable: true,
    requires: [],
    description: 'Limits in force, and how each source is doing. Causes no vendor call.',
    resolve: (_root, _args, context) => context,
  }),
);

const ViewerType = builder.objectRef<Viewer>('Viewer').implement({
  description: 'Who is asking.',
  fields: (t) => ({
    scopes: t.stringList({
      description:
        'What the caller may do: `usage:read`, `events:read`, `pii:read` (personal data), `introspect` (read this schema).',
      resolve: ({ scopes }) => SCOPES.filter((scope) => scopes.has(scope)),
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerType,
    nullable: true,
    description: 'Who is asking, and what they may see. Answered to everybody.',
    resolve: (_root, _args, { viewer }) => viewer,
  }),
);
