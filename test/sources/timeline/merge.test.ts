import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RequestError, UpstreamError } from '../../../src/base/errors.ts';
import type { Source } from '../../../src/base/source.ts';
import type { Page, PageRequest } from '../../../src/sources/paging/page.ts';
import { comparePositions } from '../../../src/sources/paging/position.ts';
import type { Position } from '../../../src/sources/paging/position.ts';
import type { Batch, BatchRequest, RowStream } from '../../../src/sources/paging/row-stream.ts';
import { mergeStreams } from '../../../src/sources/timeline/merge.ts';

const NOW = 10_000;
const row = (source: Source, timestampMs: number, id = `${timestampMs}`): Position => ({
  source,
  timestampMs,
  id,
});
const usage = (ms: number, id?: string): Position => row('USAGE', ms, id);
const event = (ms: number, id?: string): Position => row('EVENTS', ms, id);

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
const last = (rows: readonly Position[], edgeMs = 0, more: Partial<Batch<Position>> = {}) =>
  batch(rows, edgeMs, { ended: true, ...more });

interface Scripted extends RowStream<Position> {
  readonly requests: BatchRequest[];
  readonly wanted: number[];
  isClosed: boolean;
}

/** A row stream that gives these batches; an error among them is thrown in its place. */
function streamOf(
  source: Source,
  batches: readonly (Batch<Position> | Error)[],
  more: Partial<RowStream<Position>> = {},
): Scripted {
  const stream: Scripted = {
    source,
    operation: `/${source.toLowerCase()}`,
    isMatch: () => true,
    maxScannedRows: null,
    age: { settleMs: 0, retentionMs: null },
    requests: [],
    wanted: [],
    isClosed: false,
    async *read(read: BatchRequest) {
      stream.requests.push(read);
      try {
        for (const one of batches) {
          stream.wanted.push(read.wanted());
          if (one instanceof Error) throw one;
          yield one;
        }
      } finally {
        stream.isClosed = true;
      }
    },
    ...more,
  };
  return stream;
}

const merge = (
  streams: readonly RowStream<Position>[],
  asked: Partial<PageRequest<unknown>> = {},
): Promise<Page<Position>> =>
  mergeStreams(
    { range: { fromMs: 0, toMs: 1000 }, count: 3, direction: 'DESC', after: null, ...asked },
    streams,
    NOW,
  );

const spans = (page: Page<Position>) =>
  page.coverage.map(({ source, status, fromMs, toMs, scanned, matched, dropped }) => [
    source,
    status,
    fromMs,
    toMs,
    scanned,
    matched,
    dropped,
  ]);

const spent = new RequestError('LIMIT_EXCEEDED', 'spent');
const down = new UpstreamError({
  code: 'UPSTREAM_UNAVAILABLE',
  source: 'EVENTS',
  operation: '/events',
  message: 'It is down.',
});

