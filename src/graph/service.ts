import { Temporal } from '../base/time.ts';
import type { Range } from '../base/time.ts';
import { SCOPES } from './access.ts';
import type { Viewer } from './access.ts';
import type { ArchivedSourceData, ArchiveStatusData } from './archive.ts';
import { builder } from './builder.ts';
import type { GraphContext, Limits, SourceStatus } from './context.ts';
import { SourceType } from './coverage.ts';

const SourceStatusType = builder.objectRef<SourceStatus>('SourceStatus').implement({
  description: 'The state of one source.',
  fields: (t) => ({
    source: t.expose('source', { type: SourceType, description: 'Which source this is.' }),
    configured: t.exposeBoolean('configured', {
      description:
        'Whether there are credentials or files for this source. If each request brings its own credentials: whether this request has them.',
    }),
    healthy: t.exposeBoolean('healthy', {
      nullable: true,
      description:
        'Whether the vendor answers, judged by earlier calls: this field makes no call. Null if there was no call yet.',
    }),
    lastSuccessAt: t.expose('lastSuccessAtMs', {
      type: 'DateTime',
      nullable: true,
      description: 'When the vendor last answered. Null if it has not answered yet.',
    }),
    retention: t.expose('retention', {
      type: 'Duration',
      nullable: true,
      description: 'How long the vendor keeps data, as configured by the operator. Null if unknown.',
    }),
    settlesAfter: t.field({
      type: 'Duration',
      description:
        'How long after its time a row may still reach the vendor, as configured by the operator. Coverage calls newer data FILLING. Zero if the rows are those of files.',
      resolve: ({ settlesAfterMs }) => formatDuration(settlesAfterMs),
    }),
  }),
});

const LimitsType = builder.objectRef<Limits>('Limits').implement({
  description: 'The limits for one operation. Null means no limit.',
  fields: (t) => ({
    defaultPageSize: t.exposeInt('defaultPageSize', {
      description: 'How many rows a page has if neither `first` nor `last` is given.',
    }),
    maxPageSize: t.exposeInt('maxPageSize', {
      description: 'The largest `first` or `last`, and the most ids in `nodes`.',
    }),
    maxBuckets: t.exposeInt('maxBuckets', { description: 'How many buckets a series may have.' }),
    maxUpstreamBuckets: t.exposeInt('maxUpstreamBuckets', {
      description: "How many of the vendor's rows may be read to make a series.",
    }),
    maxScannedRows: t.exposeInt('maxScannedRows', {
      description:
        'How many rows a scan may read. It can stop earlier, because a scan may use only a part of the vendor calls, and a vendor may return fewer rows than requested. Continue from `endCursor`.',
    }),
    maxUpstreamCalls: t.exposeInt('maxUpstreamCalls', {
      nullable: true,
      description: 'How many vendor calls an operation may make.',
    }),
    maxDepth: t.exposeInt('maxDepth', {
      nullable: true,
      description: 'How many levels of fields a document may have.',
    }),
    maxCost: t.exposeInt('maxCost', {
      nullable: true,
      description:
        'How many points an operation may cost. A point is about one millisecond of processor time.',
    }),
  }),
});

const TimeSpanType = builder.objectRef<Range>('TimeSpan').implement({
  description: 'A span of time.',
  fields: (t) => ({
    from: t.expose('fromMs', { type: 'DateTime', description: 'Start of the span (inclusive).' }),
    to: t.expose('toMs', { type: 'DateTime', description: 'End of the span (exclusive).' }),
  }),
});

const MOST_SPANS = 100;

const ArchivedSourceType = builder.objectRef<ArchivedSourceData>('ArchivedSource').implement({
  description: 'What the archive holds of one source.',
  fields: (t) => ({
    source: t.expose('source', { type: SourceType, description: 'Which source this is.' }),
    rows: t.expose('rows', { type: 'SafeInt', description: 'How many rows the archive holds.' }),
    bytes: t.expose('bytes', {
      type: 'SafeInt',
      nullable: true,
      description: 'How much space they take, in bytes. Null if unknown.',
    }),
    held: t.field({
      type: [TimeSpanType],
      description: `The spans that the archive holds whole, newest first: the newest ${MOST_SPANS} of them.`,
      resolve: ({ held }) => held.slice(0, MOST_SPANS),
    }),
    lag: t.field({
      type: 'Duration',
      nullable: true,
      description: 'How far the newest span ends behind now. Null if the archive holds no span.',
      resolve: ({ lagMs }) => (lagMs === null ? null : formatDuration(lagMs)),
    }),
    sealedTo: t.expose('sealedToMs', {
      type: 'DateTime',
      nullable: true,
      description:
        'The end of the last sealed day. Null if no day is sealed, or if the service is not told where days are sealed.',
    }),
  }),
});

function formatDuration(milliseconds: number): string {
  return Temporal.Duration.from({ milliseconds }).round({ largestUnit: 'hours' }).toString();
}

const ArchiveStatusType = builder.objectRef<ArchiveStatusData>('ArchiveStatus').implement({
  description: 'What the archive holds.',
  fields: (t) => ({
    engine: t.exposeString('engine', {
      description: 'The database that keeps it: `duckdb` or `clickhouse`.',
    }),
    sources: t.field({
      type: [ArchivedSourceType],
      description: 'What it holds of each source, USAGE first.',
      resolve: ({ sources }) => sources,
    }),
  }),
});

const ServiceType = builder.objectRef<GraphContext>('Service').implement({
  description: 'The limits in force and the state of each source.',
  fields: (t) => ({
    version: t.string({
      description: 'The version of this service.',
      resolve: ({ service }) => service.version,
    }),
    now: t.expose('nowMs', {
      type: 'DateTime',
      description: "The operation's 'now'. Its ranges are relative to it.",
    }),
    sources: t.field({
      type: [SourceStatusType],
      description: 'The state of both sources, USAGE first.',
      resolve: ({ service }) => service.sources(),
    }),
    limits: t.expose('limits', { type: LimitsType, description: 'The limits for one operation.' }),
    archive: t.field({
      type: ArchiveStatusType,
      nullable: true,
      description: 'What the archive holds. Null if there is no archive.',
      resolve: ({ service }) => service.archive?.() ?? null,
    }),
  }),
});

builder.queryField('service', (t) =>
  t.field({
    type: ServiceType,
    nullable: true,
    requires: [],
    description: 'The limits in force and the state of each source. Makes no vendor call.',
    resolve: (_root, _args, context) => context,
  }),
);

const ViewerType = builder.objectRef<Viewer>('Viewer').implement({
  description: 'The caller.',
  fields: (t) => ({
    scopes: t.stringList({
      description:
        'What the caller may do: `usage:read` and `events:read` (read that source), `pii:read` (see personal data), `introspect` (read this schema), `export` (take whole lists away), `doctor` (have the vendors examined at `/health/doctor`).',
      resolve: ({ scopes }) => SCOPES.filter((scope) => scopes.has(scope)),
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerType,
    nullable: true,
    description: 'The caller and their scopes. Everybody may ask for it.',
    resolve: (_root, _args, { viewer }) => viewer,
  }),
);
