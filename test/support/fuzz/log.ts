import type { Source } from '../../../src/base/source.ts';
import type { Dice } from './dice.ts';

// The true logs of both vendors, and when each row was added and deleted. This file does not depend on the service.

export const DAY_MS = 86_400_000;

/** How the vendor's answers spoil a row. It keeps its place in time. */
export const DEFECTS = ['no-date', 'bad-date', 'no-id', 'wrong-type', 'no-object'] as const;
export type Defect = (typeof DEFECTS)[number];

interface RowBase {
  readonly id: string;
  readonly ms: number;
  /** The vendor's list contains the row from this time on. */
  readonly addedMs: number;
  /** The vendor's list no longer contains the row from this time on. */
  deletedMs: number;
  readonly defect: Defect | null;
  readonly ip: string | null;
}

export interface UsageRow extends RowBase {
  readonly source: 'USAGE';
  readonly hub: string;
  readonly element: string;
  readonly tags: readonly string[];
  readonly status: 'SUCCESS' | 'FAILED';
  readonly uri: string;
  readonly processTime: number;
}

export interface EventRow extends RowBase {
  readonly source: 'EVENTS';
  readonly category: string;
  readonly action: string;
  readonly username: string | null;
  readonly description: string | null;
}

export type LogRow = UsageRow | EventRow;

/** The parameters of a random log. */
export interface LogShape {
  /** Its rows lie in `[fromMs, toMs)`. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly rows: number;
  /** Bursts of `rows` within `withinMs`. */
  readonly bursts: readonly { readonly rows: number; readonly withinMs: number }[];
  /** The share of rows that can't be parsed. */
  readonly defects: number;
  /** The vendor's timestamps are multiples of this. */
  readonly unitMs: number;
  /** The longest time from a row's timestamp until the list contains it. */
  readonly lagMs: number;
}

/** A parser that reads ids as doubles rounds them from here on. */
const BEYOND_DOUBLES = 9_007_199_254_740_993n;

export const IPS = ['10.0.0.1', '10.0.0.2', '10.1.2.3', '192.168.7.9', '203.0.113.5'] as const;
export const HUBS = ['crm', 'documents'] as const;
export const ELEMENTS = ['dropbox', 'box', 'sfdc', 'zendesk'] as const;
export const TAGS = ['production', 'qa', 'dev'] as const;
export const CATEGORIES = ['authentication', 'role', 'bill_run'] as const;
export const ACTIONS = ['user-login', 'user_locked', 'role-created', 'run_closed'] as const;
export const USERNAMES = ['alice', 'bob.smith', 'Carol'] as const;

/** Both logs together. Deleted rows stay in it, with `deletedMs` set. */
export interface Log {
  readonly rows: readonly LogRow[];
  add(row: LogRow): void;
}

export function createLog(rows: readonly LogRow[]): Log {
  const all = [...rows];
  return { rows: all, add: (row) => void all.push(row) };
}

export function existedAt(row: LogRow, ms: number): boolean {
  return row.addedMs <= ms && ms < row.deletedMs;
}

/** During the whole span, both ends included. */
export function existedThroughout(row: LogRow, fromMs: number, toMs: number): boolean {
  return row.addedMs <= fromMs && toMs < row.deletedMs;
}

/** At any moment of the span, both ends included. */
export function existedWithin(row: LogRow, fromMs: number, toMs: number): boolean {
  return row.addedMs <= toMs && fromMs < row.deletedMs;
}

/** Below zero if `a` comes before `b`: newest first, USAGE before EVENTS, the greater id first. */
export function compareRows(a: Position, b: Position): number {
  if (a.ms !== b.ms) return b.ms - a.ms;
  if (a.source !== b.source) return a.source === 'USAGE' ? -1 : 1;
  if (a.id === b.id) return 0;
  if (a.source === 'EVENTS') return BigInt(a.id) > BigInt(b.id) ? -1 : 1;
  return a.id > b.id ? -1 : 1;
}

/** The place of a row in the common order. */
export interface Position {
  readonly source: Source;
  readonly id: string;
  readonly ms: number;
}

export function nameOf({ source, id }: Pick<Position, 'source' | 'id'>): string {
  return `${source} ${id}`;
}

export function describeRow(row: LogRow | undefined): string {
  if (!row) return 'nothing';
  const text = `${nameOf(row)} of ${new Date(row.ms).toISOString()}`;
  return row.defect === null ? text : `${text} (${row.defect})`;
}

/** Draws the times of the rows of a log. */
export function drawTimes(dice: Dice, shape: LogShape): number[] {
  const { fromMs, toMs, unitMs } = shape;
  const times: number[] = [];
  const floor = (ms: number): number => Math.max(fromMs, Math.min(toMs - 1, ms));
  for (const burst of shape.bursts) {
    const startMs = dice.int(fromMs, toMs - 1);
    for (let n = 0; n < burst.rows; n += 1) times.push(floor(startMs + dice.int(0, burst.withinMs)));
  }
  for (let n = 0; n < shape.rows; n += 1) times.push(dice.int(fromMs, toMs - 1));
  // Some equal times outside the bursts, too.
  for (let n = 0; n < times.length; n += 1) if (dice.chance(0.08)) times[n] = times[dice.int(0, n)] ?? fromMs;
  return times.map((ms) => Math.floor(ms / unitMs) * unitMs).filter((ms) => ms >= fromMs);
}

/** A new row of either log. `serial` makes its id unique. */
export function drawRow(
  dice: Dice,
  source: Source,
  at: { readonly ms: number; readonly addedMs: number; readonly defect?: Defect | null },
  serial: number,
): LogRow {
  const { ms, addedMs, defect = null } = at;
  const ip = dice.chance(0.1) ? null : dice.pick(IPS);
  const base = { ms, addedMs, deletedMs: Infinity, defect, ip };
  if (source === 'USAGE') {
    const tags = TAGS.filter(() => dice.chance(0.4));
    const random = dice.int(0, 0xffffff).toString(16).padStart(6, '0');
    return {
      source,
      ...base,
      id: `${random}${serial.toString(16).padStart(18, '0')}`,
      hub: dice.pick(HUBS),
      element: dice.pick(ELEMENTS),
      tags,
      status: dice.chance(0.8) ? 'SUCCESS' : 'FAILED',
      uri: `/elements/api-v2/${dice.pick(['files', 'contacts', 'search'])}`,
      processTime: dice.int(1, 3_000),
    };
  }
  const username = dice.chance(0.15) ? null : dice.pick(USERNAMES);
  return {
    source,
    ...base,
    id: String(BigInt(serial) + (serial % 3 === 0 ? BEYOND_DOUBLES : 0n)),
    category: dice.pick(CATEGORIES),
    action: dice.pick(ACTIONS),
    username,
    description: dice.chance(0.1) ? null : `User ${username ?? 'nobody'} did ${dice.pick(['This', 'that'])}`,
  };
}