describe('merged streams', () => {
  test('give out a row only when no other stream can hold one before it', async () => {
    const a = streamOf('USAGE', [batch([usage(900), usage(500)], 500), last([])]);
    const b = streamOf('EVENTS', [batch([event(950)], 940), batch([event(700)], 650), last([])]);
    const page = await merge([a, b]);
    expect(page).toMatchObject({
      rows: [event(950), usage(900), event(700)],
      hasMore: true,
      end: { kind: 'row', position: event(700) },
    });
    expect(spans(page)).toEqual([
      ['USAGE', 'COMPLETE', 700, 1000, 1, 1, 0],
      ['EVENTS', 'COMPLETE', 700, 1000, 2, 2, 0],
    ]);
    expect([a.isClosed, b.isClosed]).toEqual([true, true]);
  });

  test('put usage before events at one instant, and wait for the instant to be whole', async () => {
    const a = streamOf('USAGE', [batch([usage(900)], 900), last([usage(800)])]);
    const b = streamOf('EVENTS', [batch([], 901), last([event(900), event(800)])]);
    expect((await merge([a, b], { count: 9 })).rows).toEqual([
      usage(900),
      event(900),
      usage(800),
      event(800),
    ]);
  });

  test('upward wait until the edge lies beyond the row, and give the page in the one order', async () => {
    const a = streamOf('USAGE', [batch([usage(100)], 101), last([usage(300)], 1000)]);
    const b = streamOf('EVENTS', [batch([], 100), batch([event(100), event(200)], 250), last([], 1000)]);
    const page = await merge([a, b], { direction: 'ASC' });
    expect(page).toMatchObject({
      rows: [event(200), usage(100), event(100)],
      hasMore: true,
      end: { kind: 'row', position: event(200) },
    });
    expect(spans(page)).toEqual([
      ['USAGE', 'COMPLETE', 0, 201, 1, 1, 0],
      ['EVENTS', 'COMPLETE', 0, 201, 2, 2, 0],
    ]);
    expect(a.requests[0]).toMatchObject({ direction: 'ASC' });
  });

  test('read all at first, then only the stream that the page waits for', async () => {
    const a = streamOf('USAGE', [batch([usage(990), usage(980), usage(970), usage(960)], 950), last([])]);
    const b = streamOf('EVENTS', [batch([event(995)], 990), batch([], 980), batch([], 900), last([])]);
    await merge([a, b]);
    expect([a.wanted.length, b.wanted.length]).toEqual([1, 3]);
    expect(a.wanted).toEqual([4]);
    expect(b.wanted).toEqual([4, 2, 1]);
  });

  test('end if all have ended', async () => {
    const page = await merge([streamOf('USAGE', [last([usage(900)])]), streamOf('EVENTS', [last([])])]);
    expect(page).toMatchObject({
      rows: [usage(900)],
      hasMore: false,
      end: { kind: 'row', position: usage(900) },
    });
    expect(spans(page)).toEqual([
      ['USAGE', 'COMPLETE', 0, 1000, 1, 1, 0],
      ['EVENTS', 'COMPLETE', 0, 1000, 0, 0, 0],
    ]);
  });

  test('take a stream without a last batch as ended', async () => {
    const page = await merge([streamOf('USAGE', []), streamOf('EVENTS', [last([event(5)])])]);
    expect(page).toMatchObject({ rows: [event(5)], hasMore: false });
  });

  test('cover from the cursor on, with the ties that are given out, and count dropped rows of the page alone', async () => {
    const a = streamOf('USAGE', [last([usage(700)], 0, { dropped: [750, 650, 600] })]);
    const b = streamOf('EVENTS', [last([event(800, 'a'), event(650), event(600)])]);
    const page = await merge([a, b], { after: event(800, 'b') });
    expect(page.rows).toEqual([event(800, 'a'), usage(700), event(650)]);
    expect(spans(page)).toEqual([
      ['EVENTS', 'COMPLETE', 650, 801, 2, 2, 0],
      ['USAGE', 'TRUNCATED', 650, 800, 3, 1, 2],
    ]);
    const outside = await merge([streamOf('USAGE', [last([])])], { after: usage(5000) });
    expect(spans(outside)).toEqual([['USAGE', 'COMPLETE', 0, 1000, 0, 0, 0]]);
    const below = await merge([streamOf('USAGE', [last([], 1000)])], {
      after: usage(-5),
      direction: 'ASC',
    });
    expect(spans(below)).toEqual([['USAGE', 'COMPLETE', 0, 1000, 0, 0, 0]]);
  });

  test('of no rows say whether there are any', async () => {
    expect(
      await merge([streamOf('USAGE', [batch([usage(900)], 850)])], { count: 0, after: usage(950) }),
    ).toMatchObject({
      rows: [],
      hasMore: true,
      end: { kind: 'row', position: usage(950) },
      coverage: [],
    });
  });
});

describe('a stream that fails', () => {
  test('keeps what it gave before, and is FAILED from there to the end of the page', async () => {
    const a = streamOf('USAGE', [last([usage(900), usage(300), usage(200), usage(100)])]);
    const b = streamOf('EVENTS', [batch([event(950)], 600), down]);
    const page = await merge([a, b]);
    expect(page).toMatchObject({ rows: [event(950), usage(900), usage(300)], hasMore: true });
    expect(spans(page)).toEqual([
      ['USAGE', 'COMPLETE', 300, 1000, 2, 2, 0],
      ['EVENTS', 'COMPLETE', 600, 1000, 1, 1, 0],
      ['EVENTS', 'FAILED', 300, 600, null, null, 0],
    ]);
    expect(page.coverage.at(-1)).toMatchObject({ code: 'UPSTREAM', reason: 'It is down.', asOfMs: null });
  });

  test('in the direction ASC is FAILED from its edge on', async () => {
    const a = streamOf('USAGE', [last([usage(100), usage(800)], 1000)]);
    const b = streamOf('EVENTS', [batch([event(200)], 400), down]);
    const page = await merge([a, b], { direction: 'ASC' });
    expect(page).toMatchObject({ rows: [usage(800), event(200), usage(100)], hasMore: false });
    expect(spans(page)).toContainEqual(['EVENTS', 'FAILED', 400, 1000, null, null, 0]);
  });

  test('beyond the page leaves no trace on it', async () => {
    const a = streamOf('USAGE', [last([usage(900), usage(800), usage(700), usage(600)])]);
    const b = streamOf('EVENTS', [batch([], 650), down]);
    const page = await merge([a, b]);
    expect(page.coverage.every(({ status }) => status === 'COMPLETE')).toBe(true);
  });

  test('that is not configured says so', async () => {
    const missing = new UpstreamError({
      code: 'SOURCE_NOT_CONFIGURED',
      source: 'EVENTS',
      operation: '/events',
      message: 'none',
    });
    const page = await merge([streamOf('USAGE', [last([])]), streamOf('EVENTS', [missing])]);
    expect(page.coverage).toContainEqual(
      expect.objectContaining({ source: 'EVENTS', status: 'FAILED', code: 'NOT_CONFIGURED' }),
    );
  });

  test.each([
    ['another error', new Error('other')],
    ['a refusal', new RequestError('BAD_USER_INPUT', 'no')],
  ])('with %s fails the page, and closes the others', async (_, error) => {
    const a = streamOf('USAGE', [batch([usage(900)], 850), batch([], 100)]);
    const b = streamOf('EVENTS', [batch([], 800), error]);
    await expect(merge([a, b])).rejects.toBe(error);
    expect(a.isClosed).toBe(true);
  });
});

