import { describe, expect, test } from 'vitest';
import { createReceipts } from '../../../src/http/export/receipts.ts';
import type { ReadReceipt } from '../../../src/http/export/receipts.ts';
import { SOME_LIST } from '../../support/exported.ts';

const RECEIPT: ReadReceipt = {
  export: { rows: 1, sha256: '', complete: true, endCursor: null, coverage: [], of: SOME_LIST },
};
const MINUTE_MS = 60_000;

describe('a receipt', () => {
  test('is found by its owner alone, for an hour after it was last read', () => {
    let nowMs = 1;
    const receipts = createReceipts(() => nowMs);
    const { id, settle } = receipts.open(
      () => 'ann',
      () => RECEIPT,
    );
    expect([receipts.find(id, 'ann'), receipts.find(id, 'bob'), receipts.find('other', 'ann')]).toEqual([
      RECEIPT,
      null,
      null,
    ]);
    nowMs += 59 * MINUTE_MS;
    expect(receipts.find(id, 'ann')).toBe(RECEIPT);
    nowMs += 61 * MINUTE_MS;
    expect(receipts.find(id, 'ann')).toBeNull();
    // The export has taken longer.
    settle();
    expect(receipts.find(id, 'ann')).toBe(RECEIPT);
  });

  test('makes room for newer ones', () => {
    const receipts = createReceipts(() => 1);
    const ids = Array.from(
      { length: 1_001 },
      () =>
        receipts.open(
          () => 'ann',
          () => RECEIPT,
        ).id,
    );
    expect(new Set(ids).size).toBe(1_001);
    expect([receipts.find(ids[0]!, 'ann'), receipts.find(ids[1]!, 'ann')]).toEqual([null, RECEIPT]);
  });
});
