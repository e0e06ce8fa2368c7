import type { Source } from '../../src/base/source.ts';
import { compareIds } from '../../src/sources/paging/position.ts';
import type { Upstream } from '../../src/upstream/upstream.ts';
import { createSimulatedEventsVendor } from './simulated-events-vendor.ts';
import { createSimulatedUsageVendor } from './simulated-usage-vendor.ts';
import { createSimulatedUpstream } from './simulated-vendor.ts';
import type { SeenCall } from './simulated-vendor.ts';

const HOUR_MS = 3_600_000;
const SECOND_MS = 1_000;

/** A row of a large log. */
export interface BusyRow {
  readonly id: string;
  readonly timestampMs: number;
  readonly version: number;
}

/** A vendor with a large log, which it keeps sorted, so that a call costs no more than its page. */
export interface BusyVendor {
  readonly upstream: Upstream & { readonly calls: SeenCall[] };
  /** The rows that it has, by id. */
  readonly rows: ReadonlyMap<string, BusyRow>;
  readonly deleted: ReadonlySet<string>;
  add(timestampMs: number): void;
  /** One random change of the last 20 hours: a row that is new, late or tied, one that differs, or one that is deleted. */
  change(): void;
}

/** How late a row may come, change or be deleted. */
const LATEST_MS = 20 * HOUR_MS;

export function createBusyVendor(
  source: Source,
  random: () => number,
  clock: { readonly nowMs: number },
): BusyVendor {
  const isUsage = source === 'USAGE';
  const unitMs = isUsage ? 1 : SECOND_MS;
  /** Oldest first. */
  const log: BusyRow[] = [];
  const rows = new Map<string, BusyRow>();
  const deleted = new Set<string>();
  let lastId = 0;
  /** What the simulated vendor below sees: the rows around the page that it is asked for. */
  let inSight: readonly BusyRow[] = [];

  const isBefore = (a: BusyRow, b: BusyRow): boolean =>
    a.timestampMs < b.timestampMs || (a.timestampMs === b.timestampMs && compareIds(source, a.id, b.id) < 0);
  const firstWhere = (isReached: (row: BusyRow) => boolean): number => {
    let low = 0;
    for (let high = log.length; low < high;) {
      const middle = (low + high) >>> 1;
      if (isReached(log[middle]!)) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  const placeOf = (row: BusyRow): number => firstWhere((other) => !isBefore(other, row));
  const add = (timestampMs: number): void => {
    lastId += 1;
    // Usage ids are in no order of time.
    const id = isUsage
      ? `${Math.floor(random() * 2 ** 32).toString(16)}-${lastId.toString(16)}`.padStart(24, '0')
      : String(lastId);
    const row = { id, timestampMs: Math.floor(timestampMs / unitMs) * unitMs, version: 0 };
    rows.set(id, row);
    log.splice(placeOf(row), 0, row);
  };
  const pickRecent = (): BusyRow | undefined => {
    const from = firstWhere(({ timestampMs }) => timestampMs > clock.nowMs - LATEST_MS);
    return log[from + Math.floor(random() * (log.length - from))];
  };

  const answer = isUsage
    ? createSimulatedUsageVendor(
        () => inSight.map(({ id, timestampMs, version }) => ({ id, timestampMs, userId: `v${version}` })),
        {
          offsetUnit: 'records',
          clamp: 1_000,
          isFromInclusive: true,
          isToInclusive: random() < 0.5,
          dialect: 'camel',
          tie: () => (a, b) => (a.id < b.id ? 1 : -1),
        },
      )
    : createSimulatedEventsVendor(
        () =>
          inSight.map(({ id, timestampMs, version }) => ({
            id: BigInt(id),
            timestampMs,
            description: `v${version}`,
          })),
        {
          isFromInclusive: true,
          isToInclusive: random() < 0.5,
          takesOperators: true,
          sortFields: ['timestamp', 'id'],
          unsorted: (a, b) => (a.id < b.id ? -1 : 1),
        },
      );

  /** Rows beyond the page do not change it, so they are left out. */
  function look({ query }: SeenCall): void {
    const valueOf = (name: string): string => query.find(([key]) => key === name)?.[1] ?? '';
    const timeOf = (name: string): number => Date.parse(valueOf(name).replace(/^(gt|lt):/, ''));
    const fromMs = timeOf(isUsage ? 'from' : 'createdFrom');
    const toMs = timeOf(isUsage ? 'to' : 'createdTo');
    const size = Number(valueOf('pageSize'));
    const needed = (isUsage ? Number(valueOf('pageOffset')) + size : Number(valueOf('page')) * size) + 1;
    const [start, end] = [
      firstWhere(({ timestampMs }) => timestampMs >= fromMs),
      firstWhere(({ timestampMs }) => timestampMs > toMs),
    ];
    // The bounds may be exclusive, and rows of one instant belong together.
    const isAscending = !isUsage && !valueOf('sort').startsWith('timestamp:desc');
    const edge = isAscending
      ? log[firstWhere(({ timestampMs }) => timestampMs > fromMs) + needed]
      : log[firstWhere(({ timestampMs }) => timestampMs >= toMs) - needed];
    inSight = isAscending
      ? log.slice(
          start,
          edge
            ? Math.min(
                end,
                firstWhere(({ timestampMs }) => timestampMs > edge.timestampMs),
              )
            : end,
        )
      : log.slice(
          edge
            ? Math.max(
                start,
                firstWhere(({ timestampMs }) => timestampMs >= edge.timestampMs),
              )
            : start,
          end,
        );
  }

  return {
    upstream: createSimulatedUpstream(
      source,
      (call) => {
        look(call);
        return answer(call);
      },
      () => clock.nowMs,
    ),
    rows,
    deleted,
    add,
    change() {
      const kind = random();
      if (kind < 0.3) add(clock.nowMs - random() * 20 * SECOND_MS);
      else if (kind < 0.55) add(clock.nowMs - random() * LATEST_MS);
      else if (kind < 0.65) add(pickRecent()?.timestampMs ?? clock.nowMs);
      else {
        const row = pickRecent();
        if (!row) return;
        const place = placeOf(row);
        if (kind < 0.85) {
          const changed = { ...row, version: row.version + 1 };
          rows.set(row.id, changed);
          log[place] = changed;
        } else {
          rows.delete(row.id);
          deleted.add(row.id);
          log.splice(place, 1);
        }
      }
    },
  };
}
