import { RequestError } from '../../base/request-error.ts';
import { UpstreamError } from '../../base/upstream-error.ts';
import type { Position } from './position.ts';
import type { Step, Walk } from './walk-list.ts';

/** A row as its global id names it. */
export interface RowKey {
  readonly id: string;
  readonly timestampMs: number;
}

/** What a search brought. */
export interface FoundRows<Row> {
  /** The row with this id at just this time; null: none was seen. */
  rowOf(key: RowKey): Row | null;
  /** Why a key's instant was not read; null: it was. */
  failureOf(key: RowKey): UpstreamError | RequestError | null;
  /** Some of the rows could not be understood: one that was not seen may be among them. */
  readonly hasDropped: boolean;
}

/** What a page around a single row holds. */
const SINGLE = 50;

/**
 * Finds rows by time and id in a vendor's list: walks down from the newest in large pages, skips the stretches in which none
 * is looked for, and so needs a call for each group of near ones, and never more than one a key but for crowded instants.
 * @param keys at least one
 * @throws never for a failure of the vendor's or a spent budget: what was found before stands
 */
export async function findRows<Row extends Position>(
  keys: readonly RowKey[],
  walk: (walk: Walk) => AsyncGenerator<Step<Row>, void>,
): Promise<FoundRows<Row>> {
  const found = new Map<string, Row>();
  const sought = keys.toSorted((a, b) => b.timestampMs - a.timestampMs);
  const fromMs = sought.at(-1)?.timestampMs ?? 0;
  const isSingle = sought[0]?.timestampMs === fromMs;
  let failure: UpstreamError | RequestError | null = null;
  let hasDropped = false;
  try {
    while (sought[0]) {
      const steps = walk({
        range: { fromMs, toMs: sought[0].timestampMs + 1 },
        direction: 'down',
        after: null,
        wanted: () => (isSingle ? SINGLE : Infinity),
      });
      for await (const step of steps) {
        for (const row of step.rows) found.set(nameOf(row), row);
        hasDropped ||= step.dropped.length > 0;
        while (
          sought[0] &&
          (step.ended || sought[0].timestampMs >= step.edgeMs || found.has(nameOf(sought[0])))
        )
          sought.shift();
        if (!sought[0] || sought[0].timestampMs + 1 < step.edgeMs) break;
      }
    }
  } catch (error) {
    if (!(error instanceof UpstreamError) && !(error instanceof RequestError)) throw error;
    failure = error;
  }
  const unread = new Set(sought.map(nameOf));
  return {
    rowOf: (key) => found.get(nameOf(key)) ?? null,
    failureOf: (key) => (unread.has(nameOf(key)) ? failure : null),
    hasDropped,
  };
}

function nameOf({ timestampMs, id }: RowKey): string {
  return `${timestampMs} ${id}`;
}
