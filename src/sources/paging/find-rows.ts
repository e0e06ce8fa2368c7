import { RequestError, UpstreamError } from '../../base/errors.ts';
import type { Position } from './position.ts';
import type { Batch, BatchRequest } from './row-stream.ts';

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
  readonly hasSkipped: boolean;
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
  read: (read: BatchRequest) => AsyncGenerator<Batch<Row>, void>,
): Promise<FoundRows<Row>> {
  const found = new Map<string, Row>();
  const sought = keys.toSorted((a, b) => b.timestampMs - a.timestampMs);
  const fromMs = sought.at(-1)?.timestampMs ?? 0;
  const isSingle = sought[0]?.timestampMs === fromMs;
  let failure: UpstreamError | RequestError | null = null;
  let hasSkipped = false;
  try {
    while (sought[0]) {
      const batches = read({
        range: { fromMs, toMs: sought[0].timestampMs + 1 },
        direction: 'DESC',
        after: null,
        wanted: () => (isSingle ? SINGLE : Infinity),
      });
      for await (const batch of batches) {
        for (const row of batch.rows) found.set(nameOf(row), row);
        hasSkipped ||= batch.dropped.length > 0;
        while (
          sought[0] &&
          (batch.ended || sought[0].timestampMs >= batch.edgeMs || found.has(nameOf(sought[0])))
        )
          sought.shift();
        if (!sought[0] || sought[0].timestampMs + 1 < batch.edgeMs) break;
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
    hasSkipped,
  };
}

function nameOf({ timestampMs, id }: RowKey): string {
  return `${timestampMs} ${id}`;
}
