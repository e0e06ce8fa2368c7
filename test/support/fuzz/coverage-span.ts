import type { Source } from '../../../src/base/source.ts';

/** The fields of `Coverage` that every query selects. */
export const COVERAGE_FIELDS =
  'source operation status from to asOf dropped scanned matched code reason origin';

/** An entry of `coverage` in an answer. */
export interface CoverageEntry {
  readonly source: Source;
  readonly operation: string | null;
  readonly status: 'COMPLETE' | 'FILLING' | 'EXPIRED' | 'TRUNCATED' | 'STALE' | 'FAILED';
  readonly from: string;
  readonly to: string;
  readonly asOf: string | null;
  readonly dropped: number;
  readonly scanned: number | null;
  readonly matched: number | null;
  readonly code: string | null;
  readonly reason: string | null;
  readonly origin: 'VENDOR' | 'CACHE' | 'ARCHIVE' | 'FILE' | 'NONE';
}

/** The same entry with its times in milliseconds. */
export interface Span extends CoverageEntry {
  readonly fromMs: number;
  readonly toMs: number;
  readonly asOfMs: number | null;
}

export function readSpan(entry: CoverageEntry): Span {
  return {
    ...entry,
    fromMs: Date.parse(entry.from),
    toMs: Date.parse(entry.to),
    asOfMs: entry.asOf === null ? null : Date.parse(entry.asOf),
  };
}

export function containsMoment({ fromMs, toMs }: Pick<Span, 'fromMs' | 'toMs'>, ms: number): boolean {
  return fromMs <= ms && ms < toMs;
}

export function describeSpan({ source, status, from, to, asOf, code, dropped }: CoverageEntry): string {
  const parts = [`${source} ${status} ${from} to ${to}, read at ${asOf ?? 'no time'}`];
  if (code !== null) parts.push(code);
  if (dropped > 0) parts.push(`dropped ${dropped}`);
  return parts.join(' ');
}

export function describeMoment(ms: number): string {
  return new Date(ms).toISOString();
}
