import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RequestError, UpstreamError } from '../../../src/base/errors.ts';
import type { Range } from '../../../src/base/time.ts';
import type { Position } from '../../../src/sources/paging/position.ts';
import { coverUnread, readRanges } from '../../../src/sources/paging/read-ranges.ts';
import type { RowStream } from '../../../src/sources/paging/row-stream.ts';

const rowAt = (timestampMs: number): Position => ({ source: 'USAGE', id: `r${timestampMs}`, timestampMs });

/** A row stream with one row per millisecond that gives `length` of them at a time; `onBatch` may throw. */
function createStream(length: number, onBatch: (batch: number) => unknown = () => {}): RowStream<Position> {
  let batches = 0;
  return {
    source: 'USAGE',
    operation: '/usage',
    isMatch: ({ timestampMs }) => timestampMs % 2 === 0,
    maxScannedRows: null,
    age: { settleMs: 0, retentionMs: null },
    async *read({ range }) {
      for (let toMs = range.toMs; toMs > range.fromMs; toMs -= length) {
        onBatch(batches);
        batches += 1;
        const edgeMs = Math.max(toMs - length, range.fromMs);
        const rows = Array.from({ length: toMs - edgeMs }, (_, at) => rowAt(toMs - 1 - at));
        yield {
          rows,
          edgeMs,
          dropped: [edgeMs],
          received: rows.length + 1,
          parsed: rows.length,
          readAtMs: 1_000,
          stale: false,
          origin: 'VENDOR',
          ended: edgeMs === range.fromMs,
        };
      }
    },
  };
}

const isIn = (ms: number, ranges: readonly Range[]) =>
  ranges.some(({ fromMs, toMs }) => ms >= fromMs && ms < toMs);

/** Disjoint ranges, newest first. */
const rangesArbitrary = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })), {
    minLength: 1,
    maxLength: 8,
  })
  .map((parts) => {
    let toMs = 200;
    return parts.map(([gap, length]): Range => {
      const range = { fromMs: toMs - gap - length, toMs: toMs - gap };
      toMs = range.fromMs;
      return range;
    });
  });

test('without a bound, every range is read whole, newest first, and what lies between at most once', async () => {
  await fc.assert(
    fc.asyncProperty(rangesArbitrary, fc.integer({ min: 1, max: 5 }), async (ranges, length) => {
      const { rows, examined, stopped } = await readRanges(ranges, createStream(length), 10_000, 'go on');
      expect(stopped).toBeNull();
      const expected = Array.from({ length: 201 }, (_, at) => 200 - at).filter((ms) => isIn(ms, ranges));
      const read = rows.map(({ timestampMs }) => timestampMs);
      expect(read).toEqual([...new Set(read)].toSorted((a, b) => b - a));
      expect(read.filter((ms) => isIn(ms, ranges))).toEqual(expected);
      expect(read.every((ms) => examined.filter((span) => isIn(ms, [span])).length === 1)).toBe(true);
      for (const span of examined)
        expect(span.matches).toEqual(span.rows.filter(({ timestampMs }) => timestampMs % 2 === 0));
    }),
  );
});

test.each(['rows', 'calls', 'failure'] as const)(
  'stopped by a bound of %s, each moment of a range is either examined or reported as unread',
  async (bound) => {
    await fc.assert(
      fc.asyncProperty(rangesArbitrary, fc.integer({ min: 1, max: 40 }), async (ranges, limit) => {
        const stream = createStream(3, (batch) => {
          if (bound === 'rows' || batch < limit) return;
          throw bound === 'calls' ? new RequestError('LIMIT_EXCEEDED', 'no calls are left') : failure;
        });
        const { rows, examined, stopped } = await readRanges(
          ranges,
          stream,
          bound === 'rows' ? limit : 10_000,
          'go on',
        );
        const unread = ranges.flatMap((range) => coverUnread('USAGE', range, stopped));
        for (let ms = 0; ms <= 200; ms += 1) {
          const isExamined = isIn(ms, examined);
          const isUnread = unread.some(({ fromMs, toMs }) => ms >= fromMs && ms < toMs);
          expect(isUnread).toBe(isIn(ms, ranges) && !isExamined);
          expect(rows.some(({ timestampMs }) => timestampMs === ms)).toBe(isExamined);
        }
        if (bound === 'rows') expect(rows.length).toBeLessThan(limit + 3);
        expect(unread.every(({ status }) => status === (bound === 'failure' ? 'FAILED' : 'TRUNCATED'))).toBe(
          true,
        );
        expect(unread.length > 0).toBe(stopped !== null);
      }),
    );
  },
);

