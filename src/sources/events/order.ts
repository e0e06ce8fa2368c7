import { RequestError, UpstreamError } from '../../base/errors.ts';
import type { Direction } from '../../base/time.ts';
import { recordCoverage } from '../paging/coverage-recorder.ts';
import type { ExaminedSpan } from '../paging/coverage-recorder.ts';
import type { Page, PageRequest } from '../paging/page.ts';
import { comparePositions } from '../paging/position.ts';
import type { RowStream } from '../paging/row-stream.ts';
import { appendAll } from '../shared/append-all.ts';
import { LIST_OPERATION } from './client.ts';
import type { AuditEvent, OptionalEventField } from './event.ts';
import type { EventFilter } from './filter.ts';

/** The fields that events can be ordered by. */
export const EVENT_ORDER_FIELDS = ['TIMESTAMP', 'ID', 'CATEGORY', 'ACTION', 'USERNAME'] as const;
export type EventOrderField = (typeof EVENT_ORDER_FIELDS)[number];

export interface EventOrder {
  readonly field: EventOrderField;
  readonly direction: Direction;
}

/** Which page of a list of events to read. */
export interface EventPageRequest extends PageRequest<EventFilter> {
  /** Empty: newest first. */
  readonly orderBy: readonly EventOrder[];
  /** The optional fields that the selection needs. */
  readonly fields: ReadonlySet<OptionalEventField>;
}

/** The direction of an order by time, alone or with the id in the same direction; null: another order. */
export function directionInTime(orderBy: readonly EventOrder[]): Direction | null {
  const [first, second, ...rest] = orderBy;
  if (!first) return 'DESC';
  const isTime = first.field === 'TIMESTAMP' && rest.length === 0;
  const agrees = !second || (second.field === 'ID' && second.direction === first.direction);
  return isTime && agrees ? first.direction : null;
}

/**
 * Reads one page of events in an order that is not by time. The order is made here over the whole range, because the vendor does
 * not document how it compares texts and where it puts missing ones.
 * @throws RequestError `LIMIT_EXCEEDED` if the range holds more events than a scan may read; UpstreamError `UPSTREAM_OUT_OF_ORDER`
 * if the cursor's event is no longer in the list
 */
export async function readOrderedPage(
  request: EventPageRequest,
  stream: RowStream<AuditEvent>,
  maxScannedRows: number,
  nowMs: number,
): Promise<Page<AuditEvent>> {
  const { range, orderBy, count, after } = request;
  const isFromStart = request.direction === 'DESC';
  const rows: AuditEvent[] = [];
  const examined: ExaminedSpan[] = [];
  let toMs = range.toMs;
  let scanned = 0;
  for await (const batch of stream.read({ range, direction: 'DESC', after: null, wanted: () => Infinity })) {
    appendAll(rows, batch.rows);
    scanned += batch.rows.length + batch.dropped.length;
    if (scanned > maxScannedRows) throw tooMany(maxScannedRows);
    if (batch.edgeMs < toMs) {
      const matches = batch.rows.filter(stream.isMatch);
      examined.push({ ...batch, fromMs: batch.edgeMs, toMs, dropped: batch.dropped.length, matches });
    }
    toMs = batch.edgeMs;
  }
  const compare = createComparison(orderBy);
  const sorted = rows.filter(stream.isMatch).sort(compare);
  const coverage = recordCoverage('EVENTS', examined, stream.age, nowMs, null);

  let from = 0;
  let to = sorted.length;
  if (after) {
    const at = sorted.findIndex((row) => row.id === after.id);
    if (at < 0) throw lostAnchor();
    if (isFromStart) from = at + 1;
    else to = at;
  }
  const page = isFromStart
    ? sorted.slice(from, Math.min(from + count, to))
    : sorted.slice(Math.max(to - count, from), to);
  const last = (isFromStart ? page.at(-1) : page[0]) ?? after;
  return {
    rows: page,
    hasMore: to - from > count,
    end: last && { kind: 'row', position: last },
    coverage,
  };
}

const READ: Record<EventOrderField, (event: AuditEvent) => string | number | bigint | null> = {
  TIMESTAMP: (event) => event.timestampMs,
  ID: (event) => BigInt(event.id),
  CATEGORY: (event) => event.category,
  ACTION: (event) => event.action,
  USERNAME: (event) => event.username,
};

/** Compares by each field in turn: texts by their UTF-16 codes, missing ones last in both directions. Equal events are newest first. */
function createComparison(orderBy: readonly EventOrder[]): (a: AuditEvent, b: AuditEvent) => number {
  return (a, b) => {
    for (const { field, direction } of orderBy) {
      const [left, right] = [READ[field](a), READ[field](b)];
      if (left === right) continue;
      if (left === null) return 1;
      if (right === null) return -1;
      return left < right === (direction === 'ASC') ? -1 : 1;
    }
    return comparePositions(a, b);
  };
}

function tooMany(maxScannedRows: number): RequestError {
  return new RequestError(
    'LIMIT_EXCEEDED',
    `This order needs all events of the range, at most ${maxScannedRows}, and the range holds more. Shorten 'range', narrow 'filter', or order by TIMESTAMP.`,
    { argument: 'orderBy', limit: 'maxScannedRows', allowed: maxScannedRows },
  );
}

function lostAnchor(): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_OUT_OF_ORDER',
    source: 'EVENTS',
    operation: LIST_OPERATION,
    message:
      "The event that 'after' or 'before' names is no longer in the vendor's list, so the next page is unknown.",
  });
}
