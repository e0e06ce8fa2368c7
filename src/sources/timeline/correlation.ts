import type { Range } from '../../base/time.ts';
import type { Coverage } from '../paging/coverage.ts';
import type { Position } from '../paging/position.ts';
import { canonicalAddress, isTellingAddress, namedAddresses } from '../shared/addresses.ts';
import type { Activity } from './activity.ts';
import type { TimeIndex, TimeList } from './time-index.ts';

/** Why two entries are held to belong together. */
export const CORRELATION_BASES = ['IP', 'TIME'] as const;
export type CorrelationBasis = (typeof CORRELATION_BASES)[number];

export const CONFIDENCES = ['HIGH', 'LOW'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

/** An entry of the other source, and what ties it to the one that was asked about. */
export interface Related<Row extends Activity> {
  readonly row: Row;
  /** Not empty; in the order of `CORRELATION_BASES`. */
  readonly basis: readonly CorrelationBasis[];
  /**
   * The same for a pair whichever of the two is asked about: HIGH needs one address that singles out who is behind it, and few
   * users of either source seen from there in the time that is near to both. Where part of that time is unread, it can't be
   * ruled out that many are. May read the entry's own source, for all entries at once. Never rejects for a vendor's failure.
   */
  confidence(): Promise<Confidence>;
}

/** All that is related to one entry. */
export interface RelatedRows<Row extends Activity> {
  /** At most so many, newest first, from the top or behind a place. */
  take(count: number, after: Position | null): readonly Related<Row>[];
  /** Of the window about this entry. */
  readonly coverage: readonly Coverage[];
  /** A bound stopped the reading: of what lies before this time nothing is known yet. null: all was read. */
  readonly unreadBelowMs: number | null;
}

/** `withinMs` to either side of the entry, related by any of `by`. */
export interface RelatedRequest {
  readonly of: Activity;
  readonly withinMs: number;
  readonly by: ReadonlySet<CorrelationBasis>;
  /** Only what lies before this time, where an earlier reading was stopped; null: the whole window. */
  readonly belowMs: number | null;
}

type Subject = Pick<RelatedRequest, 'of' | 'by'>;

/** What is related to one entry, of the rows that were read. */
export interface Relation<Row extends Activity> {
  /** How many of a window are. */
  count(window: Range): number;
  /** At most so many, newest first, from the top or behind a place, and what ties each to the entry. */
  take(
    count: number,
    after: Position | null,
  ): readonly { readonly row: Row; readonly basis: readonly CorrelationBasis[] }[];
}

const BY_TIME = ['TIME'] as const;
const BY_IP = ['IP'] as const;
const BY_BOTH = ['IP', 'TIME'] as const;

/** By address alone, an entry without one is related to nothing. */
export function canBeRelated({ of, by }: Subject): boolean {
  return by.has('TIME') || (by.has('IP') && namedAddresses(of).length > 0);
}

/** What ties the rows of an entry's window to it. Rows are looked at only as far as they are taken. */
export function relateRows<Row extends Activity>(
  { of, by }: Subject,
  window: Range,
  index: TimeIndex<Row>,
): Relation<Row> {
  const addresses = by.has('IP') ? namedAddresses(of) : [];
  const list: TimeList<Row> = by.has('TIME') ? index.all : index.from(addresses);
  const isSame = by.has('TIME') ? createSameTest(addresses) : () => true;
  const otherwise = by.has('TIME') && by.has('IP') ? BY_BOTH : by.has('TIME') ? BY_TIME : BY_IP;
  return {
    count: (part) => list.count(part),
    take: (count, after) =>
      list.take(window, count, after).map((row) => ({ row, basis: isSame(row) ? otherwise : BY_TIME })),
  };
}

/**
 * The one address of a pair that singles out who is behind it, as far as the pair itself tells; null: neither proves much. A
 * list of addresses is what proxies say, so it proves little.
 */
export function tellingAddress(one: Activity, other: Activity): string | null {
  if (one.ipAddress === null || other.ipAddress === null) return null;
  const address = canonicalAddress(one.ipAddress);
  return address === canonicalAddress(other.ipAddress) && isTellingAddress(address) ? address : null;
}

/** The time that is near to both entries of a pair: the same whichever of them is asked about. */
export function sharedWindow(one: Activity, other: Activity, withinMs: number, nowMs: number): Range {
  const [fromMs, toMs] = [
    Math.max(one.timestampMs, other.timestampMs) - withinMs,
    Math.min(one.timestampMs, other.timestampMs) + withinMs + 1,
  ];
  return { fromMs, toMs: Math.min(toMs, nowMs) };
}

function createSameTest(addresses: readonly string[]): (row: Activity) => boolean {
  const wanted = new Set(addresses.map(canonicalAddress));
  return (row) =>
    wanted.size > 0 && namedAddresses(row).some((address) => wanted.has(canonicalAddress(address)));
}
