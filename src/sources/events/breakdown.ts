import { forScan } from '../../upstream/call-budget.ts';
import type { CallContext } from '../../upstream/upstream.ts';
import { groupInArchive } from '../paging/archived-groups.ts';
import type { ArchiveReading } from '../paging/archived-reading.ts';
import type { KnownRange, WantedFigures } from '../paging/archived-rows.ts';
import { coverNothing } from '../paging/coverage.ts';
import type { Coverage } from '../paging/coverage.ts';
import { scanRange } from '../paging/scan-range.ts';
import type { ScannedRows } from '../paging/scan-range.ts';
import { namedAddresses } from '../shared/addresses.ts';
import { createBreakdown, mapGroups } from '../shared/groups.ts';
import type { Breakdown, Groups, TallyRules } from '../shared/groups.ts';
import type { EventsDeps } from './client.ts';
import type { AuditEvent, OptionalEventField } from './event.ts';
import type { EventFilter } from './filter.ts';
import { createEventsRowStream, readEventsArchive } from './row-stream.ts';

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
  readonly range: KnownRange;
  readonly filter: EventFilter;
  /** One to three, each once. */
  readonly by: readonly EventDimension[];
  /** The edges of the buckets, which hold the range; null: no buckets. */
  readonly edges: readonly number[] | null;
  /** The most groups, besides the one of all others. */
  readonly top: number;
  /** The figures that are shown besides counts. */
  readonly wanted: WantedFigures;
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
export function scanOf({ range, filter, by }: Omit<EventBreakdownRequest, 'wanted'>): EventScan {
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
 * @param held leaves what the archive holds to it; null: reads all rows
 * @throws RequestError `BAD_USER_INPUT`
 */
export async function scanEvents(
  deps: EventsDeps,
  context: CallContext,
  { range, filter, fields }: EventScan,
  held: ArchiveReading<AuditEvent, EventFilter> | null,
): Promise<ScannedRows<AuditEvent>> {
  const { knownAtMs = null } = range;
  const stream = createEventsRowStream(deps, forScan(context), filter, fields, 'filter', knownAtMs);
  if (!stream) return { rows: [], held: [], coverage: [coverNothing('EVENTS', range)] };
  return scanRange(range, stream, deps.settings.maxScannedRows, deps.nowMs, held);
}

/** Groups events: in the archive those that it holds, together with the others. @throws RequestError */
export async function breakDownEvents(
  deps: EventsDeps,
  request: EventBreakdownRequest,
  scan: (held: ArchiveReading<AuditEvent, EventFilter> | null) => Promise<ScannedRows<AuditEvent>>,
): Promise<EventBreakdown> {
  const archive = readEventsArchive(deps, request.filter, request.range.knownAtMs ?? null);
  const scanned = await scan(archive);
  if (!archive || scanned.held.length === 0) return groupEvents(scanned, request);
  const groups = await groupInArchive(archive, scanned, request);
  if (groups)
    return { ...mapGroups(groups, ({ count, times }) => ({ count, times })), coverage: scanned.coverage };
  return groupEvents(await scan(null), request);
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
  return createBreakdown({ valuesOf: by.map((dimension) => EVENT_VALUES[dimension]), edges, rules: RULES });
}

/** The values of an event in each dimension. */
export const EVENT_VALUES: Readonly<Record<EventDimension, (event: AuditEvent) => readonly string[]>> = {
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
