import type { Range } from '../base/time.ts';
import { HOUR_MS, mergeRanges } from '../base/time.ts';

/**
 * A span of one source that was read whole from the vendor, once or several times. The ledger is a list of these. They may overlap
 * as they are written; `foldReads` makes them disjoint.
 */
export interface ReadSpan extends Range {
  /** When it was first read and when it was last read, in milliseconds since the epoch. */
  readonly firstReadMs: number;
  readonly lastReadMs: number;
  /** The rows that could not be parsed when it was last read. */
  readonly dropped: number;
}

/**
 * Makes spans disjoint. What several spans cover was first read when the first of them was, and last when the last was. If a part is
 * cut, each piece keeps the number of dropped rows, because it is unknown which piece they belong to.
 * @returns newest first; neighbours that say the same are one
 */
export function foldReads(reads: readonly ReadSpan[]): readonly ReadSpan[] {
  const edges = [...new Set(reads.flatMap(({ fromMs, toMs }) => [fromMs, toMs]))].sort((a, b) => b - a);
  const byEnd = reads.toSorted((a, b) => b.toMs - a.toMs);
  const folded: ReadSpan[] = [];
  let open: ReadSpan[] = [];
  let next = 0;
  for (const [at, toMs] of edges.entries()) {
    const fromMs = edges[at + 1];
    if (fromMs === undefined) break;
    while (byEnd[next] && byEnd[next]!.toMs >= toMs) open.push(byEnd[next++]!);
    open = open.filter((read) => read.fromMs < toMs);
    const [first] = open;
    if (!first) continue;
    const newest = open.reduce((a, b) => (b.lastReadMs > a.lastReadMs ? b : a), first);
    append(folded, {
      fromMs,
      toMs,
      firstReadMs: Math.min(...open.map((read) => read.firstReadMs)),
      lastReadMs: newest.lastReadMs,
      dropped: newest.dropped,
    });
  }
  return folded;
}

function append(folded: ReadSpan[], span: ReadSpan): void {
  const newer = folded.at(-1);
  const isSame =
    newer?.fromMs === span.toMs &&
    newer.firstReadMs === span.firstReadMs &&
    newer.lastReadMs === span.lastReadMs &&
    newer.dropped === span.dropped;
  if (isSame) folded[folded.length - 1] = { ...newer, fromMs: span.fromMs };
  else folded.push(span);
}

/**
 * Adds a read to a folded ledger.
 * @param folded newest first, as `foldReads` gives it
 */
export function addRead(folded: readonly ReadSpan[], read: ReadSpan): readonly ReadSpan[] {
  const isApart = (span: ReadSpan): boolean => span.toMs < read.fromMs || span.fromMs > read.toMs;
  return [
    ...folded.filter((span) => isApart(span) && span.fromMs > read.toMs),
    ...foldReads([...folded.filter((span) => !isApart(span)), read]),
    ...folded.filter((span) => isApart(span) && span.toMs < read.fromMs),
  ];
}

/**
 * Joins neighbours that will not be read again, hour by hour, so that a year takes some 10,000 entries. The joined span was first read when the latest of its parts was, and last
 * read when the earliest was, so that it never claims to be newer, or to have been known earlier, than each of its parts. Parts that
 * would be due again under that earliest time stay apart. An hour has such parts if two readings share it.
 * @param settleMs how long after a span's end it is read for the last time
 */
export function joinSettled(folded: readonly ReadSpan[], settleMs: number): readonly ReadSpan[] {
  const joined: ReadSpan[] = [];
  for (const span of folded) {
    const newer = joined.at(-1);
    const isWhole = newer?.dropped === 0 && span.dropped === 0;
    const isJoinable =
      newer?.fromMs === span.toMs &&
      isWhole &&
      Math.min(newer.lastReadMs, span.lastReadMs) >= newer.toMs + settleMs &&
      Math.floor((newer.toMs - 1) / HOUR_MS) === Math.floor(span.fromMs / HOUR_MS);
    if (isJoinable) {
      joined[joined.length - 1] = {
        fromMs: span.fromMs,
        toMs: newer.toMs,
        firstReadMs: Math.max(newer.firstReadMs, span.firstReadMs),
        lastReadMs: Math.min(newer.lastReadMs, span.lastReadMs),
        dropped: 0,
      };
    } else joined.push(span);
  }
  return joined;
}

