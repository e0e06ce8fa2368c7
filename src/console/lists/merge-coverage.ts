import type { CoverageFieldsFragment as CoverageEntry } from '../generated/graphql.ts';

/**
 * The coverage of all pages that were read, as one: neighbours that are alike become one span, so that a list of a thousand pages has as
 * few entries as a list of one.
 */
export function mergeCoverage(
  before: readonly CoverageEntry[],
  added: readonly CoverageEntry[],
): readonly CoverageEntry[] {
  const merged = [...before];
  for (const entry of added) {
    const at = merged.findLastIndex(
      (each) =>
        isAlike(each, entry) &&
        // Instants are text of one form, so that texts in order are instants in order.
        each.from <= entry.to &&
        entry.from <= each.to,
    );
    const neighbour = merged[at];
    if (neighbour) merged[at] = join(neighbour, entry);
    else merged.push(entry);
  }
  return merged;
}

const isAlike = (one: CoverageEntry, other: CoverageEntry): boolean =>
  one.source === other.source &&
  one.operation === other.operation &&
  one.status === other.status &&
  one.code === other.code &&
  one.origin === other.origin;

function join(one: CoverageEntry, other: CoverageEntry): CoverageEntry {
  return {
    ...one,
    from: one.from < other.from ? one.from : other.from,
    to: one.to > other.to ? one.to : other.to,
    asOf: one.asOf === null || (other.asOf !== null && other.asOf < one.asOf) ? other.asOf : one.asOf,
    scanned: add(one.scanned, other.scanned),
    matched: add(one.matched, other.matched),
    dropped: one.dropped + other.dropped,
  };
}

const add = (one: number | null, other: number | null): number | null =>
  one === null && other === null ? null : (one ?? 0) + (other ?? 0);

/**
 * A span that a bound left unread is no longer missing when a later page has read it: what is TRUNCATED by a bound of one scan is dropped
 * as soon as the list has gone on behind it.
 */
export function dropResumed(coverage: readonly CoverageEntry[]): readonly CoverageEntry[] {
  return coverage.filter((entry) => !isResumable(entry));
}

/** Whether a further question goes on with a span, because only a bound of one scan left it unread. */
export const isResumable = ({ status, code }: CoverageEntry): boolean =>
  status === 'TRUNCATED' && (code === 'SCAN_LIMIT' || code === 'CALL_BUDGET');
