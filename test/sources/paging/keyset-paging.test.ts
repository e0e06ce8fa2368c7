import { describe, expect, test } from 'vitest';
import { RequestError, UpstreamError } from '../../../src/base/errors.ts';
import { pageByKeyset } from '../../../src/sources/paging/keyset-paging.ts';
import type { Position } from '../../../src/sources/paging/position.ts';
import type { Batch, BatchRequest } from '../../../src/sources/paging/row-stream.ts';
import type {
  SkippedRow,
  VendorList,
  VendorPage,
  VendorWindow,
} from '../../../src/sources/paging/vendor-page.ts';

// A list scripted to the row, for what simulated vendors rarely do; the paging laws are proven over those.

type Entry = Position | SkippedRow;

const row = (timestampMs: number, id: string): Position => ({ source: 'USAGE', timestampMs, id });
const dropped = (timestampMs: number | null): SkippedRow => ({ dropped: true, timestampMs });

interface Asked extends VendorWindow {
  readonly page: number;
}

/** A vendor that holds these entries, newest first; bounds are inclusive; a short page is the last. */
function createList(
  entries: readonly Entry[],
  options: {
    unitMs?: number;
    largestPage?: number;
    page?: (asked: Asked, page: VendorPage<Position>) => VendorPage<Position>;
  } = {},
): VendorList<Position> & { readonly asked: Asked[] } {
  const asked: Asked[] = [];
  const { unitMs = 1, largestPage = 10, page: change = (_asked, page) => page } = options;
  return {
    asked,
    source: 'USAGE',
    operation: '/usage',
    unitMs,
    largestPage,
    open(window) {
      const inside: Entry[] = [];
      let latest = Infinity;
      for (const entry of entries) {
        latest = entry.timestampMs ?? latest;
        if (latest >= window.lowerMs && latest <= window.upperMs) inside.push(entry);
      }
      if (window.direction === 'ASC') inside.reverse();
      let pages = 0;
      return {
        async next() {
          const start = pages * window.pageSize;
          const part = inside.slice(start, start + window.pageSize);
          const call = { ...window, page: pages };
          asked.push(call);
          pages += 1;
          return change(call, {
            entries: part,
            ended: part.length < window.pageSize,
            readAtMs: 500,
            stale: false,
            origin: 'VENDOR',
          });
        },
      };
    },
  };
}

async function readBatches(
  list: VendorList<Position>,
  asked: Partial<BatchRequest> = {},
): Promise<Batch<Position>[]> {
  const batches: Batch<Position>[] = [];
  const stream = pageByKeyset(list, {
    range: { fromMs: 0, toMs: 100 },
    direction: 'DESC',
    after: null,
    wanted: () => Infinity,
    ...asked,
  });
  for await (const batch of stream) batches.push(batch);
  return batches;
}

const idsOf = (batches: readonly Batch<Position>[]): string[] =>
  batches.flatMap((batch) => batch.rows.map(({ id }) => id));

