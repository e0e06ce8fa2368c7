import type { Source } from '../../../src/base/source.ts';
import type { Dice } from './dice.ts';

// What really happened: two logs, and when each row came to stand in its vendor's. Knows nothing of the service.

export const DAY_MS = 86_400_000;

/** How a row is spoilt in what its vendor gives out; it keeps its place in time. */
export const DEFECTS = ['no-date', 'bad-date', 'no-id', 'wrong-type', 'no-object'] as const;
export type Defect = (typeof DEFECTS)[number];

interface Standing {
  readonly id: string;
  readonly ms: number;
  /** From when on the vendor's list has it. */
  readonly addedMs: number;
  /** From when on it has not. */
  deletedMs: number;
  readonly defect: Defect | null;
  readonly ip: string | null;
}

export interface UsageRow extends Standing {
  readonly source: 'USAGE';
  readonly hub: string;
  readonly element: string;
  readonly tags: readonly string[];
  readonly status: 'SUCCESS' | 'FAILED';
  readonly uri: string;
  readonly processTime: number;
}

export interface EventRow extends Standing {
  readonly source: 'EVENTS';
  readonly category: string;
  readonly action: string;
  readonly username: string | null;
  readonly description: string | null;
}

export type LogRow = UsageRow | EventRow;

/** What a log is drawn by. */
export interface LogShape {
  /** Its rows lie in `[fromMs, toMs)`. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly rows: number;
  /** Crowds: so many rows within so many milliseconds. */
  readonly bursts: readonly { readonly rows: number; readonly withinMs: number }[];
  /** The share of rows that can't be understood. */
  readonly defects: number;
  /** The vendor's stamps are whole multiples of this. */
  readonly unitMs: number;
  /** Rows show up in the list so late at most. */
  readonly lagMs: number;
}

/** Ids from here on are rounded by what reads them as doubles. */
const BEYOND_DOUBLES = 9_007_199_254_740_993n;

export const IPS = ['10.0.0.1', '10.0.0.2', '10.1.2.3', '192.168.7.9', '203.0.113.5'] as const;
export const HUBS = ['crm', 'documents'] as const;
export const ELEMENTS = ['dropbox', 'box', 'sfdc', 'zendesk'] as const;
export const TAGS = ['production', 'qa', 'dev'] as const;
export const CATEGORIES = ['authentication', 'role', 'bill_run'] as const;
export const ACTIONS = ['user-login', 'user_locked', 'role-created', 'run_closed'] as const;
export const USERNAMES = ['alice', 'bob.smith', 'Carol'] as const;

/** Both logs at once. Rows stay in it when they are deleted: `deletedMs` says so. */
export interface Log {
  readonly rows: readonly LogRow[];
  add(row: LogRow): void;
}

export function createLog(rows: readonly LogRow[]): Log {
  const all = [...rows];
  return { rows: all, add: (row) => void all.push(row) };
}

export function stoodAt(row: LogRow, ms: number): boolean {
  return row.addedMs <= ms && ms < row.deletedMs;
}

/** All the time, both ends in. */
export function stoodThroughout(row: LogRow, fromMs: number, toMs: number): boolean {
  return row.addedMs <= fromMs && toMs < row.deletedMs;
}

/** At any moment of it, both ends in. */
export function stoodWithin(row: LogRow, fromMs: number, toMs: number): boolean {
  return row.addedMs <= toMs && fromMs < row.deletedMs;
}

/** Below zero where `a` comes before `b`: newest first, USAGE before EVENTS, the greater id first. */
export function compareRows(a: Place, b: Place): number {
  if (a.ms !== b.ms) return b.ms - a.ms;
  if (a.source !== b.source) return a.source === 'USAGE' ? -1 : 1;
  if (a.id === b.id) return 0;
  if (a.source === 'EVENTS') return BigInt(a.id) > BigInt(b.id) ? -1 : 1;
  return a.id > b.id ? -1 : 1;
}

/** Where a row stands in the one order. */
export interface Place {
  readonly source: Source;
  readonly id: string;
  readonly ms: number;
}

export function nameOf({ source, id }: Pick<Place, 'source' | 'id'>): string {
  return `${source} ${id}`;
}

export function describeRow(row: LogRow | undefined): string {
  if (!row) return 'nothing';
  const text = `${nameOf(row)} of ${new Date(row.ms).toISOString()}`;
  return row.defect === null ? text : `${text} (${row.defect})`;
}

/** Draws the times of a log's rows. */
export function drawTimes(dice: Dice, shape: LogShape): number[] {
  const { fromMs, toMs, unitMs } = shape;
  const times: number[] = [];
  const floor = (ms: number): number => Math.max(fromMs, Math.min(toMs - 1, ms));
  for (const burst of shape.bursts) {
    const startMs = dice.int(fromMs, toMs - 1);
    for (let n = 0; n < burst.rows; n += 1) times.push(floor(startMs + dice.int(0, burst.withinMs)));
  }
  for (let n = 0; n < shape.rows; n += 1) times.push(dice.int(fromMs, toMs - 1));
  // Ties outside of bursts, too.
  for (let n = 0; n < times.length; n += 1) if (dice.chance(0.08)) times[n] = times[dice.int(0, n)] ?? fromMs;
  return times.map((ms) => Math.floor(ms / unitMs) * unitMs).filter((ms) => ms >= fromMs);
}

/** A new row of either log; `serial` makes its id another than all others. */
export function drawRow(
  dice: Dice,
  source: Source,
  at: { readonly ms: number; readonly addedMs: number; readonly defect?: Defect | null },
  serial: number,
): LogRow {
  const { ms, addedMs, defect = null } = at;
  const ip = dice.chance(0.1) ? null : dice.pick(IPS);
  const standing = { ms, addedMs, deletedMs: Infinity, defect, ip };
  if (source === 'USAGE') {
    const tags = TAGS.filter(() => dice.chance(0.4));
    const random = dice.int(0, 0xffffff).toString(16).padStart(6, '0');
    return {
      source,
      ...standing,
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
    ...standing,
    id: String(BigInt(serial) + (serial % 3 === 0 ? BEYOND_DOUBLES : 0n)),
    category: dice.pick(CATEGORIES),
    action: dice.pick(ACTIONS),
    username,
    description: dice.chance(0.1) ? null : `User ${username ?? 'nobody'} did ${dice.pick(['This', 'that'])}`,
  };
}
