import { describe, expect, test } from 'vitest';
import { RequestError } from '../../../src/base/errors.ts';
import { countMatches } from '../../../src/sources/paging/count.ts';
import { holdFiles } from '../../../src/sources/paging/held-files.ts';
import type { Position } from '../../../src/sources/paging/position.ts';
import type { Batch, BatchRequest, RowStream } from '../../../src/sources/paging/row-stream.ts';

const rows = (count: number): Position[] =>
  Array.from({ length: count }, (_, at) => ({ source: 'EVENTS', timestampMs: at, id: String(at) }));

const batch = (count: number, more: Partial<Batch<Position>> = {}): Batch<Position> => ({
  rows: rows(count),
  edgeMs: 0,
  dropped: [],
  received: count,
  parsed: count,
  readAtMs: 0,
  stale: false,
  origin: 'VENDOR',
  ended: false,
  ...more,
});

function createStream(
  batches: readonly (Batch<Position> | Error)[],
): RowStream<Position> & { readonly wanted: number[] } {
  const wanted: number[] = [];
  return {
    wanted,
    source: 'EVENTS',
    operation: '/events',
    isMatch: ({ timestampMs }) => timestampMs % 2 === 0,
    maxScannedRows: null,
    age: { settleMs: 0, retentionMs: null },
    async *read(read: BatchRequest) {
      for (const one of batches) {
        wanted.push(read.wanted());
        if (one instanceof Error) throw one;
        yield one;
      }
    },
  };
}

const count = (stream: RowStream<Position>, most = 10) =>
  countMatches({ fromMs: 0, toMs: 100 }, stream, most, 1_000);
const spent = new RequestError('LIMIT_EXCEEDED', 'spent');

describe('a count by reading', () => {
  test('is exact if the stream was read to its end', async () => {
    const stream = createStream([batch(4), batch(3, { ended: true })]);
    expect(await count(stream)).toEqual({ value: 4, accuracy: 'EXACT' });
    expect(stream.wanted).toEqual([10, 6]);
  });

  test('is exact over files only if they hold the whole range and every row of them was read', async () => {
    const over = async (firstMs: number, lastMs: number, unreadable: number) => {
      const stream = createStream([batch(4, { ended: true })]);
      const files = holdFiles([{ firstMs, lastMs }], unreadable);
      return (await count({ ...stream, age: { ...stream.age, files } }))?.accuracy;
    };
    expect(await over(0, 99, 0)).toBe('EXACT');
    expect(await over(0, 99, 1)).toBe('AT_LEAST');
    expect(await over(0, 98, 0)).toBe('AT_LEAST');
    expect(await over(1, 99, 0)).toBe('AT_LEAST');
  });

  test('is a lower bound if a batch skipped rows', async () => {
    expect(await count(createStream([batch(4, { dropped: [1] }), batch(2, { ended: true })]))).toEqual({
      value: 3,
      accuracy: 'AT_LEAST',
    });
    expect(await count(createStream([batch(4), batch(2, { dropped: [1], ended: true })]))).toEqual({
      value: 3,
      accuracy: 'AT_LEAST',
    });
  });

  test('is a lower bound if it stops at its bound, skipped rows counted', async () => {
    const stream = createStream([batch(4, { dropped: [1, 2] }), batch(4), batch(4)]);
    expect(await count(stream)).toEqual({ value: 4, accuracy: 'AT_LEAST' });
    expect(stream.wanted).toEqual([10, 4]);
  });

  test('is a lower bound if the call budget ends it, and null if the budget is spent before the first call', async () => {
    expect(await count(createStream([batch(4), spent]))).toEqual({ value: 2, accuracy: 'AT_LEAST' });
    expect(await count(createStream([spent]))).toBeNull();
  });

  test('is an estimate if a batch comes from an earlier answer', async () => {
    expect(await count(createStream([batch(4, { stale: true }), batch(2, { ended: true })]))).toEqual({
      value: 3,
      accuracy: 'ESTIMATE',
    });
  });

  test('is unknown if it ends early and a batch comes from an earlier answer, whose rows may be deleted', async () => {
    expect(await count(createStream([batch(4), batch(6, { stale: true }), batch(4)]))).toBeNull();
    expect(await count(createStream([batch(4, { stale: true }), spent]))).toBeNull();
    const skipped = batch(2, { dropped: [1], ended: true });
    expect(await count(createStream([batch(4, { stale: true }), skipped]))).toBeNull();
  });

  test("is a lower bound if the range begins before the vendor's retention", async () => {
    const kept = (retentionMs: number) => ({
      ...createStream([batch(0, { ended: true })]),
      age: { settleMs: 0, retentionMs },
    });
    expect(await count(kept(999))).toEqual({ value: 0, accuracy: 'AT_LEAST' });
    expect(await count(kept(1_000))).toEqual({ value: 0, accuracy: 'EXACT' });
  });

  test('fails if its stream fails', async () => {
    const failure = new Error('other');
    await expect(count(createStream([batch(4), failure]))).rejects.toBe(failure);
    const refusal = new RequestError('BAD_USER_INPUT', 'no');
    await expect(count(createStream([batch(4), refusal]))).rejects.toBe(refusal);
  });
});
