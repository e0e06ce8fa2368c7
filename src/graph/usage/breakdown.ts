import { digest } from '../../base/sealing.ts';
import type {
  ProcessTimeSpread,
  UsageBreakdown,
  UsageBreakdownRequest,
  UsageDimension,
  UsageFigures,
} from '../../sources/usage/breakdown.ts';
import type { Group } from '../../sources/shared/groups.ts';
import type { CheckedGrouping } from '../breakdown.ts';
import { builder } from '../builder.ts';
import { CoverageType } from '../coverage.ts';
import { IntervalType } from '../interval.ts';
import { StatusCountsType } from './analytics/figures.ts';
import type { StatusesView } from './analytics/figures.ts';

export const UsageDimensionType = builder.enumType('UsageDimension', {
  description: 'What usage records can be grouped by.',
  values: {
    ELEMENT: { description: '`elementKey`.' },
    STATUS: {
      description: '`requestStatus`, or `requestStatusText` if the status is neither SUCCESS nor FAILED.',
    },
    API: { description: '`elementApi`.' },
    INSTANCE: { description: '`instanceId`, or `instanceName` if a record has no id.' },
    ACCOUNT: { description: '`accountId`.' },
    USER: { description: '`userId`.' },
    TAG: {
      description:
        'Each of `elementTags` and `instanceTags`. A record with several tags counts in each of them.',
    },
    METHOD: { description: '`requestMethod`.' },
    RESPONSE_STATUS: { description: '`responseStatus`.' },
    IP_ADDRESS: {
      description:
        '`ipAddress`. A record that names several addresses counts in each of them. Needs `pii:read`.',
    },
  } as const,
});

/** What was asked, and the answer. */
export interface UsageBreakdownView {
  readonly request: Omit<UsageBreakdownRequest, 'wanted'> & CheckedGrouping<UsageDimension>;
  readonly breakdown: UsageBreakdown;
  /** A digest of the question, for ids: the filter may be long. */
  readonly questionId: () => string;
}

/** The view of an answer. */
export function createUsageBreakdownView(
  request: UsageBreakdownView['request'],
  breakdown: UsageBreakdown,
): UsageBreakdownView {
  let known: string | null = null;
  const { range, filter, by, interval, timeZone } = request;
  const questionId = () =>
    (known ??= digest(JSON.stringify([range, filter, by, interval, timeZone])).toString('base64url'));
  return { request, breakdown, questionId };
}

interface GroupView {
  readonly group: Group<UsageFigures>;
  readonly view: UsageBreakdownView;
}

interface BucketView extends GroupView {
  readonly figures: UsageFigures;
  readonly startMs: number;
  readonly endMs: number;
}

const ProcessTimeSpreadType = builder.objectRef<ProcessTimeSpread>('ProcessTimeSpread').implement({
  description:
    'How long calls took, in milliseconds. A percentile is the time of a call, by nearest rank: the shortest time that so many percent of the calls do not exceed.',
  fields: (t) => ({
    min: t.exposeFloat('min', { description: 'The time of the shortest call.' }),
    max: t.exposeFloat('max', { description: 'The time of the longest call.' }),
    avg: t.exposeFloat('avg', { description: 'The mean time of all calls.' }),
    p50: t.exposeFloat('p50', { description: 'The median: half of the calls took no longer.' }),
    p95: t.exposeFloat('p95', { description: '95 of 100 calls took no longer.' }),
    p99: t.exposeFloat('p99', { description: '99 of 100 calls took no longer.' }),
  }),
});

interface KeyView {
  readonly dimension: UsageDimension;
  readonly value: string | null;
}

const UsageGroupKeyType = builder.objectRef<KeyView>('UsageGroupKey').implement({
  description: 'The value of a group in one dimension.',
  fields: (t) => ({
    dimension: t.expose('dimension', { type: UsageDimensionType, description: 'The dimension.' }),
    value: t.exposeString('value', {
      nullable: true,
      description: 'The value. Null: the records have none.',
    }),
  }),
});

