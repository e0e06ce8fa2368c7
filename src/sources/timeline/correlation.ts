import type { Coverage } from '../walk/coverage.ts';
import type { Position } from '../walk/position.ts';
import type { Activity } from './activity.ts';

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
