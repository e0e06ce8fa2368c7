import { RequestError, UpstreamError } from '../../base/errors.ts';
import type { Direction } from '../../base/time.ts';
import { appendAll } from '../shared/append-all.ts';
import { joinOrigins } from './coverage.ts';
import type { CoverageOrigin } from './coverage.ts';
import { isOutOfOrder, REREADS } from './overlapping-page.ts';
import type { Position } from './position.ts';
import { isSkipped } from './vendor-page.ts';
import type { SkippedRow, VendorList, VendorWindow } from './vendor-page.ts';

/** Which window of time to read. */
export interface KeysetWindowRequest extends VendorWindow {
  /** The instant that the reading must get beyond, in whole units of the list since the epoch. */
  readonly instant: number;
  /**
   * Which rows come again. With `rows` of this operation, an answer without any row is not the end of the list. The row of a `cursor`
   * may have been deleted since, so such an answer is doubted only once.
   */
  readonly repeats: 'nothing' | 'cursor' | 'rows';
}

/** The content of a window, in the vendor's order. */
export interface KeysetWindowContent<Row> {
  readonly entries: readonly (Row | SkippedRow)[];
  readonly ended: boolean;
  readonly readAtMs: number;
  readonly stale: boolean;
  readonly origin: CoverageOrigin;
}

/**
 * Reads a window until the reading gets beyond its first instant or the window ends. It nearly always takes one call.
 * @throws UpstreamError `UPSTREAM_OUT_OF_ORDER`, `UPSTREAM_BAD_RESPONSE`; RequestError `LIMIT_EXCEEDED`
 */
export async function readKeysetWindow<Row extends Position>(
  list: VendorList<Row>,
  request: KeysetWindowRequest,
): Promise<KeysetWindowContent<Row>> {
  let { pageSize } = request;
  for (let rereads = 0; ;) {
    const read = await readPages(list, { ...request, pageSize });
    if (read.kind === 'window') {
      if (read.entries.length > 0 || request.repeats === 'nothing') return read;
      if (rereads > 0 && request.repeats === 'cursor') return read;
      if (rereads === REREADS) throw rowsLost(list);
      rereads += 1;
    } else if (read.kind === 'crowded') pageSize = list.largestPage;
    else if (rereads === REREADS) throw read.error;
    else rereads += 1;
  }
}

function rowsLost({ source, operation }: VendorList<Position>): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_OUT_OF_ORDER',
    source,
    operation,
    message: 'The vendor lost the rows that it had given just before. Ask again.',
  });
}

type ReadPages<Row> =
  | ({ readonly kind: 'window' } & KeysetWindowContent<Row>)
  /** One instant fills the page. A larger page costs less than offsets. */
  | { readonly kind: 'crowded' }
  /** The pages contradict each other. */
  | { readonly kind: 'contradiction'; readonly error: UpstreamError };

async function readPages<Row extends Position>(
  list: VendorList<Row>,
  request: KeysetWindowRequest,
): Promise<ReadPages<Row>> {
  const reader = list.open(request);
  const entries: (Row | SkippedRow)[] = [];
  let readAtMs = Infinity;
  let stale = false;
  let origin: CoverageOrigin | null = null;
  for (let isFirst = true; ; isFirst = false) {
    let ended: boolean;
    try {
      const page = await reader.next();
      appendAll(entries, page.entries);
      readAtMs = Math.min(readAtMs, page.readAtMs);
      stale ||= page.stale;
      origin = joinOrigins(origin, page.origin);
      ended = page.ended;
      checkOrder(entries, request.direction, list);
    } catch (error) {
      if (isFirst) throw error;
      if (isOutOfOrder(error)) return { kind: 'contradiction', error };
      throw isBudgetSpent(error) ? crowdedInstant(list, error) : error;
    }
    if (ended || getsBeyond(entries, request, list))
      return { kind: 'window', entries, ended, readAtMs, stale, origin };
    if (entries.length >= request.pageSize && request.pageSize < list.largestPage) return { kind: 'crowded' };
  }
}

/**
 * Whether these entries hold one instant whole and reach beyond the instant that the reading must get beyond.
 * @throws UpstreamError `UPSTREAM_BAD_RESPONSE` if not one of them could be parsed
 */
function getsBeyond<Row extends Position>(
  entries: readonly (Row | SkippedRow)[],
  { direction, instant, pageSize }: KeysetWindowRequest,
  { unitMs, source, operation }: VendorList<Row>,
): boolean {
  const first = entries.find(isParsed);
  const last = entries.findLast(isParsed);
  if (!first || !last) {
    // The vendor may give fewer rows at once than asked, so a page that is not full may not be the last.
    if (entries.length < pageSize) return false;
    throw new UpstreamError({
      code: 'UPSTREAM_BAD_RESPONSE',
      source,
      operation,
      message: 'The vendor answered a full page without one row that could be understood.',
    });
  }
  const at = Math.floor(last.timestampMs / unitMs);
  if (Math.floor(first.timestampMs / unitMs) === at) return false;
  return direction === 'DESC' ? at < instant : at > instant;
}

function isParsed<Row extends object>(entry: Row | SkippedRow): entry is Row {
  return !isSkipped(entry);
}

/** @throws UpstreamError `UPSTREAM_OUT_OF_ORDER` if a row comes twice or the order in time is broken */
function checkOrder<Row extends Position>(
  entries: readonly (Row | SkippedRow)[],
  direction: Direction,
  { source, operation }: VendorList<Row>,
): void {
  const outOfOrder = (offence: string): UpstreamError =>
    new UpstreamError({
      code: 'UPSTREAM_OUT_OF_ORDER',
      source,
      operation,
      message: `The vendor ${offence}, so a page could lack rows; nothing was given out.`,
    });
  const ids = new Set<string>();
  let latest = Infinity;
  for (const entry of entries) {
    if (isSkipped(entry)) continue;
    if (ids.has(entry.id)) throw outOfOrder('gave one id twice within one list');
    ids.add(entry.id);
    const ahead = direction === 'DESC' ? entry.timestampMs : -entry.timestampMs;
    if (ahead > latest) throw outOfOrder('broke the order in time');
    latest = ahead;
  }
}

function isBudgetSpent(error: unknown): error is RequestError {
  return error instanceof RequestError && error.code === 'LIMIT_EXCEEDED';
}

function crowdedInstant(list: { readonly source: string }, error: RequestError): RequestError {
  return new RequestError(
    'LIMIT_EXCEEDED',
    `One instant of ${list.source} holds more rows than the remaining vendor calls can read, and an instant is given out whole or not at all. Narrow the filter.`,
    error.details,
  );
}
