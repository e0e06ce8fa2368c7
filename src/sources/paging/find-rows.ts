import { RequestError, UpstreamError } from '../../base/errors.ts';
import type { Position } from './position.ts';
import type { ReadBatches } from './row-stream.ts';

/** The facts about a row that its global id contains. */
export interface RowKey {
  readonly id: string;
  readonly timestampMs: number;
}

/** The result of a search. */
export interface FoundRows<Row> {
  /** The row with this id at exactly this time; null: not among the rows that were read. */
  rowOf(key: RowKey): Row | null;
  /** Why the instant of a key was not read; null: it was read. */
  failureOf(key: RowKey): UpstreamError | RequestError | null;
  /** Rows were skipped, so a row that was not found may be one of them. */
  readonly hasSkipped: boolean;
}

/** The size of a page that is read to find a single row. */
const SINGLE = 50;

/**
 * Finds rows by time and id in a vendor's list. It reads from the newest key on in large pages and leaves out gaps without a
 * key. So it makes one call for each group of near keys, and at most one for each key unless an instant is crowded.
 * @param keys at least one
 * @throws never for a failure of the vendor or a spent call budget: rows found before it stay valid
 */
export async function findRows<Row extends Position>(
  keys: readonly RowKey[],
  read: ReadBatches<Row>,
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
        for (const row of [...batch.rows, ...(batch.rowsAtCut ?? [])]) found.set(nameOf(row), row);
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
