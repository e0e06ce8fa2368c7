import type { CoverageFieldsFragment as CoverageEntry } from '../../generated/graphql.ts';
import type { Span } from '../../time/span.ts';
import { isResumable } from '../../lists/merge-coverage.ts';
import { findBucket } from '../../charts/bucket.ts';
import type { Group, GroupBucket, Groups } from './groups.ts';

/** A break-down of a range, or of a part of it, with what is known of its completeness. */
export interface ReadGroups extends Groups {
  readonly coverage: readonly CoverageEntry[];
}

const isUnread = (entry: CoverageEntry): boolean => isResumable(entry) && (entry.scanned ?? 0) === 0;

/**
 * The part of the range that a bound left unread, up to the end of the bucket that was read in part. null: none, or a further question would
 * read no further, because one bucket holds more rows than a question may read.
 */
export function findRest({ coverage, total, groups }: ReadGroups): Span | null {
  const unread = coverage.filter(isUnread);
  if (unread.length === 0) return null;
  const fromMs = Math.min(...unread.map(({ from }) => Date.parse(from)));
  const toMs = Math.max(...unread.map(({ to }) => Date.parse(to)));
  const buckets = total.length > 0 ? total : (groups[0]?.buckets ?? []);
  const at = findBucket(buckets, toMs);
  const cut = at === null ? undefined : buckets[at];
  if (!cut) return null;
  const endMs = cut.fromMs === toMs ? toMs : cut.toMs;
  const newestMs = Math.max(...coverage.map(({ to }) => Date.parse(to)));
  return endMs < newestMs ? { fromMs, toMs: endMs } : null;
}

/**
 * Puts the break-down of the older part under that of the newer one. Buckets before the end of the older part are its own, because the newer
 * question read the first of them in part.
 *
 * @param settlesAfterMs how long after its time a row may still reach the vendor
 */
export function joinParts(
  newer: ReadGroups,
  older: ReadGroups,
  { toMs: cutMs }: Span,
  settlesAfterMs: number,
): ReadGroups {
  const template = newer.total;
  const keys = new Map([...newer.groups, ...older.groups].map(({ key }) => [JSON.stringify(key), key]));
  const groups = [...keys].map(([id, key]) =>
    joinGroup(key, template, find(newer.groups, id), find(older.groups, id), cutMs),
  );
  return {
    groups: groups.toSorted((one, other) => other.count - one.count),
    other: newer.other || older.other ? joinGroup([], template, newer.other, older.other, cutMs) : null,
    total: joinBuckets(template, newer.total, older.total, cutMs),
    coverage: [...newer.coverage.flatMap((entry) => clip(entry, cutMs, settlesAfterMs)), ...older.coverage],
  };
}

const find = (groups: readonly Group[], id: string): Group | null =>
  groups.find(({ key }) => JSON.stringify(key) === id) ?? null;

/** The p95 of both parts together does not follow from theirs, so it is known only if one of them has no rows. */
function joinGroup(
  key: Group['key'],
  template: readonly GroupBucket[],
  newer: Group | null,
  older: Group | null,
  cutMs: number,
): Group {
  const buckets = joinBuckets(template, newer?.buckets ?? [], older?.buckets ?? [], cutMs);
  const failures = buckets.flatMap(({ failed }) => failed ?? []);
  return {
    key,
    count: buckets.reduce((sum, { count }) => sum + count, 0),
    failed: failures.length === 0 ? null : failures.reduce((sum, failed) => sum + failed, 0),
    p95: newer === null ? (older?.p95 ?? null) : older === null ? newer.p95 : null,
    buckets,
  };
}

function joinBuckets(
  template: readonly GroupBucket[],
  newer: readonly GroupBucket[],
  older: readonly GroupBucket[],
  cutMs: number,
): readonly GroupBucket[] {
  const [late, early] = [newer, older].map(
    (buckets) => new Map(buckets.map((bucket) => [bucket.fromMs, bucket])),
  );
  return template.map(
    (bucket) =>
      (bucket.fromMs < cutMs ? early : late)?.get(bucket.fromMs) ?? {
        ...bucket,
        count: 0,
        failed: bucket.failed === null ? null : 0,
        p95: null,
      },
  );
}

/**
 * What was read of the newer part is whole from the cut on. What it left unread is the older part, which has its own entries. The bound hides
 * that the vendor may still add rows to the newest minutes, so these stay FILLING.
 */
function clip(entry: CoverageEntry, cutMs: number, settlesAfterMs: number): readonly CoverageEntry[] {
  const toMs = Date.parse(entry.to);
  if (isUnread(entry) || toMs <= cutMs) return [];
  const fromMs = Math.max(Date.parse(entry.from), cutMs);
  const cut = { ...entry, from: new Date(fromMs).toISOString() };
  if (!isResumable(entry)) return [cut];
  const whole: CoverageEntry = { ...cut, status: 'COMPLETE', code: null, reason: null };
  const settledMs = Math.max(fromMs, Date.parse(entry.asOf ?? entry.to) - settlesAfterMs);
  if (settledMs >= toMs) return [whole];
  const settled = new Date(settledMs).toISOString();
  const filling: CoverageEntry = { ...whole, from: settled, status: 'FILLING', scanned: 0, matched: 0 };
  return settledMs === fromMs ? [{ ...whole, status: 'FILLING' }] : [{ ...whole, to: settled }, filling];
}

/** The coverage that concerns the buckets: what was read up to a bound is whole, and only what lies behind it is not. */
export const coverBuckets = (coverage: readonly CoverageEntry[]): readonly CoverageEntry[] =>
  coverage.filter((entry) => !isResumable(entry) || isUnread(entry));