describe('keyset paging', () => {
  const entries = [
    row(101, 'over'),
    row(100, 'edge'),
    row(99, 'a'),
    row(50, 'b'),
    row(50, 'c'),
    row(0, 'd'),
    row(-1, 'under'),
  ];

  test.each(['DESC', 'ASC'] as const)(
    'keeps to its half-open range, %s, though the vendor gives more',
    async (direction) => {
      const ids = idsOf(await readBatches(createList(entries), { direction }));
      expect(ids).toEqual(direction === 'DESC' ? ['a', 'c', 'b', 'd'] : ['d', 'b', 'c', 'a']);
    },
  );

  test('reads nothing of an empty range', async () => {
    const list = createList(entries);
    expect(await readBatches(list, { range: { fromMs: 50, toMs: 50 } })).toEqual([]);
    expect(list.asked).toEqual([]);
  });

  test('reads nothing behind the end of its range', async () => {
    const list = createList(entries);
    expect(await readBatches(list, { range: { fromMs: 60, toMs: 100 }, after: row(59, 'x') })).toEqual([]);
    expect(
      await readBatches(list, { range: { fromMs: 60, toMs: 100 }, after: row(100, 'x'), direction: 'ASC' }),
    ).toEqual([]);
    expect(list.asked).toEqual([]);
  });

  test('continues strictly behind a row, in either direction', async () => {
    expect(idsOf(await readBatches(createList(entries), { after: row(50, 'c') }))).toEqual(['b', 'd']);
    expect(idsOf(await readBatches(createList(entries), { after: row(50, 'b'), direction: 'ASC' }))).toEqual([
      'c',
      'a',
    ]);
  });

  test('ends at once if a page reaches beyond its range, even if the vendor has more', async () => {
    const list = createList(entries, { largestPage: 4 });
    const batches = await readBatches(list, { range: { fromMs: 51, toMs: 101 } });
    expect(idsOf(batches)).toEqual(['edge', 'a']);
    expect(batches.at(-1)).toMatchObject({ ended: true, edgeMs: 51 });
    expect(list.asked).toHaveLength(1);
  });

  test('sends whole units, one wider than the range on the far side and up to the next on the near', async () => {
    const list = createList([], { unitMs: 1000 });
    await readBatches(list, { range: { fromMs: 5_500, toMs: 8_001 } });
    await readBatches(list, { range: { fromMs: 5_500, toMs: 8_000 } });
    await readBatches(list, { range: { fromMs: 5_500, toMs: 8_001 }, direction: 'ASC' });
    expect(list.asked.map(({ lowerMs, upperMs }) => [lowerMs, upperMs])).toEqual([
      [4_000, 9_000],
      [4_000, 8_000],
      [4_000, 9_000],
    ]);
  });

  test('asks for what is wanted and nine more, and for one more row if one is repeated', async () => {
    const list = createList([row(50, 'b')], { largestPage: 100 });
    await readBatches(list, { wanted: () => 20 });
    await readBatches(list, { wanted: () => 20, after: row(50, 'b') });
    await readBatches(list, { wanted: () => 500 });
    await readBatches(list, { wanted: () => -50 });
    expect(list.asked.map(({ pageSize }) => pageSize)).toEqual([29, 30, 100, 2]);
  });

  test('asks again for the rows that the next window repeats', async () => {
    const many = Array.from({ length: 60 }, (_, at) => row(99 - Math.floor(at / 6), String(100 + at)));
    const list = createList(many, { largestPage: 100 });
    await readBatches(list, { wanted: () => 11 });
    // 20 rows: three whole instants and two rows of the fourth, which the second window brings again.
    expect(list.asked[0]?.pageSize).toBe(20);
    expect(list.asked[1]).toMatchObject({ upperMs: 97, pageSize: 22 });
  });

  test('reports how far it has read: DESC to the last whole instant, ASC to the first that may be cut', async () => {
    const instants = Array.from({ length: 8 }, (_, at) => row(90 - at * 10, String(at)));
    const down = await readBatches(createList(instants, { largestPage: 5 }));
    expect(down.map(({ edgeMs, ended }) => [edgeMs, ended])).toEqual([
      [51, false],
      [0, true],
    ]);
    const up = await readBatches(createList(instants, { largestPage: 5 }), { direction: 'ASC' });
    expect(up.map(({ edgeMs, ended }) => [edgeMs, ended])).toEqual([
      [60, false],
      [100, true],
    ]);
  });

  test('shows the rows of an instant that a page may have cut before the next batch gives them', async () => {
    const log = [row(90, 'a'), row(80, 'b'), dropped(80), row(70, 'c'), row(60, 'd')];
    const batches = await readBatches(createList(log, { largestPage: 3 }));
    expect(
      batches.map(({ rows, rowsAtCut }) => [rows, rowsAtCut].map((part) => part?.map(({ id }) => id))),
    ).toEqual([
      [['a'], ['b']],
      [['b'], ['c']],
      [['c', 'd'], []],
    ]);
  });

  test('reports the oldest time of reading of its pages, whether one is stale, and a cache only if all come from it', async () => {
    const tied = Array.from({ length: 12 }, (_, at) => row(50, String(at)));
    const list = createList(tied, {
      largestPage: 5,
      page: ({ page }, read) => ({
        ...read,
        readAtMs: [700, 600, 650][page]!,
        stale: page === 1,
        origin: page === 1 ? 'CACHE' : 'VENDOR',
      }),
    });
    expect(await readBatches(list)).toMatchObject([{ readAtMs: 600, stale: true, origin: 'VENDOR' }]);
    const cached = createList(tied, { largestPage: 5, page: (_, read) => ({ ...read, origin: 'CACHE' }) });
    expect(await readBatches(cached)).toMatchObject([{ origin: 'CACHE' }]);
  });
});

