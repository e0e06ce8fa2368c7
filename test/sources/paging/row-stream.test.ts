import { describe, expect, test } from 'vitest';
import type { Position } from '../../../src/sources/paging/position.ts';
import { requireParsable } from '../../../src/sources/paging/row-stream.ts';
import type { Batch } from '../../../src/sources/paging/row-stream.ts';

/** The counts of a batch. `again` are parsed rows that an earlier page gave. */
type BatchCounts = readonly [rows: number, dropped: number, ended: boolean, again?: number];

async function read(counts: readonly BatchCounts[]): Promise<BatchCounts[]> {
  const stream = requireParsable<Position>({
    source: 'EVENTS',
    operation: '/events',
    isMatch: () => false,
    maxScannedRows: null,
    age: { settleMs: 0, retentionMs: null },
    async *read() {
      for (const [rows, dropped, ended, again = 0] of counts) {
        yield {
          rows: Array.from({ length: rows }, (_, at) => ({ source: 'EVENTS', timestampMs: at, id: `${at}` })),
          dropped: Array.from({ length: dropped }, () => 0),
          received: rows + dropped + again,
          parsed: rows + again,
          edgeMs: 0,
          readAtMs: 0,
          stale: false,
          origin: 'VENDOR',
          ended,
        } satisfies Batch<Position>;
      }
    },
  });
  const batches: BatchCounts[] = [];
  const range = { fromMs: 0, toMs: 1 };
  for await (const batch of stream.read({ range, direction: 'DESC', after: null, wanted: () => 1 }))
    batches.push([batch.rows.length, batch.dropped.length, batch.ended]);
  return batches;
}

describe('a range', () => {
  test.each<[string, BatchCounts[]]>([
    ['in one batch', [[0, 3, true]]],
    [
      'in several',
      [
        [0, 1, false],
        [0, 0, false],
        [0, 0, true],
      ],
    ],
  ])('without any row that could be parsed is a bad response, %s', async (_, counts) => {
    await expect(read(counts)).rejects.toMatchObject({
      code: 'UPSTREAM_BAD_RESPONSE',
      source: 'EVENTS',
      operation: '/events',
    });
  });

  test.each<[string, BatchCounts[]]>([
    ['is empty', [[0, 0, true]]],
    [
      'holds one good row, whether it matches or not',
      [
        [0, 5, false],
        [1, 0, false],
        [0, 2, true],
      ],
    ],
    ['was not read to its end', [[0, 5, false]]],
  ])('that %s passes unchanged', async (_, counts) => {
    expect(await read(counts)).toEqual(counts);
  });

  test('passes if only rows that were given out before could be parsed', async () => {
    expect(await read([[0, 1, true, 1]])).toEqual([[0, 1, true]]);
  });
});
