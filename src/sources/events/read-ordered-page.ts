import { RequestError } from '../../base/request-error.ts';
import { UpstreamError } from '../../base/upstream-error.ts';
import { appendAll } from '../walk/append-all.ts';
import { recordCoverage, type Examined } from '../walk/coverage-recorder.ts';
import type { Page } from '../walk/page.ts';
import { comparePositions } from '../walk/position.ts';
import type { Strand } from '../walk/strand.ts';
import type { AuditEvent } from './event.ts';
import type { EventOrder, EventOrderField } from './event-order.ts';
import type { EventPageRequest } from './events-source.ts';

/** Which way an order runs in time, where it is one in time and id that agree; null for every other order. */
export function orderByTime(orderBy: readonly EventOrder[]): 'ASC' | 'DESC' | null {
  const [first, second, ...rest] = orderBy;
  if (!first) return 'DESC';
  const isTime = first.field === 'TIMESTAMP' && rest.length === 0;
  const agrees = !second || (second.field === 'ID' && second.direction === first.direction);
  return isTime && agrees ? first.direction : null;
}

/**
 * One page of events in an order that is not one in time. How the vendor collates texts and where it puts missing ones is
 * unsaid, so the order is made here, over the whole range: exact, or refused where the range holds more than a scan may
 * look at.
 * @throws RequestError `LIMIT_EXCEEDED`; UpstreamError `UPSTREAM_OUT_OF_ORDER` where the cursor's event can't be found again
 */
export async function readOrderedPage(
  request: EventPageRequest,
  strand: Strand<AuditEvent>,
  maxScannedRows: number,
  nowMs: number,
): Promise<Page<AuditEvent>> {
  const { range, orderBy, count, travel, after } = request;
  const rows: AuditEvent[] = [];
  const examined: Examined[] = [];
  let toMs = range.toMs;
  let scanned = 0;
  for await (const step of strand.walk({ range, direction: 'down', after: null, wanted: () => Infinity })) {
    appendAll(rows, step.rows);
    scanned += step.rows.length;
    if (scanned > maxScannedRows) throw tooMany(maxScannedRows);
    const seen = step.rows.map((row) => ({ timestampMs: row.timestampMs, isMatch: strand.isMatch(row) }));
    if (step.edgeMs < toMs)
      examined.push({ ...step, fromMs: step.edgeMs, toMs, dropped: step.dropped.length, rows: seen });
    toMs = step.edgeMs;
  }
  const compare = createComparison(orderBy);
  const sorted = rows.filter(strand.isMatch).sort(compare);
  const coverage = recordCoverage('EVENTS', examined, strand.age, nowMs, null);

  let from = 0;
  let to = sorted.length;
  if (after) {
    const at = sorted.findIndex((row) => row.id === after.id);
    if (at < 0) throw lostAnchor();
    if (travel === 'forward') from = at + 1;
    else to = at;
  }
  const isForward = travel === 'forward';
  const page = isForward
    ? sorted.slice(from, Math.min(from + count, to))
    : sorted.slice(Math.max(to - count, from), to);
  return {
    rows: page,
    hasMore: to - from > count,
    resume: (isForward ? page.at(-1) : page[0]) ?? after,
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

/** By each field in turn, texts by code unit, missing ones last either way; then as everywhere. */
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
    `This order is kept exactly over ${maxScannedRows} events at most, and the range holds more. Shorten 'range', narrow 'filter', or order by TIMESTAMP.`,
    { argument: 'orderBy', limit: 'maxScannedRows', allowed: maxScannedRows },
  );
}

function lostAnchor(): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_OUT_OF_ORDER',
    source: 'EVENTS',
    operation: '/events',
    message:
      "The event that 'after' or 'before' names is no longer in the vendor's list, so the page can't be told.",
  });
}
