import type { Range } from '../../base/time.ts';
import { forScan } from '../../upstream/call-budget.ts';
import type { CallContext } from '../../upstream/upstream.ts';
import { coverNothing } from '../paging/coverage.ts';
import type { Coverage } from '../paging/coverage.ts';
import { scanRange } from '../paging/scan-range.ts';
import type { ScannedRows } from '../paging/scan-range.ts';
import { namedAddresses } from '../shared/addresses.ts';
import { createBreakdown } from '../shared/groups.ts';
import type { Breakdown, Groups, TallyRules } from '../shared/groups.ts';
import type { EventsDeps } from './client.ts';
import type { AuditEvent, OptionalEventField } from './event.ts';
import type { EventFilter } from './filter.ts';
import { createEventsRowStream } from './row-stream.ts';

/** What events can be grouped by. */
export const EVENT_DIMENSIONS = ['CATEGORY', 'ACTION', 'USERNAME', 'IP_ADDRESS'] as const;
export type EventDimension = (typeof EVENT_DIMENSIONS)[number];

/** The figures of a group, or of one of its buckets. */
export interface EventFigures {
  readonly count: number;
  /** The times of the oldest and of the newest event; null: there is no event. */
  readonly times: { readonly firstMs: number; readonly lastMs: number } | null;
}

/** Which events to group, and how. */
export interface EventBreakdownRequest {
  readonly range: Range;
  readonly filter: EventFilter;
  /** One to three, each once. */
  readonly by: readonly EventDimension[];
  /** The edges of the buckets, which hold the range; null: no buckets. */
  readonly edges: readonly number[] | null;
  /** The most groups, besides the one of all others. */
  readonly top: number;
}

export interface EventBreakdown extends Groups<EventFigures> {
  /** If it is TRUNCATED or FAILED, counts are lower bounds, and the times are those of the events that were read. */
  readonly coverage: readonly Coverage[];
}

/** The events to read for breakdowns. Breakdowns with equal scans share one. */
export interface EventScan extends Pick<EventBreakdownRequest, 'range' | 'filter'> {
  /** The optional fields that are grouped by, sorted. */
  readonly fields: readonly OptionalEventField[];
}

/** The scan that a breakdown needs. */
export function scanOf({ range, filter, by }: EventBreakdownRequest): EventScan {
  const fields = by.flatMap((dimension) => FIELDS[dimension] ?? []);
  return { range, filter, fields: fields.toSorted() };
}

const FIELDS: Partial<Record<EventDimension, OptionalEventField>> = {
  USERNAME: 'username',
  IP_ADDRESS: 'ipAddress',
};

/**
 * Reads the events to group in one bounded scan. The vendor gets its part of the filter, and is asked only for the fields that are
 * grouped by or tested. If it fails, the events read before are given.
 * @throws RequestError `BAD_USER_INPUT`
 */
export async function scanEvents(
  deps: EventsDeps,
  context: CallContext,
  { range, filter, fields }: EventScan,
): Promise<ScannedRows<AuditEvent>> {
  const stream = createEventsRowStream(deps, forScan(context), filter, fields);
  if (!stream) return { rows: [], coverage: [coverNothing('EVENTS', range)] };
  return scanRange(range, stream, deps.settings.maxScannedRows, deps.nowMs);
}

/** Groups events that were read. @throws RequestError `LIMIT_EXCEEDED` */
export function groupEvents(
  { rows, coverage }: ScannedRows<AuditEvent>,
  { by, edges, top }: EventBreakdownRequest,
): EventBreakdown {
  const breakdown = createEventBreakdown(by, edges);
  for (const row of rows) breakdown.add(row);
  return { ...breakdown.groups(top), coverage };
}

/** Groups events one by one, without a call. */
export function createEventBreakdown(
  by: readonly EventDimension[],
  edges: readonly number[] | null,
): Breakdown<AuditEvent, EventFigures> {
  return createBreakdown({ valuesOf: by.map((dimension) => VALUES[dimension]), edges, rules: RULES });
}

/** The values of an event in each dimension. */
const VALUES: Readonly<Record<EventDimension, (event: AuditEvent) => readonly string[]>> = {
  CATEGORY: ({ category }) => [category],
  ACTION: ({ action }) => [action],
  USERNAME: ({ username }) => (username === null ? [] : [username]),
  IP_ADDRESS: namedAddresses,
};

interface EventTally {
  count: number;
  firstMs: number;
  lastMs: number;
}

const RULES: TallyRules<AuditEvent, EventTally, EventFigures> = {
  create: () => ({ count: 0, firstMs: Infinity, lastMs: -Infinity }),
  add(tally, { timestampMs }) {
    tally.count += 1;
    tally.firstMs = Math.min(tally.firstMs, timestampMs);
    tally.lastMs = Math.max(tally.lastMs, timestampMs);
  },
  merge(into, from) {
    into.count += from.count;
    into.firstMs = Math.min(into.firstMs, from.firstMs);
    into.lastMs = Math.max(into.lastMs, from.lastMs);
  },
  count: ({ count }) => count,
  figures: ({ count, firstMs, lastMs }) => ({ count, times: count > 0 ? { firstMs, lastMs } : null }),
};
