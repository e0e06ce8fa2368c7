import DataLoader from 'dataloader';
import type { Source } from '../../base/source.ts';
import { mergeRanges } from '../../base/time.ts';
import type { Range } from '../../base/time.ts';
import { recordCoverage } from '../paging/coverage-recorder.ts';
import type { AgePolicy, ExaminedSpan } from '../paging/coverage-recorder.ts';
import type { Coverage } from '../paging/coverage.ts';
import { seekIn } from '../paging/held-files.ts';
import { coverUnread, readRanges } from '../paging/read-ranges.ts';
import type { RangeRows } from '../paging/read-ranges.ts';
import type { RowStream } from '../paging/row-stream.ts';
import type { Activity } from './activity.ts';
import { canBeRelated, relateRows, sharedWindow, tellingAddress } from './correlation.ts';
import type { Confidence, RelatedRequest, RelatedRows, Relation } from './correlation.ts';
import { indexByTime } from './time-index.ts';
import type { TimeIndex } from './time-index.ts';

const WAY_OUT = "go on from endCursor, or ask for a shorter 'within' or fewer entries at once";

/** A source as it is looked through for what is near. */
export interface NearSource<Row extends Activity> {
  readonly stream: RowStream<Row>;
  /** Who a row is about, to tell an address that many share; null: it doesn't say. */
  readonly userOf: (row: Row) => string | null;
  readonly maxScannedRows: number;
}

/** Windows read whole, as far as the bounds let it. */
interface NearRows<Row extends Activity> {
  readonly read: RangeRows<Row>;
  readonly index: TimeIndex<Row>;
}

/**
 * What lies near entries, for all entries of one operation at once: their windows are read together
 * and cut in memory. What one entry is given does not depend on which others are asked about with it, but for bounds.
 * An entry whose window a failure of the vendor's leaves unread is rejected with that `UpstreamError`; the others stand.
 * @param own the source of the entries themselves, read where a pair would be HIGH by the other source alone
 */
export function createRelatedLoader<Row extends Activity, Own extends Activity>(
  near: NearSource<Row>,
  own: NearSource<Own>,
  nowMs: number,
  keyOf: (request: RelatedRequest) => string,
): DataLoader<RelatedRequest, RelatedRows<Row>, string> {
  const { stream } = near;
  const besides = new DataLoader<Range, NearRows<Own>, string>(
    async (windows) => {
      const rows = await readNear(windows, own);
      return windows.map(() => rows);
    },
    { cacheKeyFn: ({ fromMs, toMs }) => `${fromMs} ${toMs}` },
  );

  return new DataLoader<RelatedRequest, RelatedRows<Row>, string>(
    async (requests) => {
      const asked = requests.map((request) => ({ request, window: windowOf(request, nowMs) }));
      const sought = asked.filter(
        ({ request, window }) => canBeRelated(request) && window.fromMs < window.toMs,
      );
      const rows = await readNear(
        sought.map(({ window }) => window),
        near,
      );
      return asked.map(({ request, window }): RelatedRows<Row> | Error => {
        // Nothing can have happened yet about an entry that the vendor's clock puts into the future.
        if (window.fromMs >= window.toMs) return { take: () => [], coverage: [], unreadBelowMs: null };
        if (!canBeRelated(request))
          return { take: () => [], coverage: [notAsked(stream.source, window)], unreadBelowMs: null };
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
    const address = tellingAddress(of, row);
    const window = sharedWindow(of, row, withinMs, nowMs);
    if (address === null || (belowMs !== null && window.toMs > belowMs)) return 'LOW';
    if (isOfMany(address, window, rows)) return 'LOW';
    const ownWindow = windowOf({ ...request, belowMs: null }, nowMs);
    return isOfMany(address, window, await besides.load(ownWindow)) ? 'LOW' : 'HIGH';
  }
}

async function readNear<Row extends Activity>(
  windows: readonly Range[],
  { stream, userOf, maxScannedRows }: NearSource<Row>,
): Promise<NearRows<Row>> {
  const read = await readRanges(mergeRanges(windows), stream, maxScannedRows, WAY_OUT);
  return { read, index: indexByTime(read.rows, userOf) };
}

/** Whether more than a few users may have been seen from an address. */
function isOfMany<Row extends Activity>(
  address: string,
  window: Range,
  { read, index }: NearRows<Row>,
): boolean {
  if (read.stopped && window.fromMs < read.stopped.belowMs) return true;
  return index.from([address]).isShared(window);
}

/** Both ends are in: an entry just `within` away still belongs. */
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
    return [{ ...span, fromMs, toMs, dropped, rows: [] }];
  });
  // Rows are counted where they lie, not looked at one by one for each window.
  return recordCoverage(stream.source, within, stream.age, nowMs, null).map((entry) => ({
    ...entry,
    scanned: index.all.count(entry) + entry.dropped,
    matched: relation.count(entry),
  }));
}

/** Where each source's addresses stand, by the vendor's name. */
const ADDRESS_COLUMNS: Readonly<Record<Source, string>> = { USAGE: 'requestIP', EVENTS: 'ipAddress' };

/** Files without addresses relate nothing by address alone. */
function ageFor(
  { by }: RelatedRequest,
  { age, source }: Pick<RowStream<never>, 'age' | 'source'>,
): AgePolicy {
  return by.has('TIME') ? age : seekIn(age, [[ADDRESS_COLUMNS[source]]]);
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