describe('rows that could not be parsed', () => {
  test('are reported with their times, once, at any page size', async () => {
    const entries = [
      dropped(100),
      row(90, 'a'),
      dropped(80),
      dropped(null),
      row(70, 'b'),
      row(70, 'c'),
      dropped(70),
      row(60, 'd'),
      dropped(null),
      row(50, 'e'),
      dropped(0),
      dropped(-1),
    ];
    for (const largestPage of [3, 4, 5, 6, 7, 20]) {
      const batches = await readBatches(createList(entries, { largestPage }));
      expect(batches.flatMap((batch) => batch.dropped)).toEqual([80, 80, 70, 60, 0]);
      expect(idsOf(batches)).toEqual(['a', 'c', 'b', 'd', 'e']);
    }
  });

  test('at the start of the first window, without a time, are reported at its start', async () => {
    const list = createList([], {
      page: (_asked, page) => ({ ...page, entries: [dropped(null), row(50, 'a')], ended: true }),
    });
    const [batch] = await readBatches(list);
    expect(batch).toMatchObject({ dropped: [99], rows: [{ id: 'a' }] });
  });

  test.each([
    ['DESC', 27],
    ['ASC', 13],
  ] as const)(
    'without a time, behind a row outside the range or at its start, are reported in the range, %s',
    async (direction, reportedAt) => {
      // Within one unit, and a row of the vendor's wider bounds before it.
      const range = { fromMs: 13, toMs: 28 };
      for (const head of [[], [row(direction === 'DESC' ? 30 : 9, 'beyond')]]) {
        const list = createList([], {
          unitMs: 10,
          page: (_asked, page) => ({ ...page, entries: [...head, dropped(null)], ended: true }),
        });
        const batches = await readBatches(list, { direction, range });
        expect(batches.flatMap((batch) => batch.dropped)).toEqual([reportedAt]);
      }
    },
  );

  test('at the instant of an edge belong to the page behind it, in the direction ASC', async () => {
    const entries = [dropped(60), row(50, 'b'), dropped(50), dropped(40)];
    const up = await readBatches(createList(entries), { after: row(50, ''), direction: 'ASC' });
    expect(up.flatMap((batch) => batch.dropped)).toEqual([50, 60]);
    const down = await readBatches(createList(entries), { after: row(50, '') });
    expect(down.flatMap((batch) => batch.dropped)).toEqual([40]);
  });

  test('at the instant of a cursor are reported again, because they may have been parsed when the page before was read', async () => {
    const entries = [dropped(60), row(50, 'b'), dropped(50), row(50, 'a'), dropped(40)];
    const down = await readBatches(createList(entries), { after: row(50, 'b') });
    expect(down.flatMap((batch) => batch.dropped)).toEqual([50, 40]);
    const up = await readBatches(createList(entries), { after: row(50, 'a'), direction: 'ASC' });
    expect(up.flatMap((batch) => batch.dropped)).toEqual([50, 60]);
  });

  test('alone on a full page are a bad response', async () => {
    const list = createList(
      Array.from({ length: 12 }, () => dropped(50)),
      { largestPage: 5 },
    );
    await expect(readBatches(list)).rejects.toMatchObject({
      code: 'UPSTREAM_BAD_RESPONSE',
      source: 'USAGE',
      operation: '/usage',
    });
  });

  test('alone on a later page, which must repeat a row, are a bad response', async () => {
    const list = createList([row(90, 'a'), row(80, 'b'), row(70, 'c')], {
      largestPage: 2,
      page: ({ upperMs }, page) =>
        upperMs > 90 ? page : { ...page, entries: [dropped(80), dropped(null)], ended: true },
    });
    await expect(readBatches(list)).rejects.toMatchObject({
      code: 'UPSTREAM_BAD_RESPONSE',
      source: 'USAGE',
      operation: '/usage',
      message: expect.stringContaining('without one row'),
    });
  });

  test('outside of the range are not reported, in either direction', async () => {
    const entries = [
      dropped(101),
      dropped(100),
      row(90, 'a'),
      dropped(80),
      row(70, 'b'),
      dropped(0),
      dropped(-1),
    ];
    for (const direction of ['DESC', 'ASC'] as const) {
      const batches = await readBatches(createList(entries), { direction });
      const reported = batches.flatMap((batch) => batch.dropped);
      expect(reported).toEqual(direction === 'DESC' ? [80, 0] : [0, 80]);
    }
  });

  test('alone on the last page are reported', async () => {
    expect(await readBatches(createList([dropped(50)]))).toMatchObject([
      { rows: [], dropped: [50], ended: true },
    ]);
  });
});