const UsageGroupBucketType = builder.objectRef<BucketView>('UsageGroupBucket').implement({
  description: 'The records of a group in one interval.',
  fields: (t) => ({
    timestamp: t.field({
      type: 'DateTime',
      description: 'Start of the bucket (inclusive). It may lie before the range.',
      resolve: ({ startMs }) => startMs,
    }),
    end: t.field({
      type: 'DateTime',
      description: 'End of the bucket (exclusive). It may lie after the range.',
      resolve: ({ endMs }) => endMs,
    }),
    count: t.field({
      type: 'SafeInt',
      description: 'The number of records in the range.',
      resolve: ({ figures }) => figures.count,
    }),
    statuses: t.field({
      type: StatusCountsType,
      description: 'How many calls succeeded and failed. A call with another status is only in `count`.',
      resolve: (bucket) => viewStatuses(bucket.figures, bucket, bucket.startMs),
    }),
    processTime: t.field({
      type: ProcessTimeSpreadType,
      nullable: true,
      description: 'How long the calls took. Null if no record has a process time.',
      resolve: ({ figures }) => figures.processTime,
    }),
  }),
});

const UsageGroupType = builder.objectRef<GroupView>('UsageGroup').implement({
  description: 'Usage records that have the same values in all dimensions.',
  fields: (t) => ({
    key: t.field({
      type: [UsageGroupKeyType],
      description: 'The value in each dimension, in the order of `by`. Empty in `other`.',
      resolve: ({ group, view }) =>
        group.key.map((value, at) => ({ dimension: view.request.by[at]!, value })),
    }),
    count: t.field({
      type: 'SafeInt',
      description: 'The number of records.',
      resolve: ({ group }) => group.total.count,
    }),
    statuses: t.field({
      type: StatusCountsType,
      description: 'How many calls succeeded and failed. A call with another status is only in `count`.',
      resolve: (view) => viewStatuses(view.group.total, view, 'total'),
    }),
    processTime: t.field({
      type: ProcessTimeSpreadType,
      nullable: true,
      description: 'How long the calls took. Null if no record has a process time.',
      resolve: ({ group }) => group.total.processTime,
    }),
    buckets: t.field({
      type: [UsageGroupBucketType],
      nullable: true,
      description:
        'All buckets of the range, oldest first, including empty ones. If a scan stopped early, buckets that it did not reach are empty: see coverage. Null if no `interval` is given.',
      resolve: listBuckets,
    }),
  }),
});

export const UsageBreakdownType = builder.objectRef<UsageBreakdownView>('UsageBreakdown').implement({
  description:
    'Usage records in groups. If nothing could be read, there are no groups, and coverage says why.',
  requires: ['usage:read'],
  fields: (t) => ({
    from: t.field({
      type: 'DateTime',
      description: 'Start of the range (inclusive).',
      resolve: ({ request }) => request.range.fromMs,
    }),
    to: t.field({
      type: 'DateTime',
      description: 'End of the range (exclusive).',
      resolve: ({ request }) => request.range.toMs,
    }),
    interval: t.field({
      type: IntervalType,
      nullable: true,
      description: 'The length of a bucket. Null if no `interval` is given.',
      resolve: ({ request }) => request.interval,
    }),
    timeZone: t.field({
      type: 'TimeZone',
      description: 'The time zone whose days and hours the buckets follow.',
      resolve: ({ request }) => request.timeZone,
    }),
    groups: t.field({
      type: [UsageGroupType],
      description:
        'The `top` largest groups, largest first. Groups of one size are sorted by the UTF-16 codes of their values, null last.',
      resolve: (view) => view.breakdown.groups.map((group) => ({ group, view })),
    }),
    other: t.field({
      type: UsageGroupType,
      nullable: true,
      description:
        'All further groups as one, with an empty `key`. A record that is in several of them counts as often. Null if there are none.',
      resolve: (view) => view.breakdown.other && { group: view.breakdown.other, view },
    }),
    coverage: t.field({
      type: [CoverageType],
      description:
        'How complete the groups are. If a status is TRUNCATED or FAILED, counts are lower bounds, and process times are those of the records that were read.',
      resolve: ({ breakdown }) => breakdown.coverage,
    }),
  }),
});

function listBuckets({ group, view }: GroupView): BucketView[] | null {
  const { edges } = view.request;
  if (!edges || !group.buckets) return null;
  return group.buckets.map((figures, at) => ({
    figures,
    startMs: edges[at]!,
    endMs: edges[at + 1]!,
    group,
    view,
  }));
}

function viewStatuses(
  { statuses }: UsageFigures,
  { group, view }: GroupView,
  part: number | 'total',
): StatusesView {
  const encodeId = () => {
    // What is beyond `top` depends on it.
    const beyond = group.key.length === 0 ? view.request.top : null;
    const parts = JSON.stringify([view.questionId(), group.key, beyond, part]);
    return digest(parts).toString('base64url');
  };
  return { figures: statuses, encodeId };
}
