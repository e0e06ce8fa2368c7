import type { Range } from '../../base/time.ts';
import type { Coverage } from '../paging/coverage.ts';
import type { Position } from '../paging/position.ts';
import { canonicalAddress, isIdentifyingAddress, namedAddresses } from '../shared/addresses.ts';
import type { Activity } from './activity.ts';
import type { TimeIndex, TimeList } from './time-index.ts';

/** Why two entries are thought to belong together. */
export const CORRELATION_BASES = ['IP', 'TIME'] as const;
export type CorrelationBasis = (typeof CORRELATION_BASES)[number];

export const CONFIDENCES = ['HIGH', 'LOW'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

/** An entry of the other source, and what relates it to the entry that was asked about. */
export interface Related<Row extends Activity> {
  readonly row: Row;
  /** Not empty; in the order of `CORRELATION_BASES`. */
  readonly basis: readonly CorrelationBasis[];
  /**
   * HIGH needs one address that can identify a user and that few users of either source were seen from, in the time that is
   * near to both entries. If part of that time is unread, it is LOW. It is the same whichever of the two entries is asked
   * about. It may read the entry's own source, for all entries at once. It never rejects for a failure of the vendor.
   */
  confidence(): Promise<Confidence>;
}

/** The entries that are related to one entry. */
export interface RelatedRows<Row extends Activity> {
  /** At most `count` entries, newest first, ahead of a position or from the newest on. */
  take(count: number, after: Position | null): readonly Related<Row>[];
  /** Of the window around this entry. */
  readonly coverage: readonly Coverage[];
  /** A bound stopped the reading: nothing before this time was read. null: all was read. */
  readonly unreadBelowMs: number | null;
}

/** Asks for the entries up to `withinMs` before and after one, related by any of `by`. */
export interface RelatedRequest {
  readonly of: Activity;
  readonly withinMs: number;
  readonly by: ReadonlySet<CorrelationBasis>;
  /** Only entries before this time, at which an earlier reading was stopped; null: the whole window. */
  readonly belowMs: number | null;
}

type Subject = Pick<RelatedRequest, 'of' | 'by'>;

/** The related entries among the rows that were read. */
export interface Relation<Row extends Activity> {
  /** How many rows of a window are related. */
  count(window: Range): number;
  /** At most `count` rows, newest first, ahead of a position or from the newest on. */
  take(
    count: number,
    after: Position | null,
  ): readonly { readonly row: Row; readonly basis: readonly CorrelationBasis[] }[];
}

const BY_TIME = ['TIME'] as const;
const BY_IP = ['IP'] as const;
const BY_BOTH = ['IP', 'TIME'] as const;

/** By address alone, an entry without an address is related to nothing. */
export function canBeRelated({ of, by }: Subject): boolean {
  return by.has('TIME') || (by.has('IP') && namedAddresses(of).length > 0);
}

/** Relates the rows of an entry's window to it. Rows are examined only as far as they are taken. */
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
 * The address that both entries share and that can identify a user; null if there is none. A list of addresses does not count,
 * because proxies write it.
 */
export function sharedAddress(one: Activity, other: Activity): string | null {
  if (one.ipAddress === null || other.ipAddress === null) return null;
  const address = canonicalAddress(one.ipAddress);
  return address === canonicalAddress(other.ipAddress) && isIdentifyingAddress(address) ? address : null;
}

/** The time that is near to both entries, the same whichever of them is asked about. */
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
