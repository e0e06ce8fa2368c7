import DataLoader from 'dataloader';
import type { Source } from '../../base/source.ts';
import { mergeRanges } from '../../base/time.ts';
import type { Range } from '../../base/time.ts';
import { recordCoverage } from '../paging/coverage-recorder.ts';
import type { AgePolicy, ExaminedSpan } from '../paging/coverage-recorder.ts';
import type { Coverage } from '../paging/coverage.ts';
import { noteLackingColumns } from '../paging/held-files.ts';
import { coverUnread, readRanges } from '../paging/read-ranges.ts';
import type { RangeRows } from '../paging/read-ranges.ts';
import type { RowStream } from '../paging/row-stream.ts';
import type { Activity } from './activity.ts';
import { canBeRelated, relateRows, sharedWindow, sharedAddress } from './correlation.ts';
import type { Confidence, RelatedRequest, RelatedRows, Relation } from './correlation.ts';
import { indexByTime } from './time-index.ts';
import type { TimeIndex } from './time-index.ts';

const WAY_OUT = "go on from endCursor, or ask for a shorter 'within' or fewer entries at once";

/** How a source is read to find near entries. */
export interface NearSource<Row extends Activity> {
  readonly stream: RowStream<Row>;
  /** The user of a row, to recognize an address that many share; null if it names none. */
  readonly userOf: (row: Row) => string | null;
  readonly maxScannedRows: number;
}

/** The rows of the windows, as far as the bounds allow. */
interface NearRows<Row extends Activity> {
  readonly read: RangeRows<Row>;
  readonly index: TimeIndex<Row>;
}

/**
 * Loads the entries near many entries of one operation at once: their windows are read together and cut in memory. Except for
 * bounds, the result for one entry does not depend on the others. If a failure of the vendor leaves the window of an entry
 * unread, that entry is rejected with the `UpstreamError`; the others are not affected.
 * @param own the source of the entries themselves, read if a pair would be HIGH by the other source alone
 */
export function createRelatedLoader<Row extends Activity, Own extends Activity>(
  near: NearSource<Row>,
  own: NearSource<Own>,
  nowMs: number,
  keyOf: (request: RelatedRequest) => string,
): DataLoader<RelatedRequest, RelatedRows<Row>, string> {
  const { stream } = near;
  const ownRows = new DataLoader<Range, NearRows<Own>, string>(
    async (windows) => {
      const rows = await readNear(windows, own);
      return windows.map(() => rows);
    },
    { cacheKeyFn: ({ fromMs, toMs }) => `${fromMs} ${toMs}` },
  );

  return new DataLoader<RelatedRequest, RelatedRows<Row>, string>(
    async (requests) => {
      const asked = requests.map((request) => ({ request, window: windowOf(request, nowMs) }));
      const readable = asked.filter(
        ({ request, window }) => canBeRelated(request) && window.fromMs < window.toMs,
      );
      const rows = await readNear(
        readable.map(({ window }) => window),
        near,
      );
      return asked.map(({ request, window }): RelatedRows<Row> | Error => {
        // The vendor's clock may be ahead: nothing can have happened yet near an entry in the future.
        if (window.fromMs >= window.toMs) return { take: () => [], coverage: [], unreadBelowMs: null };
        if (!canBeRelated(request))
          return { take: () => [], coverage: [coverUnasked(stream.source, window)], unreadBelowMs: null };
        const { stopped } = rows.read;
        const stop = stopped && window.fromMs < stopped.belowMs ? stopped : null;
        if (stop?.kind === 'failure') return stop.error;
        const relation = relateRows(request, window, rows.index);
        return {
          take: (count, after) =>
            relation.take(count, after).map(({ row, basis }) => ({
              row,
              basis,
              confidence: async () => (basis.includes('IP') ? judge(request, row, rows) : 'LOW'),
            })),
          coverage: [
            ...coverWindow(window, rows, relation, { ...stream, age: ageFor(request, stream) }, nowMs),
            ...coverUnread(stream.source, window, stop),
          ],
          unreadBelowMs: stop && Math.min(stop.belowMs, window.toMs),
        };
      });
    },
    { cacheKeyFn: keyOf },
  );

  async function judge(request: RelatedRequest, row: Row, rows: NearRows<Row>): Promise<Confidence> {
    const { of, withinMs, belowMs } = request;
    const address = sharedAddress(of, row);
    const window = sharedWindow(of, row, withinMs, nowMs);
    if (address === null || (belowMs !== null && window.toMs > belowMs)) return 'LOW';
    if (isOfMany(address, window, rows)) return 'LOW';
    const ownWindow = windowOf({ ...request, belowMs: null }, nowMs);
    return isOfMany(address, window, await ownRows.load(ownWindow)) ? 'LOW' : 'HIGH';
  }
}

async function readNear<Row extends Activity>(
  windows: readonly Range[],
  { stream, userOf, maxScannedRows }: NearSource<Row>,
): Promise<NearRows<Row>> {
  const read = await readRanges(mergeRanges(windows), stream, maxScannedRows, WAY_OUT);
  return { read, index: indexByTime(read.rows, userOf) };
}

/** Whether more than a few users may have been seen from an address. True if part of the window is unread. */
function isOfMany<Row extends Activity>(
  address: string,
  window: Range,
  { read, index }: NearRows<Row>,
): boolean {
  if (read.stopped && window.fromMs < read.stopped.belowMs) return true;
  return index.from([address]).isShared(window);
}

/** Both ends are included: an entry exactly `withinMs` away is still near. */
function windowOf({ of, withinMs, belowMs }: RelatedRequest, nowMs: number): Range {
  const toMs = Math.min(of.timestampMs + withinMs + 1, nowMs, belowMs ?? Infinity);
  return { fromMs: Math.min(of.timestampMs - withinMs, toMs), toMs };
}

function coverWindow<Row extends Activity>(
  window: Range,
  { read, index }: NearRows<Row>,
  relation: Relation<Row>,
  stream: RowStream<Row>,
  nowMs: number,
): Coverage[] {
  const within = read.examined.flatMap((span): ExaminedSpan[] => {
    const fromMs = Math.max(span.fromMs, window.fromMs);
    const toMs = Math.min(span.toMs, window.toMs);
    if (fromMs >= toMs) return [];
    const dropped = span.skippedMs.filter((ms) => ms >= fromMs && ms < toMs).length;
    return [{ ...span, fromMs, toMs, dropped, rows: [], matches: [] }];
  });
  // The index counts the rows, because examining them one by one for each window would be slow.
  return recordCoverage(stream.source, within, stream.age, nowMs, null).map((entry) => ({
    ...entry,
    scanned: index.all.count(entry) + entry.dropped,
    matched: relation.count(entry),
  }));
}

/** The column with the address, by the vendor's name. */
const ADDRESS_COLUMNS: Readonly<Record<Source, string>> = { USAGE: 'requestIP', EVENTS: 'ipAddress' };

/** Without the address column, files relate nothing by address alone, and coverage must say so. */
function ageFor(
  { by }: RelatedRequest,
  { age, source }: Pick<RowStream<never>, 'age' | 'source'>,
): AgePolicy {
  return by.has('TIME') ? age : noteLackingColumns(age, [[ADDRESS_COLUMNS[source]]]);
}

function coverUnasked(source: Source, window: Range): Coverage {
  return {
    source,
    operation: null,
    status: 'COMPLETE',
    ...window,
    asOfMs: null,
    origin: 'NONE',
    scanned: 0,
    matched: 0,
    dropped: 0,
    code: null,
    reason: 'The entry has no address to relate by, so the vendor was not asked.',
  };
}