const failure = new UpstreamError({
  code: 'UPSTREAM_UNAVAILABLE',
  source: 'USAGE',
  operation: '/usage',
  message: 'The vendor is unavailable.',
});

test('a gap that a page does not cross is left out, and one that it crosses costs no call', async () => {
  const ranges = [
    { fromMs: 100, toMs: 110 },
    { fromMs: 90, toMs: 97 },
    { fromMs: 50, toMs: 60 },
  ];
  let calls = 0;
  const stream = createStream(15, () => (calls += 1));
  const { examined } = await readRanges(ranges, stream, 1_000, 'go on');
  expect(examined.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
    [95, 110],
    [80, 95],
    [50, 60],
  ]);
  expect(calls).toBe(3);
});

test('no range, and an empty one, are read without a row', async () => {
  for (const ranges of [[], [{ fromMs: 50, toMs: 50 }]]) {
    expect(await readRanges(ranges, createStream(5), 10, 'go on')).toEqual({
      rows: [],
      examined: [],
      stopped: null,
    });
  }
});

describe('what stopped it', () => {
  const ranges = [
    { fromMs: 100, toMs: 110 },
    { fromMs: 50, toMs: 60 },
  ];

  test('is named with the way out', async () => {
    const { stopped } = await readRanges(ranges, createStream(5), 12, 'ask for less');
    expect(stopped).toEqual({
      kind: 'bound',
      belowMs: 100,
      stop: { code: 'SCAN_LIMIT', reason: 'The scan stopped at its bound of 12 rows; ask for less.' },
    });
  });

  test('is met by skipped rows, too', async () => {
    // Five rows and a dropped one a length.
    const ends = [12, 13].map(async (bound) => {
      const { stopped } = await readRanges(ranges, createStream(5), bound, 'ask for less');
      return stopped?.belowMs;
    });
    expect(await Promise.all(ends)).toEqual([100, 55]);
  });

  test('is not overrun by the last page: no more is wanted than the bound leaves', async () => {
    const wanted: number[] = [];
    const stream = createStream(5);
    const asking: RowStream<Position> = {
      ...stream,
      async *read(read) {
        for await (const batch of stream.read(read)) {
          wanted.push(read.wanted());
          yield batch;
        }
      },
    };
    await readRanges(ranges, asking, 20, 'ask for less');
    expect(wanted).toEqual([20, 14, 8, 2]);
  });

  test('adds no coverage for an empty range', () => {
    const stopped = { kind: 'bound', belowMs: 50, stop: { code: 'SCAN_LIMIT', reason: 'a bound' } } as const;
    expect(coverUnread('USAGE', { fromMs: 10, toMs: 10 }, stopped)).toEqual([]);
    expect(coverUnread('USAGE', { fromMs: 50, toMs: 60 }, stopped)).toEqual([]);
    expect(coverUnread('USAGE', { fromMs: 49, toMs: 60 }, stopped)).toMatchObject([{ fromMs: 49, toMs: 50 }]);
  });

  test('is null if the bound is met exactly at the end', async () => {
    // Ten rows and a dropped one a length, four strides.
    expect((await readRanges(ranges, createStream(5), 24, 'ask for less')).stopped).toBeNull();
  });

  test('is thrown if it is neither a bound nor a failure of the vendor', async () => {
    const stream = createStream(5, () => {
      throw new TypeError('a fault of our own');
    });
    await expect(readRanges(ranges, stream, 10, 'ask for less')).rejects.toThrow('a fault of our own');
  });

  test('skipped rows are reported by their times', async () => {
    const { examined } = await readRanges(ranges, createStream(5), 1_000, 'ask for less');
    expect(examined.map(({ dropped, skippedMs }) => [dropped, skippedMs])).toEqual([
      [1, [105]],
      [1, [100]],
      [1, [55]],
      [1, [50]],
    ]);
  });
});
