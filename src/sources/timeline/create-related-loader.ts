import DataLoader from 'dataloader';
import type { Range } from '../../base/range.ts';
import type { Source } from '../../base/source.ts';
import type { Coverage } from '../walk/coverage.ts';
import { recordCoverage, type Examined } from '../walk/coverage-recorder.ts';
import { coverRest } from '../walk/cover-rest.ts';
import { readRanges, type ReadRanges } from '../walk/read-ranges.ts';
import type { Strand } from '../walk/strand.ts';
import type { Related, RelatedRequest, RelatedRows } from './correlation.ts';
import { indexByTime } from './index-by-time.ts';
import { mergeRanges } from './merge-ranges.ts';
import { canBeRelated, relateRows } from './relate-rows.ts';
import type { Activity } from './activity.ts';

/** Windows no further apart than this are read as one: less than a page of most logs. */
const GAP_MS = 60_000;
const WAY_OUT = "go on from endCursor, or ask for a shorter 'within' or fewer entries at once";

/**
 * What lies near entries, for all entries of one operation at once: their windows become few ranges, which are read once
 * and sliced in memory. What one entry is given does not depend on which others are asked about with it, but for bounds.
 * An entry whose window a failure of the vendor's leaves unread is rejected with that `UpstreamError`; the others stand.
 * @param userOf who an entry is about, to tell an address that many share
 */
export function createRelatedLoader<Row extends Activity>(
  strand: Strand<Row>,
  userOf: (row: Row) => string | null,
  maxScannedRows: number,
  nowMs: number,
  keyOf: (request: RelatedRequest) => string,
): DataLoader<RelatedRequest, RelatedRows<Row>, string> {
  return new DataLoader<RelatedRequest, RelatedRows<Row>, string>(
    async (requests) => {
      const asked = requests.map((request) => ({ request, window: windowOf(request, nowMs) }));
      const sought = asked.filter(
        ({ request, window }) => canBeRelated(request) && window.fromMs < window.toMs,
      );
      const ranges = mergeRanges(
        sought.map(({ window }) => window),
        GAP_MS,
      );
      const read = await readRanges(ranges, strand, maxScannedRows, WAY_OUT);
      const index = indexByTime(read.rows);
      return asked.map(({ request, window }): RelatedRows<Row> | Error => {
        // Nothing can have happened yet about an entry that the vendor's clock puts into the future.
        if (window.fromMs >= window.toMs) return { related: [], coverage: [], unreadBelowMs: null };
        if (!canBeRelated(request))
          return { related: [], coverage: [notAsked(strand.source, window)], unreadBelowMs: null };
        const stopped = read.stopped && window.fromMs < read.stopped.belowMs ? read.stopped : null;
        if (stopped?.kind === 'failure') return stopped.error;
        const isWhole = stopped === null && request.belowMs === null;
        const related = relateRows(request, index.within(window), userOf, isWhole);
        return {
          related,
          coverage: [
            ...coverWindow(window, read, related, strand, nowMs),
            ...coverRest(strand.source, window, stopped),
          ],
          unreadBelowMs: stopped && Math.min(stopped.belowMs, window.toMs),
        };
      });
    },
    { cacheKeyFn: keyOf },
  );
}

/** Both ends are in: an entry just `within` away still belongs. */
function windowOf({ of, withinMs, belowMs }: RelatedRequest, nowMs: number): Range {
  const toMs = Math.min(of.timestampMs + withinMs + 1, nowMs, belowMs ?? Infinity);
  return { fromMs: Math.min(of.timestampMs - withinMs, toMs), toMs };
}

function coverWindow<Row extends Activity>(
  window: Range,
  { examined }: ReadRanges<Row>,
  related: readonly Related<Row>[],
  strand: Strand<Row>,
  nowMs: number,
): Coverage[] {
  const matching = new Map<number, number>();
  for (const { row } of related) matching.set(row.timestampMs, (matching.get(row.timestampMs) ?? 0) + 1);
  /** Rows of one instant are alike here: as many of them match as are related. */
  const isMatch = (timestampMs: number): boolean => {
    const left = matching.get(timestampMs) ?? 0;
    matching.set(timestampMs, left - 1);
    return left > 0;
  };
  const within = examined.flatMap((stretch): Examined[] => {
    const fromMs = Math.max(stretch.fromMs, window.fromMs);
    const toMs = Math.min(stretch.toMs, window.toMs);
    if (fromMs >= toMs) return [];
    const isInside = (ms: number): boolean => ms >= fromMs && ms < toMs;
    const rows = stretch.rows.filter(({ timestampMs }) => isInside(timestampMs));
    return [
      {
        ...stretch,
        fromMs,
        toMs,
        dropped: stretch.droppedMs.filter(isInside).length,
        rows: rows.map(({ timestampMs }) => ({ timestampMs, isMatch: isMatch(timestampMs) })),
      },
    ];
  });
  return recordCoverage(strand.source, within, strand.age, nowMs, null);
}

/** A window about which the vendor was not asked. */
function notAsked(source: Source, window: Range): Coverage {
  return {
    source,
    operation: null,
    status: 'COMPLETE',
    ...window,
    asOfMs: null,
    scanned: 0,
    matched: 0,
    dropped: 0,
    code: null,
    reason: 'The entry has no address to relate by, so the vendor was not asked.',
  };
}
