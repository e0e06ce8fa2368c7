import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../src/base/errors.ts';
import { countMatches } from '../../../src/sources/paging/count.ts';
import { holdFiles } from '../../../src/sources/paging/held-files.ts';
import type { Position } from '../../../src/sources/paging/position.ts';
import type { Batch, BatchRequest, RowStream } from '../../../src/sources/paging/row-stream.ts';

const rows = (count: number): Position[] =>
  Array.from({ length: count }, (_, at) => ({ source: 'EVENTS', timestampMs: at, id: String(at) }));

const step = (count: number, more: Partial<Batch<Position>> = {}): Batch<Position> => ({
  rows: rows(count),
  edgeMs: 0,
  dropped: [],
  received: count,
  parsed: count,
  readAtMs: 0,
  stale: false,
  ended: false,
  ...more,
});

function createStream(
  steps: readonly (Batch<Position> | Error)[],
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
      for (const one of steps) {
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

describe('a count by walking', () => {
  it('is exact where the walk ends', async () => {
    const stream = createStream([step(4), step(3, { ended: true })]);
    expect(await count(stream)).toEqual({ value: 4, accuracy: 'EXACT' });
    expect(stream.wanted).toEqual([10, 6]);
  });

  it('is exact over files only where they hold the whole range and every row of theirs was read', async () => {
    const over = async (firstMs: number, lastMs: number, unreadable: number) => {
      const stream = createStream([step(4, { ended: true })]);
      const files = holdFiles([{ firstMs, lastMs }], unreadable);
      return (await count({ ...stream, age: { ...stream.age, files } }))?.accuracy;
    };
    expect(await over(0, 99, 0)).toBe('EXACT');
    expect(await over(0, 99, 1)).toBe('AT_LEAST');
    expect(await over(0, 98, 0)).toBe('AT_LEAST');
    expect(await over(1, 99, 0)).toBe('AT_LEAST');
  });

  it('is a lower bound where rows could not be understood, on any step', async () => {
    expect(await count(createStream([step(4, { dropped: [1] }), step(2, { ended: true })]))).toEqual({
      value: 3,
      accuracy: 'AT_LEAST',
    });
    expect(await count(createStream([step(4), step(2, { dropped: [1], ended: true })]))).toEqual({
      value: 3,
      accuracy: 'AT_LEAST',
    });
  });

  it('is a lower bound where it stops at its bound, rows that could not be understood counted', async () => {
    const stream = createStream([step(4, { dropped: [1, 2] }), step(4), step(4)]);
    expect(await count(stream)).toEqual({ value: 4, accuracy: 'AT_LEAST' });
    expect(stream.wanted).toEqual([10, 4]);
  });

  it('is a lower bound where the budget ends it, and none where there was no budget to begin with', async () => {
    expect(await count(createStream([step(4), spent]))).toEqual({ value: 2, accuracy: 'AT_LEAST' });
    expect(await count(createStream([spent]))).toBeNull();
  });

  it('is an estimate where an earlier answer stands in, on any step', async () => {
    expect(await count(createStream([step(4, { stale: true }), step(2, { ended: true })]))).toEqual({
      value: 3,
      accuracy: 'ESTIMATE',
    });
    const bounded = createStream([step(4), step(6, { stale: true }), step(4)]);
    expect(await count(bounded)).toEqual({ value: 5, accuracy: 'AT_LEAST' });
  });

  it('is a lower bound where the range begins before what the vendor is said to keep', async () => {
    const kept = (retentionMs: number) => ({
      ...createStream([step(0, { ended: true })]),
      age: { settleMs: 0, retentionMs },
    });
    expect(await count(kept(999))).toEqual({ value: 0, accuracy: 'AT_LEAST' });
    expect(await count(kept(1_000))).toEqual({ value: 0, accuracy: 'EXACT' });
  });

  it('fails as its walk fails', async () => {
    const failure = new Error('other');
    await expect(count(createStream([step(4), failure]))).rejects.toBe(failure);
    const refusal = new RequestError('BAD_USER_INPUT', 'no');
    await expect(count(createStream([step(4), refusal]))).rejects.toBe(refusal);
  });
});
