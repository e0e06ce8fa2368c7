import type { TransportAnswer } from '../../../src/upstream/transport.ts';
import { hashText } from './dice.ts';
import { existedAt } from './log.ts';
import type { LogRow, UsageRow } from './log.ts';

// The Usage API over a log, as docs/vendors.md and the vendor's page describe it. It shares no code with the sandbox.

/** A choice for each behaviour that the vendor's page does not specify. */
export interface UsageBehaviour {
  readonly fromIsIn: boolean;
  readonly toIsIn: boolean;
  readonly offsetUnit: 'records' | 'pages';
  /** The most rows of a page, whatever the call asks for; Infinity: as many as it asks for. */
  readonly clamp: number;
  /** The order of rows of one millisecond: by id, by a fixed hash, or by a hash that differs for each range. */
  readonly ties: 'id' | 'own' | 'by-range';
  readonly dialect: 'camel' | 'snake' | 'mixed';
  readonly zone: 'Z' | '+00:00';
  readonly emptyIs404: boolean;
  /** Whether the first and last row of a series also count calls outside the range. */
  readonly edgeRows: 'clipped' | 'whole';
  /** The time from when the list contains a row until the series count it. */
  readonly seriesLagMs: number;
}

export interface UsageCall {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Whether the series count this row at `ms`. */
export function isCountedAt(row: UsageRow, ms: number, lagMs: number): boolean {
  return row.addedMs + lagMs <= ms && ms < row.deletedMs;
}

/** The vendor's answer at `nowMs`, and the rows in it, in its order. */
export function answerUsage(
  rows: readonly LogRow[],
  behaviour: UsageBehaviour,
  { path, query }: UsageCall,
  nowMs: number,
): { readonly answer: TransportAnswer; readonly given: readonly UsageRow[] } {
  const log = rows.filter((row): row is UsageRow => row.source === 'USAGE');
  if (path.startsWith('/usage/analytics/')) {
    return { answer: answerSeries(log, behaviour, path, query, nowMs), given: [] };
  }
  const existing = log.filter((row) => existedAt(row, nowMs));
  if (path !== '/usage') {
    const row = existing.find(({ id }) => path === `/usage/${id}`);
    return { answer: row ? json(200, encodeRow(row, behaviour)) : nothing(), given: row ? [row] : [] };
  }
  const fromMs = Date.parse(query.get('from') ?? '');
  const toMs = Date.parse(query.get('to') ?? '');
  const size = Number(query.get('pageSize') ?? '100');
  const offset = Number(query.get('pageOffset') ?? '0');
  if (Number.isNaN(fromMs) || Number.isNaN(toMs) || fromMs > toMs || size < 1 || offset < 0) return refused();
  const keys = query.getAll('keys[]');
  const tags = query.getAll('tags[]');
  const status = query.get('status');
  const hub = query.get('hub');
  const text = query.get('searchText');
  const tie = (row: UsageRow): number | string =>
    behaviour.ties === 'id'
      ? row.id
      : hashText(behaviour.ties === 'own' ? row.id : `${row.id}${fromMs}${toMs}`);
  const found = existing
    .filter(({ ms }) => (behaviour.fromIsIn ? ms >= fromMs : ms > fromMs))
    .filter(({ ms }) => (behaviour.toIsIn ? ms <= toMs : ms < toMs))
    .filter((row) => hub === null || row.hub === hub)
    .filter((row) => keys.length === 0 || keys.includes(row.element))
    .filter((row) => tags.length === 0 || row.tags.some((tag) => tags.includes(tag)))
    .filter((row) => status === null || row.status === status)
    .filter((row) => text === null || JSON.stringify(row).includes(text))
    .map((row) => ({ row, tie: tie(row) }))
    .sort((a, b) => b.row.ms - a.row.ms || (a.tie < b.tie ? -1 : a.tie > b.tie ? 1 : 0))
    .map(({ row }) => row);
  if (found.length === 0 && behaviour.emptyIs404) return { answer: nothing(), given: [] };
  const rowsOfPage = Math.min(size, behaviour.clamp);
  const start = behaviour.offsetUnit === 'records' ? offset : offset * rowsOfPage;
  const given = found.slice(start, start + rowsOfPage);
  return {
    answer: json(
      200,
      given.map((row) => encodeRow(row, behaviour)),
    ),
    given,
  };
}

function encodeRow(row: UsageRow, behaviour: UsageBehaviour): unknown {
  const isCamel =
    behaviour.dialect === 'camel' || (behaviour.dialect === 'mixed' && hashText(row.id) % 2 === 0);
  const date = new Date(row.ms).toISOString().replace('Z', behaviour.zone);
  const { defect } = row;
  if (defect === 'no-object') return null;
  const id = defect === 'no-id' ? undefined : row.id;
  const when = defect === 'no-date' ? undefined : defect === 'bad-date' ? '2026-02-31T99:00' : date;
  const time = defect === 'wrong-type' ? { ms: 1 } : row.processTime;
  return isCamel
    ? {
        id,
        usageDate: when,
        requestStatus: row.status,
        elementKey: row.element,
        elementTags: row.tags.join(','),
        requestURI: row.uri,
        requestIP: row.ip,
        processTime: time,
        userId: 1,
      }
    : {
        traffic_id: id,
        traffic_date: when,
        request_status: row.status,
        element_key: row.element,
        element_tag: row.tags,
        request_uri: row.uri,
        request_ip: row.ip,
        process_time: time,
        user_id: 1,
        headers: 'authorization: none of yours',
      };
}

const INTERVALS = ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second'] as const;
export type SeriesInterval = (typeof INTERVALS)[number];

/** The start (inclusive) and end (exclusive) of the series row that contains `ms`, in UTC. */
export function seriesRowAt(ms: number, interval: SeriesInterval): readonly [number, number] {
  const date = new Date(ms);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const months = { year: 12, quarter: 3, month: 1 }[interval as 'year' | 'quarter' | 'month'];
  if (months !== undefined) {
    const first = month - (month % months);
    return [Date.UTC(year, first, 1), Date.UTC(year, first + months, 1)];
  }
  const unit = { week: 604_800_000, day: 86_400_000, hour: 3_600_000, minute: 60_000, second: 1_000 }[
    interval as 'week' | 'day' | 'hour' | 'minute' | 'second'
  ];
  // 1970-01-01 was a Thursday.
  const shift = interval === 'week' ? 4 * 86_400_000 : 0;
  const start = Math.floor((ms - shift) / unit) * unit + shift;
  return [start, start + unit];
}

function answerSeries(
  log: readonly UsageRow[],
  behaviour: UsageBehaviour,
  path: string,
  query: URLSearchParams,
  nowMs: number,
): TransportAnswer {
  const fromMs = Date.parse(query.get('from') ?? '');
  const toMs = Date.parse(query.get('to') ?? '');
  const interval = INTERVALS.find((one) => one === query.get('interval')?.toLowerCase());
  if (Number.isNaN(fromMs) || Number.isNaN(toMs) || fromMs > toMs || !interval) return refused().answer;
  if (interval === 'second' && toMs - fromMs > 86_400_000) return refused().answer;
  const [firstMs] = seriesRowAt(fromMs, interval);
  const [, lastMs] = seriesRowAt(toMs, interval);
  const isWhole = behaviour.edgeRows === 'whole';
  const counted = log.filter(
    (row) =>
      isCountedAt(row, nowMs, behaviour.seriesLagMs) &&
      (isWhole ? row.ms >= firstMs && row.ms < lastMs : row.ms >= fromMs && row.ms < toMs),
  );
  const kind = path.slice('/usage/analytics/'.length);
  if (counted.length === 0 && behaviour.emptyIs404 && (kind === 'times' || kind === 'statuses'))
    return nothing();
  const groups = new Map<number, UsageRow[]>();
  for (const row of counted) {
    const [start] = seriesRowAt(row.ms, interval);
    const group = groups.get(start);
    if (group) group.push(row);
    else groups.set(start, [row]);
  }
  const rows: unknown[] = [];
  for (let start = firstMs; start <= toMs;) {
    const group = groups.get(start) ?? [];
    rows.push({ timestamp: new Date(start).toISOString(), count: group.length, ...figureOf(kind, group) });
    [, start] = seriesRowAt(start, interval);
  }
  return json(200, rows);
}

function figureOf(kind: string, group: readonly UsageRow[]): Readonly<Record<string, number>> {
  if (kind === 'activity/elements') {
    const counts: Record<string, number> = {};
    for (const { element } of group) counts[element] = (counts[element] ?? 0) + 1;
    return counts;
  }
  if (kind === 'statuses') {
    const failed = group.filter(({ status }) => status === 'FAILED').length;
    return { failed, success: group.length - failed };
  }
  if (kind !== 'times' || group.length === 0) return {};
  const times = group.map(({ processTime }) => processTime);
  const sum = times.reduce((a, b) => a + b, 0);
  return { min: Math.min(...times), max: Math.max(...times), avg: sum / group.length };
}

function json(status: number, value: unknown): TransportAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json;charset=UTF-8' },
    body: Buffer.from(JSON.stringify(value)),
  };
}

function nothing(): TransportAnswer {
  return json(404, { requestId: 'a1b2', message: 'No data found' });
}

function refused(): { readonly answer: TransportAnswer; readonly given: readonly UsageRow[] } {
  return { answer: json(400, { requestId: 'a1b2', message: 'Bad request' }), given: [] };
}