/** The ledger without what lies before a time. */
export function cutReads(folded: readonly ReadSpan[], beforeMs: number): readonly ReadSpan[] {
  return folded
    .filter(({ toMs }) => toMs > beforeMs)
    .map((span) => (span.fromMs < beforeMs ? { ...span, fromMs: beforeMs } : span));
}

/** What was never read of a range; newest first. */
export function findGaps(folded: readonly Range[], range: Range): Range[] {
  const gaps: Range[] = [];
  let toMs = range.toMs;
  for (const span of folded) {
    if (span.fromMs >= toMs) continue;
    if (span.toMs <= range.fromMs) break;
    if (span.toMs < toMs) gaps.push({ fromMs: span.toMs, toMs });
    toMs = span.fromMs;
  }
  if (range.fromMs < toMs) gaps.push({ fromMs: range.fromMs, toMs });
  return gaps;
}

/** Clocks of instances that share an archive may differ by this much. */
const CLOCK_SKEW_MS = 600_000;

/** The reads without those that were made by a clock that ran far ahead, because nobody knows what they have missed. */
export function dropFuture(folded: readonly ReadSpan[], nowMs: number): readonly ReadSpan[] {
  const isPast = ({ lastReadMs }: ReadSpan): boolean => lastReadMs <= nowMs + CLOCK_SKEW_MS;
  return folded.every(isPast) ? folded : folded.filter(isPast);
}

/** When a span is read again, because the vendor may add rows to it. */
export interface Rereads {
  /** How long after its time an instant is read for the second time. Until then the vendor answers for it. */
  readonly overlapMs: number;
  /** How long after its time an instant is read for the last time. */
  readonly settleMs: number;
}

/** Spans that are due are read together once the oldest of them has waited for this part of the delay. */
const WAITING_SHARE = 1 / 3;

/**
 * What is to be read now: what was never read, and what was last read too soon after its time.
 * @param from how far back the vendor keeps rows
 * @returns disjoint, newest first
 */
export function findDue(
  folded: readonly ReadSpan[],
  range: Range,
  { overlapMs, settleMs }: Rereads,
): readonly Range[] {
  const nowMs = range.toMs;
  const gaps = findGaps(folded, range);
  const again = [overlapMs, settleMs].flatMap((delayMs) => {
    const early = folded.flatMap(({ fromMs, toMs, lastReadMs }) => {
      const due = {
        fromMs: Math.max(fromMs, lastReadMs - delayMs, range.fromMs),
        toMs: Math.min(toMs, nowMs - delayMs),
      };
      return due.fromMs < due.toMs ? [due] : [];
    });
    return mergeRanges(early).filter(({ fromMs }) => nowMs - fromMs >= delayMs * (1 + WAITING_SHARE));
  });
  return mergeRanges([...gaps, ...again]);
}

/** A span that the archive holds whole, so that it can answer instead of the vendor. */
export interface HeldSpan extends Range {
  /** When its least recent part was read. */
  readonly readAtMs: number;
  readonly dropped: number;
}

/**
 * The spans that the archive holds whole and that have settled: read again after the overlap. Touching spans are one.
 * @param knownAtMs only what had been read by then, settled or not; null: now
 * @returns disjoint, newest first
 */
export function findHeld(
  folded: readonly ReadSpan[],
  overlapMs: number,
  knownAtMs: number | null,
): readonly HeldSpan[] {
  const held: HeldSpan[] = [];
  for (const { fromMs, toMs, firstReadMs, lastReadMs, dropped } of folded) {
    if (knownAtMs !== null && firstReadMs > knownAtMs) continue;
    const endMs = knownAtMs === null ? Math.min(toMs, lastReadMs - overlapMs) : toMs;
    if (fromMs >= endMs) continue;
    // Whether it was read between its first and its last time is not kept.
    const readAtMs = knownAtMs === null || lastReadMs <= knownAtMs ? lastReadMs : firstReadMs;
    const newer = held.at(-1);
    if (newer?.fromMs === endMs && newer.dropped === 0 && dropped === 0)
      held[held.length - 1] = { ...newer, fromMs, readAtMs: Math.min(newer.readAtMs, readAtMs) };
    else held.push({ fromMs, toMs: endMs, readAtMs, dropped });
  }
  return held;
}
