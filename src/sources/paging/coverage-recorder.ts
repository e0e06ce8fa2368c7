import type { Source } from '../../base/source.ts';
import { COVERAGE_STATUSES, publishCoverage } from './coverage.ts';
import type { Coverage, CoverageCode, CoverageOrigin, CoverageStatus } from './coverage.ts';
import { edgesOf, applyFiles } from './held-files.ts';
import type { HeldFiles } from './held-files.ts';

/** How long a vendor may still add rows to the newest part of a list, and how long it keeps rows. */
export interface AgePolicy {
  readonly settleMs: number;
  /** null: unknown. */
  readonly retentionMs: number | null;
  /** The files that are served instead of a vendor; null or left out: none. */
  readonly files?: HeldFiles | null;
  /** The reader goes on where a bound stops it, so a stop leaves nothing out. Left out: it does not. */
  readonly goesOn?: boolean;
}

/** A span that one batch examined. */
export interface ExaminedSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly readAtMs: number;
  readonly stale: boolean;
  readonly origin: CoverageOrigin;
  readonly dropped: number;
  readonly rows: readonly Timed[];
  /** Those of `rows` that match. */
  readonly matches: readonly Timed[];
}

interface Timed {
  readonly timestampMs: number;
}

/** Which bound ended the reading before the end of the range. */
export type Stop = { readonly code: CoverageCode; readonly reason: string };

/**
 * The coverage of a list: one entry for each disjoint span of the same status and origin, newest first.
 *
 * A span is cut at the time after which the vendor may still add rows (`settleMs` before it was read), at the end of the
 * vendor's retention (`retentionMs` before `nowMs`), and at the edges of files. A stop makes every examined span TRUNCATED,
 * because the whole answer is short; if the reader goes on, it does not.
 */
export function recordCoverage(
  source: Source,
  examined: readonly ExaminedSpan[],
  age: AgePolicy,
  nowMs: number,
  stop: Stop | null,
): Coverage[] {
  const entries = examined.flatMap((span) =>
    cut(span, age, nowMs).map((part) => judge(source, part, age, nowMs, age.goesOn ? null : stop)),
  );
  entries.sort((a, b) => b.toMs - a.toMs || b.fromMs - a.fromMs);
  const { files } = age;
  return publishCoverage(
    files ? merge(entries, edgesOf(files)).map((entry) => applyFiles(entry, files)) : merge(entries, []),
  );
}

/** The most severe of these; COMPLETE if there is none. */
export function foremostStatus(statuses: readonly CoverageStatus[]): CoverageStatus {
  return COVERAGE_STATUSES.find((status) => statuses.includes(status)) ?? 'COMPLETE';
}

/** What an archive or a file holds whole neither grows nor expires. */
function isAging({ origin }: ExaminedSpan): boolean {
  return origin === 'VENDOR' || origin === 'CACHE';
}

function fillingFrom(span: ExaminedSpan, age: AgePolicy): number {
  return span.readAtMs - age.settleMs;
}

function expiredUntil(age: AgePolicy, nowMs: number): number {
  return age.retentionMs === null ? -Infinity : nowMs - age.retentionMs;
}

function cut(span: ExaminedSpan, age: AgePolicy, nowMs: number): ExaminedSpan[] {
  // A skipped row may have no time, so it belongs to no single part; and its status is more severe than those of the cuts.
  if (span.dropped > 0 || span.stale) return [span];
  const edges = [
    ...(isAging(span) ? [fillingFrom(span, age), expiredUntil(age, nowMs)] : []),
    ...(age.files ? edgesOf(age.files) : []),
  ].filter((edge) => edge > span.fromMs && edge < span.toMs);
  if (edges.length === 0) return [span];
  const bounds = [span.fromMs, ...new Set(edges.sort((a, b) => a - b)), span.toMs];
  return bounds.slice(1).map((toMs, at) => {
    const fromMs = bounds[at]!;
    const isInside = ({ timestampMs }: Timed): boolean => timestampMs >= fromMs && timestampMs < toMs;
    return {
      ...span,
      fromMs,
      toMs,
      rows: span.rows.filter(isInside),
      matches: span.matches.filter(isInside),
    };
  });
}

function judge(
  source: Source,
  part: ExaminedSpan,
  age: AgePolicy,
  nowMs: number,
  stop: Stop | null,
): Coverage {
  const isDropping = part.dropped > 0;
  const ages = isAging(part);
  const status = foremostStatus([
    ...(part.origin === 'NONE' ? (['FAILED'] as const) : []),
    ...(part.stale ? (['STALE'] as const) : []),
    ...(stop || isDropping ? (['TRUNCATED'] as const) : []),
    ...(ages && part.fromMs < expiredUntil(age, nowMs) ? (['EXPIRED'] as const) : []),
    ...(ages && part.toMs > fillingFrom(part, age) ? (['FILLING'] as const) : []),
  ]);
  const { code, reason } = explain(status, part, stop);
  return {
    source,
    operation: null,
    status,
    fromMs: part.fromMs,
    toMs: part.toMs,
    asOfMs: status === 'FAILED' ? null : part.readAtMs,
    origin: part.origin,
    scanned: status === 'FAILED' ? null : part.rows.length + part.dropped,
    matched: status === 'FAILED' ? null : part.matches.length,
    dropped: part.dropped,
    code,
    reason,
  };
}

function explain(
  status: CoverageStatus,
  part: ExaminedSpan,
  stop: Stop | null,
): { code: CoverageCode | null; reason: string | null } {
  if (status === 'FAILED')
    return {
      code: null,
      reason:
        "The archive had not read all of this span, or of the hour that it belongs to, at the time that 'asKnownAt' names, or could not be read.",
    };
  if (status === 'STALE')
    return { code: 'UPSTREAM', reason: 'The vendor failed, so this is an earlier answer.' };
  if (status !== 'TRUNCATED') return { code: null, reason: null };
  if (stop) return stop;
  const rows = part.dropped === 1 ? 'row' : 'rows';
  return { code: 'ROWS_DROPPED', reason: `${part.dropped} ${rows} from the vendor could not be parsed.` };
}

/** @param edges times at which neighbours stay separate */
function merge(entries: readonly Coverage[], edges: readonly number[]): Coverage[] {
  const merged: Coverage[] = [];
  for (const entry of entries) {
    const newer = merged.at(-1);
    const isNeighbour = newer?.fromMs === entry.toMs && !edges.includes(entry.toMs);
    const isAlike =
      newer?.status === entry.status && newer.code === entry.code && newer.origin === entry.origin;
    if (newer && isNeighbour && isAlike) {
      const dropped = newer.dropped + entry.dropped;
      merged[merged.length - 1] = {
        ...newer,
        fromMs: entry.fromMs,
        asOfMs: combine(newer.asOfMs, entry.asOfMs, Math.min),
        scanned: combine(newer.scanned, entry.scanned, add),
        matched: combine(newer.matched, entry.matched, add),
        dropped,
        reason:
          newer.code === 'ROWS_DROPPED'
            ? `${dropped} rows from the vendor could not be parsed.`
            : newer.reason,
      };
    } else {
      merged.push(entry);
    }
  }
  return merged;
}

/** null for a span that was not read, and so are its neighbours of the same status. */
function combine(a: number | null, b: number | null, by: (a: number, b: number) => number): number | null {
  return a === null || b === null ? null : by(a, b);
}

function add(a: number, b: number): number {
  return a + b;
}