describe('a vendor that contradicts itself', () => {
  const outOfOrder = { code: 'UPSTREAM_OUT_OF_ORDER', source: 'USAGE', operation: '/usage' };

  test.each([
    ['newer below older', 'DESC', [row(50, 'a'), row(60, 'b')], 'broke the order in time'],
    ['older above newer, upward', 'ASC', [row(60, 'b'), row(50, 'a')], 'broke the order in time'],
    ['one id twice on a page', 'DESC', [row(60, 'a'), row(50, 'a')], 'gave one id twice'],
  ] as const)('on one page is refused at once: %s', async (_, direction, entries, says) => {
    const list = createList([], { page: (_asked, page) => ({ ...page, entries, ended: true }) });
    await expect(readBatches(list, { direction })).rejects.toMatchObject({
      ...outOfOrder,
      message: expect.stringContaining(says),
    });
    expect(list.asked).toHaveLength(1);
  });

  const tied = Array.from({ length: 12 }, (_, at) => row(50, String(10 + at)));

  test('between two pages of an instant is asked for again twice, then refused', async () => {
    const list = createList(tied, {
      largestPage: 5,
      page: ({ page }, read) => (page === 1 ? { ...read, entries: tied.slice(4, 9) } : read),
    });
    await expect(readBatches(list)).rejects.toMatchObject(outOfOrder);
    expect(list.asked.map(({ page }) => page)).toEqual([0, 1, 0, 1, 0, 1]);
  });

  test('that occurs once is asked for again, and accepted then', async () => {
    let contradictions = 0;
    const list = createList(tied, {
      largestPage: 5,
      page: ({ page }, read) => {
        if (page !== 1 || contradictions > 0) return read;
        contradictions += 1;
        return { ...read, entries: tied.slice(4, 9) };
      },
    });
    expect(idsOf(await readBatches(list))).toHaveLength(12);
  });

  describe('by a later page without any row, though it must repeat one,', () => {
    const three = [row(90, 'a'), row(80, 'b'), row(70, 'c')];
    const emptyPages = (times: number) => {
      let left = times;
      return createList(three, {
        largestPage: 2,
        page: ({ upperMs }, page) =>
          upperMs > 90 || left-- <= 0 ? page : { ...page, entries: [], ended: true },
      });
    };

    test('is asked for again twice, then refused, because silence is no end', async () => {
      const list = emptyPages(Infinity);
      await expect(readBatches(list)).rejects.toMatchObject({
        ...outOfOrder,
        message: expect.stringContaining('lost'),
      });
      expect(list.asked).toHaveLength(4);
    });

    test('is accepted if the rows come again', async () => {
      expect(idsOf(await readBatches(emptyPages(2)))).toEqual(['a', 'b', 'c']);
    });

    test('is asked for once more on the first page behind a cursor, whose row may have been deleted, then believed', async () => {
      const list = createList([row(90, 'a')], {
        page: (_asked, page) => ({ ...page, entries: [], ended: true }),
      });
      expect(idsOf(await readBatches(list, { after: row(90, 'a') }))).toEqual([]);
      expect(list.asked).toHaveLength(2);
    });

    test('loses no row if only the first answer behind a cursor is empty', async () => {
      let calls = 0;
      const list = createList(three, {
        page: (_asked, page) => ((calls += 1) === 1 ? { ...page, entries: [], ended: true } : page),
      });
      expect(idsOf(await readBatches(list, { after: row(90, 'a') }))).toEqual(['b', 'c']);
    });

    test.each([
      ['the start of a list', null],
      ['the end of an instant', row(90, '')],
      ['a row of the other source', { source: 'EVENTS', timestampMs: 90, id: '1' } as const],
    ])('is believed behind %s, where no row must come again', async (_place, after) => {
      const list = createList([]);
      expect(idsOf(await readBatches(list, { after }))).toEqual([]);
      expect(list.asked).toHaveLength(1);
    });
  });

  test('that the reader finds on a later page is also asked for again twice', async () => {
    const list = createList(tied, {
      largestPage: 5,
      page: ({ page }, read) => {
        if (page === 1)
          throw new UpstreamError({
            code: 'UPSTREAM_OUT_OF_ORDER',
            source: 'USAGE',
            operation: '/usage',
            message: 'no unit',
          });
        return read;
      },
    });
    await expect(readBatches(list)).rejects.toMatchObject({ ...outOfOrder, message: 'no unit' });
    expect(list.asked.map(({ page }) => page)).toEqual([0, 1, 0, 1, 0, 1]);
  });

  test('that the reader finds on the first page is refused at once', async () => {
    const list = createList(tied, {
      page: () => {
        throw new UpstreamError({
          code: 'UPSTREAM_OUT_OF_ORDER',
          source: 'USAGE',
          operation: '/usage',
          message: 'first',
        });
      },
    });
    await expect(readBatches(list)).rejects.toMatchObject({ message: 'first' });
    expect(list.asked).toHaveLength(1);
  });

  test.each([1, 2])(
    'is the only failure that is asked for again: another one on page %i is thrown unchanged',
    async (failing) => {
      const failure = new UpstreamError({
        code: 'UPSTREAM_TIMEOUT',
        source: 'USAGE',
        operation: '/usage',
        message: 'late',
      });
      const list = createList(tied, {
        largestPage: 5,
        page: ({ page }, read) => {
          if (page === failing - 1) throw failure;
          return read;
        },
      });
      await expect(readBatches(list)).rejects.toBe(failure);
      expect(list.asked).toHaveLength(failing);
    },
  );
});

