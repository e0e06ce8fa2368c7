import { readFragment } from '../../generated/fragment-masking.ts';
import type { CallBreakdownQuery, EventGroupsQuery } from '../../generated/graphql.ts';
import { CALL_GROUP, EVENT_GROUP } from './documents.ts';
import { addBuckets } from './groups.ts';
import type { Group, GroupBucket, Groups } from './groups.ts';

interface BucketAnswer {
  readonly timestamp: string;
  readonly end: string;
  readonly count: number;
  readonly statuses?: { readonly failed: number };
  readonly processTime?: { readonly p95: number } | null;
}

interface GroupAnswer {
  readonly key: readonly { readonly value: string | null }[];
  readonly count: number;
  readonly statuses?: { readonly failed: number };
  readonly processTime?: { readonly p95: number } | null;
  readonly buckets: readonly BucketAnswer[] | null;
}

/** The answer for calls; null: there is none. */
export function readCallGroups({ total, usageBreakdown }: CallBreakdownQuery): Groups | null {
  if (!usageBreakdown) return null;
  return {
    groups: readFragment(CALL_GROUP, usageBreakdown.groups).map(readGroup),
    other: orNull(readFragment(CALL_GROUP, usageBreakdown.other), readGroup),
    total: readTotal(total),
  };
}

/** The answer for events; null: there is none. */
export function readEventGroups({ total, eventBreakdown }: EventGroupsQuery): Groups | null {
  if (!eventBreakdown) return null;
  const groups = readFragment(EVENT_GROUP, eventBreakdown.groups).map(readGroup);
  const other = orNull(readFragment(EVENT_GROUP, eventBreakdown.other), readGroup);
  const all = [...groups, ...(other ? [other] : [])].map(({ buckets }) => buckets);
  return { groups, other, total: total ? readTotal(total) : addBuckets(all) };
}

interface TotalAnswer {
  readonly groups: readonly { readonly buckets: readonly BucketAnswer[] | null }[];
  readonly other: { readonly buckets: readonly BucketAnswer[] | null } | null;
}

const readTotal = (total: TotalAnswer | null | undefined): readonly GroupBucket[] =>
  addBuckets(
    [...(total?.groups ?? []), ...(total?.other ? [total.other] : [])].map(({ buckets }) =>
      (buckets ?? []).map(readBucket),
    ),
  );

const readGroup = (group: GroupAnswer): Group => ({
  key: group.key.map(({ value }) => value),
  ...readFigures(group),
  buckets: (group.buckets ?? []).map(readBucket),
});

const readBucket = (bucket: BucketAnswer): GroupBucket => ({
  fromMs: Date.parse(bucket.timestamp),
  toMs: Date.parse(bucket.end),
  ...readFigures(bucket),
});

const readFigures = ({
  count,
  statuses,
  processTime,
}: Pick<BucketAnswer, 'count' | 'statuses' | 'processTime'>) => ({
  count,
  failed: statuses?.failed ?? null,
  p95: processTime?.p95 ?? null,
});

const orNull = <From, To>(value: From | null | undefined, read: (value: From) => To): To | null =>
  value == null ? null : read(value);
