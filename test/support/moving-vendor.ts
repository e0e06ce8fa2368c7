import { UpstreamError } from '../../src/base/errors.ts';
import type { Source } from '../../src/base/source.ts';
import type { Upstream, UpstreamResponse } from '../../src/upstream/upstream.ts';
import { createSimulatedEventsVendor } from './simulated-events-vendor.ts';
import { createSimulatedUsageVendor } from './simulated-usage-vendor.ts';
import { createSimulatedUpstream } from './simulated-vendor.ts';
import type { SeenCall } from './simulated-vendor.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A row of a log that changes, and what it was since when. */
export interface MovingRow {
  readonly id: string;
  readonly timestampMs: number;
  /** Oldest first. */
  readonly states: RowState[];
}

interface RowState {
  readonly sinceMs: number;
  /** null: deleted. */
  readonly version: number | null;
  /** The vendor answers it without a time, so that it can't be parsed. */
  readonly isBad: boolean;
}

/** A clock that a test moves, in milliseconds since the epoch. */
export interface MovedClock {
  nowMs: number;
}

/** A vendor whose log changes while it is read. */
export interface MovingVendor {
  readonly source: Source;
  readonly rows: Map<string, MovingRow>;
  readonly upstream: Upstream & { readonly calls: SeenCall[] };
  /** Each row as it was given out, `id@version`. */
  readonly given: Set<string>;
  /** How far its clock is ahead of ours, in milliseconds. */
  skewMs: number;
  /** How often a call fails, from 0 to 1. */
  failureRate: number;
  /** Whether it changes during a call. */
  isMoving: boolean;
  /** One row that is new, or up to an hour late. */
  arrive(): void;
  /** Stops to change and to fail, and gives up the rows that can't be parsed. */
  stop(): void;
  /** One random change: rows that are new, late or tied, a row that differs, is deleted, or can't be parsed. */
  change(): void;
}

/** No row changes, comes late or is deleted later than this, so that the last reread sees it. */
export const LATEST_MS = 20 * HOUR_MS;

/** @param retentionMs the vendor forgets rows of this age */
export function createMovingVendor(
  source: Source,
  random: () => number,
  clock: MovedClock,
  retentionMs: number,
): MovingVendor {
  const isUsage = source === 'USAGE';
  const unitMs = isUsage ? 1 : 1_000;
  const rows = new Map<string, MovingRow>();
  const given = new Set<string>();
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)]!;
  let callStartMs = clock.nowMs;
  let lastId = 0;

  const versionOf = ({ states }: MovingRow): number | null => states.at(-1)?.version ?? null;
  const isBad = ({ states }: MovingRow): boolean => states.at(-1)?.isBad === true;
  const kept = (): MovingRow[] =>
    [...rows.values()].filter(
      (row) => versionOf(row) !== null && row.timestampMs >= clock.nowMs - retentionMs,
    );
  const add = (timestampMs: number): void => {
    lastId += 1;
    const id = isUsage
      ? Math.floor(random() * 2 ** 48)
          .toString(16)
          .padStart(24, '0')
      : String(lastId);
    const states = [{ sinceMs: clock.nowMs, version: 0, isBad: random() < 0.01 }];
    rows.set(id, { id, timestampMs: Math.floor(timestampMs / unitMs) * unitMs, states });
  };
  const inSight = (): MovingRow[] => kept().filter((row) => row.timestampMs > clock.nowMs - LATEST_MS);
  const setVersion = (row: MovingRow | undefined, isDeleted: boolean): void => {
    if (!row) return;
    const version = isDeleted ? null : row.states.length;
    row.states.push({ sinceMs: clock.nowMs, version, isBad: false });
  };

  const beforeCall = (): void => {
    callStartMs = clock.nowMs;
    if (!vendor.isMoving) return;
    clock.nowMs += 50 + Math.floor(random() * 400);
    if (random() < 0.2) vendor.change();
  };
  const answer = isUsage
    ? createSimulatedUsageVendor(
        () =>
          kept().map((row) => ({
            id: row.id,
            timestampMs: row.timestampMs,
            userId: `v${versionOf(row)}`,
            isUndated: isBad(row),
          })),
        {
          offsetUnit: pick(['records', 'pages']),
          clamp: pick([5, 7, 50]),
          isFromInclusive: random() < 0.5,
          isToInclusive: random() < 0.5,
          dialect: pick(['camel', 'snake']),
          tie: () => (a, b) => (a.id < b.id ? 1 : -1),
        },
        beforeCall,
      )
    : createSimulatedEventsVendor(
        () =>
          kept().map((row) => ({
            id: BigInt(row.id),
            timestampMs: row.timestampMs,
            description: `v${versionOf(row)}`,
            isUndated: isBad(row),
          })),
        {
          isFromInclusive: random() < 0.5,
          isToInclusive: random() < 0.5,
          takesOperators: random() < 0.7,
          sortFields: pick([['timestamp', 'id'], ['timestamp'], ['id']]),
          unsorted: (a, b) => (a.id < b.id ? -1 : 1),
        },
        beforeCall,
      );

  const vendor: MovingVendor = {
    source,
    rows,
    given,
    upstream: createSimulatedUpstream(source, answerAndNote, () => callStartMs),
    skewMs: 0,
    failureRate: 0,
    isMoving: true,
    arrive() {
      add(clock.nowMs - random() * HOUR_MS);
    },
    stop() {
      vendor.failureRate = 0;
      vendor.isMoving = false;
      for (const row of rows.values()) if (isBad(row)) setVersion(row, true);
    },
    change() {
      const newestMs = clock.nowMs + vendor.skewMs;
      const kind = random();
      if (kind < 0.45) add(newestMs - random() * 20_000);
      else if (kind < 0.6) add(newestMs - random() * 40 * MINUTE_MS);
      else if (kind < 0.68) add(newestMs - random() * 0.9 * LATEST_MS);
      else if (kind < 0.8) {
        const at = pick(inSight())?.timestampMs ?? newestMs;
        for (let n = 0; n < 1 + random() * 4; n += 1) add(at);
      } else setVersion(pick(inSight()), kind > 0.95);
    },
  };
  return vendor;

  function answerAndNote(call: SeenCall): UpstreamResponse | UpstreamError {
    if (random() < vendor.failureRate) {
      beforeCall();
      return new UpstreamError({
        code: 'UPSTREAM_UNAVAILABLE',
        source,
        operation: call.operation,
        message: 'The vendor is not available.',
      });
    }
    const response = answer(call);
    if (!(response instanceof UpstreamError) && response.status === 200 && Array.isArray(response.body)) {
      for (const row of response.body as Record<string, unknown>[]) {
        const id = row['id'] ?? row['traffic_id'];
        const version = row['userId'] ?? row['user_id'] ?? row['description'];
        given.add(`${String(id)}@${String(version)}`);
      }
    }
    return response;
  }
}
