import { expect, test } from 'vitest';
import { UpstreamError } from '../../../src/base/errors.ts';
import type { Position } from '../../../src/sources/paging/position.ts';
import type { RowStream } from '../../../src/sources/paging/row-stream.ts';
import { scanRange } from '../../../src/sources/paging/scan-range.ts';

const RANGE = { fromMs: 0, toMs: 100 };

/** A row stream with one row per millisecond, ten at a time; `onBatch` may throw, and rows of even times match. */
function createStream(onBatch: (edgeMs: number) => void = () => {}): RowStream<Position> {
  return {
    source: 'USAGE',
    operation: '/usage',
    isMatch: ({ timestampMs }) => timestampMs % 2 === 0,
    maxScannedRows: null,
    age: { settleMs: 0, retentionMs: null },
    async *read({ range }) {
      for (let toMs = range.toMs; toMs > range.fromMs; toMs -= 10) {
        const edgeMs = toMs - 10;
        onBatch(edgeMs);
        const rows = Array.from({ length: 10 }, (_, at): Position => {
          const timestampMs = toMs - 1 - at;
          return { source: 'USAGE', id: `r${timestampMs}`, timestampMs };
        });
        yield {
          rows,
          edgeMs,
          dropped: [],
          received: 10,
          parsed: 10,
          readAtMs: 1_000,
          stale: false,
          origin: 'VENDOR',
          ended: edgeMs === range.fromMs,
        };
      }
    },
  };
}

test('a range that is read whole gives the rows that match, and COMPLETE coverage', async () => {
  const { rows, coverage } = await scanRange(RANGE, createStream(), 1_000, 1_000, null);
  expect(rows.map(({ timestampMs }) => timestampMs)).toEqual(
    Array.from({ length: 50 }, (_, at) => 98 - 2 * at),
  );
  expect(coverage).toMatchObject([{ status: 'COMPLETE', ...RANGE, scanned: 100, matched: 50 }]);
});

test('a bound leaves the older rows unread, and coverage is TRUNCATED over the whole range', async () => {
  const { rows, coverage } = await scanRange(RANGE, createStream(), 30, 1_000, null);
  expect(rows).toHaveLength(15);
  expect(coverage).toMatchObject([
    { status: 'TRUNCATED', code: 'SCAN_LIMIT', fromMs: 70, toMs: 100 },
    { status: 'TRUNCATED', code: 'SCAN_LIMIT', fromMs: 0, toMs: 70, scanned: 0 },
  ]);
});

test('a failure leaves the older rows unread, and only their coverage is FAILED', async () => {
  const failure = new UpstreamError({
    code: 'UPSTREAM_UNAVAILABLE',
    source: 'USAGE',
    operation: '/usage',
    message: 'The vendor is unavailable.',
  });
  const stream = createStream((edgeMs) => {
    if (edgeMs < 50) throw failure;
  });
  const { rows, coverage } = await scanRange(RANGE, stream, 1_000, 1_000, null);
  expect(rows).toHaveLength(25);
  expect(coverage).toMatchObject([
    { status: 'COMPLETE', fromMs: 50, toMs: 100 },
    { status: 'FAILED', code: 'UPSTREAM', fromMs: 0, toMs: 50 },
  ]);
});