describe('a bound', () => {
  test('on rows ends the page at the edge of the stream that is furthest behind; all rows before it are given out', async () => {
    const isMatch = ({ id }: Position): boolean => id !== 'no';
    const a = streamOf(
      'USAGE',
      [batch([usage(900), usage(890, 'no')], 880, { dropped: [885] }), batch([usage(700)], 650)],
      { isMatch, maxScannedRows: 3 },
    );
    const b = streamOf('EVENTS', [batch([event(895), event(885), event(870)], 860)]);
    const page = await merge([a, b], { count: 9 });
    expect(page).toMatchObject({
      rows: [usage(900), event(895), event(885)],
      hasMore: true,
      end: { kind: 'scan position', position: { source: 'EVENTS', timestampMs: 880, id: '' } },
    });
    expect(page.coverage).toMatchObject([
      {
        source: 'USAGE',
        status: 'TRUNCATED',
        code: 'SCAN_LIMIT',
        fromMs: 880,
        toMs: 1000,
        scanned: 3,
        matched: 1,
        dropped: 1,
        reason: expect.stringContaining('3 rows'),
      },
      { source: 'EVENTS', status: 'TRUNCATED', code: 'SCAN_LIMIT', fromMs: 880, toMs: 1000, scanned: 2 },
    ]);
    expect(a.wanted).toEqual([3]);
  });

  test('that a full page does not depend on is not reported', async () => {
    const a = streamOf('USAGE', [batch([usage(900), usage(800), usage(700), usage(600)], 550)], {
      maxScannedRows: 4,
    });
    const b = streamOf('EVENTS', [batch([], 500), spent]);
    const page = await merge([a, b]);
    expect(page).toMatchObject({ hasMore: true, end: { kind: 'row', position: usage(700) } });
    expect(page.coverage.map(({ status }) => status)).toEqual(['COMPLETE', 'COMPLETE']);
  });

  test('on calls before any stream was examined refuses the page', async () => {
    await expect(merge([streamOf('USAGE', [spent]), streamOf('EVENTS', [last([])])])).rejects.toBe(spent);
  });

  test('on calls before one of the streams was examined refuses the page, because no position could be its end', async () => {
    const late = streamOf('EVENTS', [], {
      async *read(read) {
        await new Promise(setImmediate);
        yield* streamOf('EVENTS', [spent]).read(read);
      },
    });
    await expect(merge([streamOf('USAGE', [batch([usage(900)], 850)]), late])).rejects.toBe(spent);
  });

  test.each([
    ['DESC', 801],
    ['ASC', 800],
  ] as const)(
    'on calls before a stream got beyond the instant of the cursor refuses the page, %s, because a cursor there would repeat rows',
    async (direction, edgeMs) => {
      const stuck = streamOf('USAGE', [batch([], edgeMs), spent]);
      const other = streamOf('EVENTS', [last([])]);
      await expect(merge([stuck, other], { direction, after: usage(800) })).rejects.toBe(spent);
    },
  );

  test('on scanned rows before a stream got beyond the instant of the cursor leaves the cursor where it is', async () => {
    const scan = streamOf('EVENTS', [batch([event(790), event(780)], 770)], {
      maxScannedRows: 2,
      isMatch: () => false,
    });
    const page = await merge([scan, streamOf('USAGE', [batch([], 801)])], { after: usage(800) });
    expect(page).toMatchObject({ rows: [], hasMore: true, end: { kind: 'row', position: usage(800) } });
  });

  test('on calls later ends the page at the time up to which both are examined, also in the direction ASC', async () => {
    const a = streamOf('USAGE', [batch([usage(900), usage(700)], 650), spent]);
    const b = streamOf('EVENTS', [batch([event(800)], 750), spent]);
    const page = await merge([a, b], { count: 9 });
    expect(page).toMatchObject({
      rows: [usage(900), event(800)],
      hasMore: true,
      end: { kind: 'scan position', position: { timestampMs: 750, id: '' } },
    });
    expect(page.coverage).toMatchObject([
      {
        source: 'USAGE',
        status: 'TRUNCATED',
        code: 'CALL_BUDGET',
        fromMs: 750,
        scanned: 1,
        reason: expect.stringContaining('endCursor'),
      },
      { source: 'EVENTS', status: 'TRUNCATED', code: 'CALL_BUDGET', fromMs: 750, scanned: 1 },
    ]);
    const up = await merge(
      [
        streamOf('USAGE', [batch([usage(100), usage(300)], 350), spent]),
        streamOf('EVENTS', [batch([event(200)], 250), spent]),
      ],
      { count: 9, direction: 'ASC' },
    );
    expect(up).toMatchObject({
      rows: [event(200), usage(100)],
      hasMore: true,
      end: { kind: 'scan position', position: { timestampMs: 250, id: '' } },
    });
  });

  test('on calls does not depend on a stream that has ended or failed', async () => {
    const ended = await merge(
      [
        streamOf('USAGE', [last([usage(900), usage(400)])]),
        streamOf('EVENTS', [batch([event(800)], 500), spent]),
      ],
      { count: 9 },
    );
    expect(ended).toMatchObject({
      rows: [usage(900), event(800)],
      end: { kind: 'scan position', position: { timestampMs: 500 } },
    });
    const failed = await merge(
      [streamOf('EVENTS', [down]), streamOf('USAGE', [batch([usage(900)], 500), spent])],
      { count: 9 },
    );
    expect(failed).toMatchObject({
      rows: [usage(900)],
      end: { kind: 'scan position', position: { timestampMs: 500 } },
    });
    expect(failed.coverage).toContainEqual(
      expect.objectContaining({ source: 'EVENTS', status: 'FAILED', fromMs: 500, toMs: 1000 }),
    );
  });

  test('anywhere loses and repeats no row, page after page', async () => {
    const rowsOf = (source: Source) =>
      fc
        .uniqueArray(fc.nat({ max: 999 }), { maxLength: 40 })
        .map((times) => times.map((ms) => row(source, ms)));
    await fc.assert(
      fc.asyncProperty(
        rowsOf('USAGE'),
        rowsOf('EVENTS'),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 2, max: 30 }),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom('DESC' as const, 'ASC' as const),
        async (left, right, count, bound, size, direction) => {
          // Each batch holds `size` instants; after three batches of both together the budget is spent.
          const open = (
            rows: readonly Position[],
            source: Source,
            budget: { left: number },
          ): RowStream<Position> => ({
            source,
            operation: '/test',
            isMatch: () => true,
            maxScannedRows: bound,
            age: { settleMs: 0, retentionMs: null },
            async *read(request) {
              const { after } = request;
              const isDesc = request.direction === 'DESC';
              const compare = isDesc
                ? comparePositions
                : (a: Position, b: Position) => comparePositions(b, a);
              const rest = rows.filter((one) => !after || compare(one, after) > 0).sort(compare);
              for (let at = 0; ; at += size) {
                if (budget.left === 0) throw spent;
                budget.left -= 1;
                const part = rest.slice(at, at + size);
                if (at + size >= rest.length) return yield last(part, isDesc ? 0 : 1000);
                yield batch(part, part.at(-1)!.timestampMs + (isDesc ? 0 : 1));
              }
            },
          });
          const paged: Position[] = [];
          for (let after: Position | null = null, pages = 0; ; pages += 1) {
            expect(pages).toBeLessThan(400);
            const budget = { left: 3 };
            const page: Page<Position> = await merge(
              [open(left, 'USAGE', budget), open(right, 'EVENTS', budget)],
              { count, direction, after },
            );
            if (direction === 'DESC') paged.push(...page.rows);
            else paged.unshift(...page.rows);
            if (!page.hasMore) break;
            after = page.end?.position ?? null;
          }
          expect(paged).toEqual([...left, ...right].sort(comparePositions));
        },
      ),
      { numRuns: 200 },
    );
  });
});
