import { LRUCache } from 'lru-cache';
import { drawBytes } from '../../base/sealing.ts';
import { HOUR_MS } from '../../base/time.ts';
import type { CoverageAnswer } from './coverage.ts';
import type { ReceiptOf } from './receipt-of.ts';

/** What an export says of itself. */
export interface Receipt {
  readonly rows: number;
  /** Of all bytes of the file before the receipt, unpacked; 64 hexadecimal digits. */
  readonly sha256: string;
  /** The list was read to its end, and each span of its coverage is COMPLETE or FILLING. */
  readonly complete: boolean;
  /** Where `after` goes on; null: the list was read to its end. */
  readonly endCursor: string | null;
  readonly coverage: readonly CoverageAnswer[];
  readonly of: ReceiptOf;
}

/** A receipt as a caller reads it. While the export runs, `bytes` is how many the receipt is about. */
export interface ReadReceipt {
  readonly export: Receipt;
  readonly bytes?: number;
}

/** The place of a receipt. */
export interface KeptReceipt {
  /** Nobody can guess it. */
  readonly id: string;
  /** The export has ended: its last receipt is kept for another hour, and nothing else of it. */
  settle(): void;
}

/** The receipts of exports of the last hour. They live in this process. */
export interface Receipts {
  /** Keeps the receipt of a new export. */
  open(owner: () => string, read: () => ReadReceipt): KeptReceipt;
  /** null: there is none, or it is another caller's. */
  find(id: string, owner: string): ReadReceipt | null;
}

/** A receipt is dropped early if this many newer ones exist. */
const MAX_RECEIPTS = 1_000;
const ID_BYTES = 18;

/** @param now milliseconds since an unspecified moment */
export function createReceipts(now: () => number): Receipts {
  const kept = new LRUCache<string, { readonly owner: () => string; readonly read: () => ReadReceipt }>({
    max: MAX_RECEIPTS,
    ttl: HOUR_MS,
    ttlResolution: 0,
    // An export may run for longer, and its reader asks for the receipt meanwhile.
    updateAgeOnGet: true,
    perf: { now },
  });
  return {
    open(owner, read) {
      const id = drawBytes(ID_BYTES).toString('base64url');
      kept.set(id, { owner, read });
      return {
        id,
        settle() {
          // The functions hold the export with its first page.
          const [settledOwner, settled] = [owner(), read()];
          kept.set(id, { owner: () => settledOwner, read: () => settled });
        },
      };
    },
    find(id, owner) {
      const found = kept.get(id);
      return found && found.owner() === owner ? found.read() : null;
    },
  };
}
