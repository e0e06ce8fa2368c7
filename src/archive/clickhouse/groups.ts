import type { ArchiveFigures, WantedFigures } from '../../sources/paging/archived-rows.ts';
import { createBreakdown, mapGroups } from '../../sources/shared/groups.ts';
import type { Groups, TallyRules } from '../../sources/shared/groups.ts';
import type { Condition } from './conditions.ts';
import type { Database } from './database.ts';

/** One dimension of the rows of a source. */
export interface Dimension<Row> {
  /** SQL of one value of a row; with `arrayJoin`, of each of its values. */
  readonly sql: string;
  /** The values that a value of the database stands for; left out: itself. */
  readonly read?: (value: string) => readonly string[];
  /** The distinct values of a row. */
  readonly valuesOf: (row: Row) => readonly string[];
}

/** Which rows to group, and how. */
export interface GroupsQuery<Row> {
  readonly table: string;
  readonly condition: Condition;
  readonly extra: readonly Row[];
  readonly by: readonly Dimension<Row>[];
  readonly edges: readonly number[] | null;
  readonly top: number;
  readonly wanted: WantedFigures;
  /** Reads the status and the process time of a row; null: the rows have none. */
  readonly figures: {
    readonly status: (row: Row) => string | null;
    readonly processTime: (row: Row) => number | null;
  } | null;
}

/** Rows of equal values and of one step of time. */
interface Cell {
  readonly values: readonly (readonly string[])[];
  readonly timestampMs: number;
  readonly count: number;
  readonly success: number;
  readonly failed: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Process times, and how many rows have each. */
  readonly times: readonly (readonly [ms: number, rows: number])[];
}

/**
 * Groups rows: the database counts them by values, step of time and process time, and what it counted is added up here together
 * with the further rows. So percentiles are those of all rows.
 */
export async function queryGroups<Row extends { readonly timestampMs: number }>(
  database: Database,
  query: GroupsQuery<Row>,
): Promise<Groups<ArchiveFigures>> {
  const { by, edges, extra, top, wanted, figures } = query;
  const breakdown = createBreakdown({
    valuesOf: by.map((_, at) => (cell: Cell) => cell.values[at]!),
    edges,
    rules: RULES,
  });
  for (const cell of await readCells(database, query)) breakdown.add(cell);
  for (const row of extra) {
    const status = wanted.has('STATUSES') ? figures?.status(row) : null;
    const time = (wanted.has('PROCESS_TIME') ? figures?.processTime(row) : null) ?? null;
    const { timestampMs } = row;
    breakdown.add({
      values: by.map(({ valuesOf }) => valuesOf(row)),
      timestampMs,
      count: 1,
      success: status === 'SUCCESS' ? 1 : 0,
      failed: status === 'FAILED' ? 1 : 0,
      firstMs: timestampMs,
      lastMs: timestampMs,
      times: time === null ? [] : [[time, 1]],
    });
  }
  const groups = breakdown.groups(top);
  return wanted.has('TIMES') ? groups : mapGroups(groups, (one) => ({ ...one, times: null }));
}

async function readCells<Row>(
  database: Database,
  { table, condition, by, edges, wanted, figures }: GroupsQuery<Row>,
): Promise<readonly Cell[]> {
  const [firstMs = 0] = edges ?? [];
  const step = edges ? stepOf(edges) : null;
  const keys = by.map(({ sql }, at) => `${sql} as k${at}`).join(', ');
  const names = by.map((_, at) => `k${at}`).join(', ');
  const statuses =
    figures && wanted.has('STATUSES')
      ? `countIf("requestStatus" = 'SUCCESS'), countIf("requestStatus" = 'FAILED')`
      : '0, 0';
  const times =
    figures && wanted.has('PROCESS_TIME')
      ? `sumMapIf([ifNull("processTime", 0)], [toUInt64(1)], "processTime" is not null)`
      : '([], [])';
  const rows = await database.read(
    `select ${names}, ${step === null ? '0' : `intDiv(at_ms - ${firstMs}, ${step})`} as place, count(), ${statuses}, min(at_ms), max(at_ms), ${times}
      from (select *, ${keys} from ${table} final where ${condition.sql}) group by ${names}, place`,
    condition.values,
  );
  return rows.map((row) => {
    const [place, count, success, failed, first, last, counted] = row.slice(by.length);
    const [ms = [], counts = []] = counted as readonly (readonly unknown[])[];
    return {
      values: by.map(({ read }, at) => {
        const value = row[at];
        if (value === null || value === undefined) return [];
        return read ? read(String(value)) : [String(value)];
      }),
      timestampMs: step === null ? Number(first) : firstMs + Number(place) * step,
      count: Number(count),
      success: Number(success),
      failed: Number(failed),
      firstMs: Number(first),
      lastMs: Number(last),
      times: ms.map((time, at) => [Number(time), Number(counts[at])] as const),
    };
  });
}

/** The longest step that ends at each edge. */
function stepOf(edges: readonly number[]): number {
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  return edges.slice(1).reduce((step, edge, at) => gcd(edge - edges[at]!, step), 0) || 1;
}

interface Tally {
  count: number;
  success: number;
  failed: number;
  firstMs: number;
  lastMs: number;
  readonly times: Map<number, number>;
}

type Counted = Pick<Cell, 'count' | 'success' | 'failed' | 'firstMs' | 'lastMs'> & {
  readonly times: Iterable<readonly [number, number]>;
};

function addTo(tally: Tally, { count, success, failed, firstMs, lastMs, times }: Counted): void {
  tally.count += count;
  tally.success += success;
  tally.failed += failed;
  tally.firstMs = Math.min(tally.firstMs, firstMs);
  tally.lastMs = Math.max(tally.lastMs, lastMs);
  for (const [ms, rows] of times) tally.times.set(ms, (tally.times.get(ms) ?? 0) + rows);
}

const RULES: TallyRules<Cell, Tally, ArchiveFigures> = {
  create: () => ({
    count: 0,
    success: 0,
    failed: 0,
    firstMs: Infinity,
    lastMs: -Infinity,
    times: new Map(),
  }),
  add: addTo,
  merge: addTo,
  count: ({ count }) => count,
  figures: ({ count, success, failed, firstMs, lastMs, times }) => ({
    count,
    success,
    failed,
    processTime: spreadOf([...times].sort(([a], [b]) => a - b)),
    times: count > 0 ? { firstMs, lastMs } : null,
  }),
};

/** @param times ascending */
function spreadOf(times: readonly (readonly [ms: number, rows: number])[]): ArchiveFigures['processTime'] {
  const [min] = times[0] ?? [];
  const [max] = times.at(-1) ?? [];
  if (min === undefined || max === undefined) return null;
  const count = times.reduce((sum, [, rows]) => sum + rows, 0);
  const sum = times.reduce((total, [ms, rows]) => total + ms * rows, 0);
  /** By nearest rank. */
  const percentile = (percent: number): number => {
    const rank = Math.ceil((count * percent) / 100);
    let seen = 0;
    return (times.find(([, rows]) => (seen += rows) >= rank) ?? [max])[0];
  };
  return { min, max, avg: sum / count, p50: percentile(50), p95: percentile(95), p99: percentile(99) };
}
