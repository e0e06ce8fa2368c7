import type { CoverageFieldsFragment as CoverageEntry } from '../generated/graphql.ts';
import type { ListStatus } from './endless-list.ts';
import { isResumable } from './merge-coverage.ts';

/**
 * How far a list was read that goes on behind that. `isRead`: all rows up to there are known; otherwise a scan is on its way, or a further
 * page goes on with it.
 */
export interface ReadSoFar {
  readonly isRead: boolean;
  readonly isReading: boolean;
  /** How far back each source was read; null: nothing was read yet. */
  readonly reachedMs: number | null;
}

/** null: the coverage alone says it, because the list has ended or has stopped, or because rows are missing that no further page brings. */
export function readSoFar(status: ListStatus, coverage: readonly CoverageEntry[]): ReadSoFar | null {
  if (status === 'ended' || status === 'failed' || coverage.length === 0) return null;
  const left = coverage.filter(({ status: of }) => of !== 'COMPLETE' && of !== 'FILLING');
  if (!left.every(isResumable) || (status === 'stopped' && left.length > 0)) return null;
  const oldest = new Map<string, number>();
  for (const entry of coverage)
    if (!left.includes(entry))
      oldest.set(entry.source, Math.min(oldest.get(entry.source) ?? Infinity, Date.parse(entry.from)));
  return {
    isRead: left.length === 0,
    isReading: status === 'reading',
    reachedMs: oldest.size === 0 ? null : Math.max(...oldest.values()),
  };
}
