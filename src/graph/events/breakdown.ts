import type {
  EventBreakdown,
  EventBreakdownRequest,
  EventDimension,
  EventFigures,
} from '../../sources/events/breakdown.ts';
import type { Group } from '../../sources/shared/groups.ts';
import type { CheckedGrouping } from '../breakdown.ts';
import { builder } from '../builder.ts';
import { CoverageType } from '../coverage.ts';
import { IntervalType } from '../interval.ts';

export const EventDimensionType = builder.enumType('EventDimension', {
  description: 'What events can be grouped by.',
  values: {
    CATEGORY: { description: '`category`.' },
    ACTION: { description: '`action`.' },
    USERNAME: { description: '`username`. Needs `pii:read`.' },
    IP_ADDRESS: {
      description:
        '`ipAddress`. An event that names several addresses counts in each of them. Needs `pii:read`.',
    },
  } as const,
});

/** What was asked, and the answer. */
export interface EventBreakdownView {
  readonly request: Omit<EventBreakdownRequest, 'wanted'> & CheckedGrouping<EventDimension>;
  readonly breakdown: EventBreakdown;
}

interface GroupView {
  readonly group: Group<EventFigures>;
  readonly view: EventBreakdownView;
}

interface BucketView {
  readonly figures: EventFigures;
  readonly startMs: number;
  readonly endMs: number;
}

interface KeyView {
  readonly dimension: EventDimension;
  readonly value: string | null;
}

const EventGroupKeyType = builder.objectRef<KeyView>('EventGroupKey').implement({
  description: 'The value of a group in one dimension.',
  fields: (t) => ({
    dimension: t.expose('dimension', { type: EventDimensionType, description: 'The dimension.' }),
    value: t.exposeString('value', {
      nullable: true,
      description: 'The value. Null: the events have none.',
    }),
  }),
});

const EventGroupBucketType = builder.objectRef<BucketView>('EventGroupBucket').implement({
  description: 'The events of a group in one interval.',
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
      description: 'The number of events in the range.',
      resolve: ({ figures }) => figures.count,
    }),
  }),
});

const EventGroupType = builder.objectRef<GroupView>('EventGroup').implement({
  description: 'Events that have the same values in all dimensions.',
  fields: (t) => ({
    key: t.field({
      type: [EventGroupKeyType],
      description: 'The value in each dimension, in the order of `by`. Empty in `other`.',
      resolve: ({ group, view }) =>
        group.key.map((value, at) => ({ dimension: view.request.by[at]!, value })),
    }),
    count: t.field({
      type: 'SafeInt',
      description: 'The number of events.',
      resolve: ({ group }) => group.total.count,
    }),
    firstAt: t.field({
      type: 'DateTime',
      description: 'The time of the oldest event.',
      resolve: ({ group }) => timesOf(group).firstMs,
    }),
    lastAt: t.field({
      type: 'DateTime',
      description: 'The time of the newest event.',
      resolve: ({ group }) => timesOf(group).lastMs,
    }),
    buckets: t.field({
      type: [EventGroupBucketType],
      nullable: true,
      description:
        'All buckets of the range, oldest first, including empty ones. If a scan stopped early, buckets that it did not reach are empty: see coverage. Null if no `interval` is given.',
      resolve: listBuckets,
    }),
  }),
});

export const EventBreakdownType = builder.objectRef<EventBreakdownView>('EventBreakdown').implement({
  description: 'Events in groups. If nothing could be read, there are no groups, and coverage says why.',
  requires: ['events:read'],
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
      type: [EventGroupType],
      description:
        'The `top` largest groups, largest first. Groups of one size are sorted by the UTF-16 codes of their values, null last.',
      resolve: (view) => view.breakdown.groups.map((group) => ({ group, view })),
    }),
    other: t.field({
      type: EventGroupType,
      nullable: true,
      description:
        'All further groups as one, with an empty `key`. An event that is in several of them counts as often. Null if there are none.',
      resolve: (view) => view.breakdown.other && { group: view.breakdown.other, view },
    }),
    coverage: t.field({
      type: [CoverageType],
      description:
        'How complete the groups are. If a status is TRUNCATED or FAILED, counts are lower bounds, and times are those of the events that were read.',
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
  }));
}

/** A group has at least one event, so it has times. */
function timesOf({ total }: Group<EventFigures>): NonNullable<EventFigures['times']> {
  if (!total.times) throw new TypeError('A group without events.');
  return total.times;
}
