import { describe, expect, test } from 'vitest';
import { RequestError } from '../../../src/base/errors.ts';
import { readPage } from '../../../src/sources/paging/page.ts';
import type { PageRequest } from '../../../src/sources/paging/page.ts';
import type { Position } from '../../../src/sources/paging/position.ts';
import type { Batch, BatchRequest, RowStream } from '../../../src/sources/paging/row-stream.ts';

const NOW = 10_000;
const row = (timestampMs: number, id = String(timestampMs)): Position => ({
  source: 'EVENTS',
  timestampMs,
  id,
});

const batch = (
  rows: readonly Position[],
  edgeMs: number,
  more: Partial<Batch<Position>> = {},
): Batch<Position> => ({
  rows,
  edgeMs,
  dropped: [],
  received: rows.length,
  parsed: rows.length,
  readAtMs: NOW,
  stale: false,
  origin: 'VENDOR',
  ended: false,
  ...more,
});

/** A row stream that gives these batches; an error among them is thrown in its place. */
function createStream(
  batches: readonly (Batch<Position> | Error)[],
  more: Partial<RowStream<Position>> = {},
): RowStream<Position> & { readonly requests: BatchRequest[]; readonly wanted: number[]; taken: number } {
  const stream = {
    source: 'EVENTS' as const,
    operation: '/events',
    isMatch: () => true,
    maxScannedRows: null,
    age: { settleMs: 0, retentionMs: null },
    requests: [] as BatchRequest[],
    wanted: [] as number[],
    taken: 0,
    async *read(read: BatchRequest) {
      stream.requests.push(read);
      for (const one of batches) {
        stream.wanted.push(read.wanted());
        if (one instanceof Error) throw one;
        stream.taken += 1;
        yield one;
      }
    },
    ...more,
  };
  return stream;
}

const read = (stream: RowStream<Position>, asked: Partial<PageRequest<unknown>> = {}) =>
  readPage(
    { range: { fromMs: 0, toMs: 1000 }, count: 2, direction: 'DESC', after: null, ...asked },
    stream,
    NOW,
  );

const spans = (page: Awaited<ReturnType<typeof read>>) =>
  page.coverage.map(({ status, fromMs, toMs, scanned, matched, dropped }) => [
    status,
    fromMs,
    toMs,
    scanned,
    matched,
    dropped,
  ]);

const spent = new RequestError('LIMIT_EXCEEDED', 'spent');

describe('a page', () => {
  test('ends with the last row given out, and one more row proves that a next page exists', async () => {
    const stream = createStream([
      batch([row(900), row(800), row(700)], 650, { dropped: [950, 850, 800, 750] }),
    ]);
    const page = await read(stream);
    expect(page).toMatchObject({
      rows: [row(900), row(800)],
      hasMore: true,
      end: { kind: 'row', position: row(800) },
    });
    expect(spans(page)).toEqual([['TRUNCATED', 800, 1000, 5, 2, 3]]);
    expect(stream.wanted).toEqual([3]);
  });

  test.each([
    ['DESC', 801],
    ['ASC', 800],
  ] as const)(
    'is refused if the calls were spent within the instant of its cursor, %s, because a cursor there would repeat rows',
    async (direction, edgeMs) => {
      const stream = createStream([batch([], edgeMs), spent]);
      await expect(read(stream, { direction, after: row(800, 'm') })).rejects.toThrow(spent);
    },
  );

  test('has no next page if the stream ends with it', async () => {
    const page = await read(createStream([batch([row(900), row(800)], 0, { ended: true })]));
    expect(page).toMatchObject({ rows: [row(900), row(800)], hasMore: false });
    expect(spans(page)).toEqual([['COMPLETE', 0, 1000, 2, 2, 0]]);
  });

  test('reads until it has one row more than the page, and asks for the number that it still lacks', async () => {
    const stream = createStream([
      batch([row(900)], 850),
      batch([row(800)], 750),
      batch([], 600),
      batch([row(500)], 450),
      batch([row(1)], 0),
    ]);
    const page = await read(stream);
    expect(page).toMatchObject({
      rows: [row(900), row(800)],
      hasMore: true,
      end: { kind: 'row', position: row(800) },
    });
    expect(stream.wanted).toEqual([3, 2, 1, 1]);
    expect(stream.taken).toBe(4);
    expect(spans(page)).toEqual([['COMPLETE', 600, 1000, 2, 2, 0]]);
  });

  test('read from the end keeps the order of the list, and covers up to its newest row', async () => {
    const stream = createStream([batch([row(100), row(200), row(300)], 350, { dropped: [150, 200, 250] })]);
    const page = await read(stream, { direction: 'ASC' });
    expect(page).toMatchObject({
      rows: [row(200), row(100)],
      hasMore: true,
      end: { kind: 'row', position: row(200) },
    });
    expect(spans(page)).toEqual([['TRUNCATED', 0, 201, 4, 2, 2]]);
    expect(stream.requests[0]?.direction).toBe('ASC');
  });

  test('behind a row covers its instant too, because it may hold more rows', async () => {
    const untied = await read(createStream([batch([row(700)], 0, { ended: true })]), { after: row(800) });
    expect(spans(untied)).toEqual([['COMPLETE', 0, 801, 1, 1, 0]]);
    const tied = await read(createStream([batch([row(800, 'a')], 0, { ended: true })]), {
      after: row(800, 'b'),
    });
    expect(spans(tied)).toEqual([['COMPLETE', 0, 801, 1, 1, 0]]);
    const backward = await read(createStream([batch([row(900)], 1000, { ended: true })]), {
      after: row(800),
      direction: 'ASC',
    });
    expect(spans(backward)).toEqual([['COMPLETE', 800, 1000, 1, 1, 0]]);
  });

  test('behind a row outside its range covers the range', async () => {
    const down = await read(createStream([batch([], 0, { ended: true })]), { after: row(2000) });
    expect(spans(down)).toEqual([['COMPLETE', 0, 1000, 0, 0, 0]]);
    const up = await read(createStream([batch([], 1000, { ended: true })]), {
      after: row(-5),
      direction: 'ASC',
    });
    expect(spans(up)).toEqual([['COMPLETE', 0, 1000, 0, 0, 0]]);
  });

  test('of no rows says whether there are any, and ends at its start', async () => {
    const page = await read(createStream([batch([row(900)], 850)]), { count: 0, after: row(950) });
    expect(page).toMatchObject({
      rows: [],
      hasMore: true,
      end: { kind: 'row', position: row(950) },
      coverage: [],
    });
  });

  test('fails if its stream fails, before and after rows have come', async () => {
    const failure = new Error('other');
    await expect(read(createStream([failure]))).rejects.toBe(failure);
    await expect(read(createStream([batch([row(900)], 850), failure]))).rejects.toBe(failure);
    const refusal = new RequestError('BAD_USER_INPUT', 'no');
    await expect(read(createStream([batch([row(900)], 850), refusal]))).rejects.toBe(refusal);
  });
});