describe('an instant that holds more than a page', () => {
  const tied = [...Array.from({ length: 12 }, (_, at) => row(50, String(10 + at))), row(40, 'a')];
  const spent = new RequestError('LIMIT_EXCEEDED', 'no calls left', {
    limit: 'maxUpstreamCalls',
    allowed: 3,
  });

  test('is read in the largest page before it is read on by offset', async () => {
    const list = createList(tied, { largestPage: 12 });
    const batches = await readBatches(list, { wanted: () => 1 });
    expect(list.asked.map(({ page, pageSize }) => [page, pageSize])).toEqual([
      [0, 10],
      [0, 12],
      [1, 12],
    ]);
    expect(idsOf(batches)).toHaveLength(13);
  });

  test('is not read with a larger page if the vendor gave fewer rows than asked', async () => {
    const list = createList(tied.slice(0, 5), {
      largestPage: 12,
      page: ({ page }, read) => ({ ...read, ended: page > 0 }),
    });
    await readBatches(list, { wanted: () => 1 });
    expect(list.asked.map(({ page, pageSize }) => [page, pageSize])).toEqual([
      [0, 10],
      [1, 10],
    ]);
  });

  test('is refused with the way out if the budget ends inside it', async () => {
    const list = createList(tied, {
      largestPage: 5,
      page: ({ page }, read) => {
        if (page === 2) throw spent;
        return read;
      },
    });
    await expect(readBatches(list)).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringContaining('Narrow the filter'),
      details: { limit: 'maxUpstreamCalls', allowed: 3 },
    });
  });

  test('is not named as the cause if the budget ends before it', async () => {
    const list = createList(tied, {
      page: () => {
        throw spent;
      },
    });
    await expect(readBatches(list)).rejects.toBe(spent);
  });

  test('is recognized apart from the repeated rows of the bound', async () => {
    // The bound is inclusive: after the first window, every window begins with all rows of the instant before.
    const full = [
      ...Array.from({ length: 4 }, (_, at) => row(60, String(20 + at))),
      row(59, 'x'),
      row(58, 'y'),
    ];
    for (const direction of ['DESC', 'ASC'] as const) {
      const mirrored =
        direction === 'DESC' ? full : full.map(({ timestampMs, id }) => row(118 - timestampMs, id)).reverse();
      const batches = await readBatches(createList(mirrored, { largestPage: 3 }), { direction });
      expect(idsOf(batches).sort()).toEqual(['20', '21', '22', '23', 'x', 'y']);
    }
  });
});
