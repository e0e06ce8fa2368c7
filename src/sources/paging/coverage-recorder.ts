import type { Source } from '../../base/source.ts';
import { COVERAGE_STATUSES } from './coverage.ts';
import type { Coverage, CoverageCode, CoverageStatus } from './coverage.ts';
import { edgesOf, weighByFiles } from './held-files.ts';
import type { HeldFiles } from './held-files.ts';

/** What dates a stretch: how long the newest part may still gain entries, and how long the vendor keeps them. */
export interface AgePolicy {
  readonly settleMs: number;
  /** null: nothing is said of how long entries are kept. */
  readonly retentionMs: number | null;
  /** Files in the vendor's place; null or left out: there are none. */
  readonly files?: HeldFiles | null;
}

/** A stretch that was examined in one go. */
export interface ExaminedSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly readAtMs: number;
  readonly stale: boolean;
  readonly dropped: number;
  readonly rows: readonly { readonly timestampMs: number; readonly isMatch: boolean }[];
}

/** Why an answer ends before its range does. */
export type Stop = { readonly code: CoverageCode; readonly reason: string };

/**
 * Tells how complete a list's answer is: one entry per disjoint stretch of equal standing, newest first.
 *
 * A stretch is cut where it starts to fill (`settleMs` before it was read) and where the vendor's retention ends
 * (`retentionMs` before `nowMs`), and where files in the vendor's place begin and end. A stop marks all that was examined
 * before it: the whole answer is short then.
 */
export function recordCoverage(
  source: Source,
  examined: readonly ExaminedSpan[],
  age: AgePolicy,
  nowMs: number,
  stop: Stop | null,
): Coverage[] {
  const entries = examined.flatMap((span) =>
    cut(span, age, nowMs).map((part) => judge(source, part, age, nowMs, stop)),
  );
  entries.sort((a, b) => b.toMs - a.toMs || b.fromMs - a.fromMs);
  const { files } = age;
  return files
    ? merge(entries, edgesOf(files)).map((entry) => weighByFiles(entry, files))
    : merge(entries, []);
}

/** The first of these that holds is told. */
export function foremostStatus(statuses: readonly CoverageStatus[]): CoverageStatus {
  return COVERAGE_STATUSES.find((status) => statuses.includes(status)) ?? 'COMPLETE';
}

function fillingFrom(span: ExaminedSpan, age: AgePolicy): number {
  return span.readAtMs - age.settleMs;
}

function expiredUntil(age: AgePolicy, nowMs: number): number {
  return age.retentionMs === null ? -Infinity : nowMs - age.retentionMs;
}

function cut(span: ExaminedSpan, age: AgePolicy, nowMs: number): ExaminedSpan[] {
  // Rows without a legible time can't be told to one part or another, and what they make of the stretch outranks the cuts.
  if (span.dropped > 0 || span.stale) return [span];
  const edges = [
    fillingFrom(span, age),
    expiredUntil(age, nowMs),
    ...(age.files ? edgesOf(age.files) : []),
  ].filter((edge) => edge > span.fromMs && edge < span.toMs);
  const bounds = [span.fromMs, ...new Set(edges.sort((a, b) => a - b)), span.toMs];
  return bounds.slice(1).map((toMs, at) => {
    const fromMs = bounds[at]!;
    const rows = span.rows.filter((row) => row.timestampMs >= fromMs && row.timestampMs < toMs);
    return { ...span, fromMs, toMs, rows };
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
  const status = foremostStatus([
    ...(part.stale ? (['STALE'] as const) : []),
    ...(stop || isDropping ? (['TRUNCATED'] as const) : []),
    ...(part.fromMs < expiredUntil(age, nowMs) ? (['EXPIRED'] as const) : []),
    ...(part.toMs > fillingFrom(part, age) ? (['FILLING'] as const) : []),
  ]);
  const told = tell(status, part, stop);
  return {
    source,
    operation: null,
    status,
    fromMs: part.fromMs,
    toMs: part.toMs,
    asOfMs: part.readAtMs,
    scanned: part.rows.length + part.dropped,
    matched: part.rows.filter((row) => row.isMatch).length,
    dropped: part.dropped,
    ...told,
  };
}

function tell(
  status: CoverageStatus,
  part: ExaminedSpan,
  stop: Stop | null,
): { code: CoverageCode | null; reason: string | null } {
  if (status === 'STALE')
    return { code: 'UPSTREAM', reason: 'The vendor failed; an earlier answer stands in.' };
  if (status !== 'TRUNCATED') return { code: null, reason: null };
  if (stop) return stop;
  const rows = part.dropped === 1 ? 'row' : 'rows';
  return { code: 'ROWS_DROPPED', reason: `${part.dropped} ${rows} of the vendor's could not be understood.` };
}

/** @param edges where neighbours are kept apart */
function merge(entries: readonly Coverage[], edges: readonly number[]): Coverage[] {
  const merged: Coverage[] = [];
  for (const entry of entries) {
    const newer = merged.at(-1);
    const isNeighbour = newer?.fromMs === entry.toMs && !edges.includes(entry.toMs);
    if (newer && isNeighbour && newer.status === entry.status && newer.code === entry.code) {
      const dropped = newer.dropped + entry.dropped;
      merged[merged.length - 1] = {
        ...newer,
        fromMs: entry.fromMs,
        asOfMs: Math.min(newer.asOfMs ?? Infinity, entry.asOfMs ?? Infinity),
        scanned: (newer.scanned ?? 0) + (entry.scanned ?? 0),
        matched: (newer.matched ?? 0) + (entry.matched ?? 0),
        dropped,
        reason:
          newer.code === 'ROWS_DROPPED'
            ? `${dropped} rows of the vendor's could not be understood.`
            : newer.reason,
      };
    } else {
      merged.push(entry);
    }
  }
  return merged;
}