describe('a spent budget', () => {
  test('before anything was examined refuses the page', async () => {
    await expect(read(createStream([spent]))).rejects.toBe(spent);
  });

  test('later gives the rows so far, TRUNCATED, and the edge to continue from', async () => {
    const page = await read(createStream([batch([row(900)], 850), spent]));
    expect(page).toMatchObject({
      rows: [row(900)],
      hasMore: true,
      end: { kind: 'scan position', position: { timestampMs: 850, id: '' } },
    });
    expect(page.coverage).toMatchObject([
      {
        status: 'TRUNCATED',
        code: 'CALL_BUDGET',
        fromMs: 850,
        toMs: 1000,
        reason: expect.stringContaining('endCursor'),
      },
    ]);
  });
});

describe('a scan', () => {
  const isMatch = ({ id }: Position): boolean => id === 'x';

  test('stops at its bound, skipped rows counted, and ends at a scan position', async () => {
    const stream = createStream(
      [
        batch([row(900), row(890)], 880, { dropped: [885] }),
        batch([row(800), row(790)], 780),
        batch([row(700)], 650),
      ],
      { isMatch, maxScannedRows: 5 },
    );
    const page = await read(stream);
    expect(page).toMatchObject({
      rows: [],
      hasMore: true,
      end: { kind: 'scan position', position: { timestampMs: 780, id: '' } },
    });
    expect(page.coverage).toMatchObject([
      {
        status: 'TRUNCATED',
        code: 'SCAN_LIMIT',
        fromMs: 780,
        toMs: 1000,
        scanned: 5,
        matched: 0,
        dropped: 1,
        reason: expect.stringContaining('5 rows'),
      },
    ]);
    expect(stream.wanted).toEqual([5, 2]);
  });

  test('that finds its page before its bound is no stopped one', async () => {
    const rows = [row(900), row(890, 'x'), row(880), row(870, 'x'), row(860), row(850, 'x')];
    const page = await read(createStream([batch(rows, 800)], { isMatch, maxScannedRows: 5 }));
    expect(page).toMatchObject({
      rows: [row(890, 'x'), row(870, 'x')],
      hasMore: true,
      end: { kind: 'row', position: row(870, 'x') },
    });
    expect(spans(page)).toEqual([['COMPLETE', 870, 1000, 4, 2, 0]]);
  });

  test('that ends at its bound and its end is whole', async () => {
    const page = await read(
      createStream([batch([row(900), row(800)], 0, { ended: true })], { isMatch, maxScannedRows: 2 }),
    );
    expect(page).toMatchObject({ rows: [], hasMore: false });
    expect(spans(page)).toEqual([['COMPLETE', 0, 1000, 2, 0, 0]]);
  });

  test('that is one row below its bound continues', async () => {
    const stream = createStream([batch([row(900)], 850), batch([row(800)], 0, { ended: true })], {
      isMatch,
      maxScannedRows: 2,
    });
    expect(await read(stream)).toMatchObject({ hasMore: false });
    expect(stream.taken).toBe(2);
  });
});
