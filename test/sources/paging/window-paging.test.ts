import { describe, expect, test } from 'vitest';
import type { Range } from '../../../src/base/time.ts';
import type { Position } from '../../../src/sources/paging/position.ts';
import type { Batch, BatchRequest } from '../../../src/sources/paging/row-stream.ts';
import { isDense, pageByWindows } from '../../../src/sources/paging/window-paging.ts';
import type { ReadWindow, WindowContent } from '../../../src/sources/paging/window-paging.ts';

const MINUTE = 60_000;
const VENDOR = { source: 'USAGE', operation: '/usage', largestPage: 200, precisionMs: () => 1 } as const;
const row = (timestampMs: number, id = String(timestampMs)): Position => ({
  source: 'USAGE',
  timestampMs,
  id,
});

/** Reads windows of these rows. A window with more than `most` rows is dense. */
function createReader(
  rows: readonly Position[],
  most = Infinity,
): ReadWindow<Position> & { readonly windows: Range[] } {
  const windows: Range[] = [];
  const read = async (window: Range): Promise<WindowContent<Position>> => {
    windows.push(window);
    const inside = rows.filter(({ timestampMs: ms }) => ms >= window.fromMs && ms < window.toMs);
    if (inside.length > most) return { kind: 'dense', sample: inside };
    return {
      kind: 'whole',
      rows: inside,
      dropped: [],
      received: 0,
      parsed: 0,
      readAtMs: 1,
      stale: false,
      origin: 'VENDOR',
    };
  };
  return Object.assign(read, { windows });
}

async function readBatches(
  read: ReadWindow<Position>,
  asked: Partial<BatchRequest>,
  locate?: Parameters<typeof pageByWindows>[3],
  precision = 1,
): Promise<Batch<Position>[]> {
  const batches: Batch<Position>[] = [];
  const range = { fromMs: 0, toMs: 1000 * MINUTE };
  for await (const batch of pageByWindows(
    { ...VENDOR, precisionMs: () => precision },
    { range, direction: 'ASC', after: null, wanted: () => 50, ...asked },
    read,
    locate,
  )) {
    batches.push(batch);
  }
  return batches;
}

const lengths = (windows: readonly Range[]): number[] =>
  windows.map(({ fromMs, toMs }) => (toMs - fromMs) / MINUTE);

describe('reading by windows', () => {
  test.each(['ASC', 'DESC'] as const)(
    'covers its range without gap or overlap, %s, and ends at its edge',
    async (direction) => {
      const read = createReader([row(5 * MINUTE), row(700 * MINUTE)]);
      const batches = await readBatches(read, { direction });
      const windows =
        direction === 'ASC'
          ? read.windows
          : read.windows.map(({ fromMs, toMs }) => ({
              fromMs: 1000 * MINUTE - toMs,
              toMs: 1000 * MINUTE - fromMs,
            }));
      expect(windows[0]?.fromMs).toBe(0);
      expect(windows.at(-1)?.toMs).toBe(1000 * MINUTE);
      for (const [at, window] of windows.entries())
        if (at > 0) expect(window.fromMs).toBe(windows[at - 1]?.toMs);
      expect(batches.map(({ ended }) => ended)).toEqual(batches.map((_, at) => at === batches.length - 1));
      expect(batches.flatMap((batch) => batch.rows.map(({ id }) => Number(id) / MINUTE))).toEqual(
        direction === 'ASC' ? [5, 700] : [700, 5],
      );
    },
  );

  test('begins with a quarter of an hour and grows sixteenfold over what is empty', async () => {
    const read = createReader([]);
    await readBatches(read, { range: { fromMs: 0, toMs: 10_000 * MINUTE } });
    expect(lengths(read.windows)).toEqual([15, 240, 3840, 5905]);
  });

  test('takes a window that should hold one and a half times what is wanted, after the density of the last', async () => {
    // Two rows a minute.
    const rows = Array.from({ length: 2000 }, (_, at) => row((at * MINUTE) / 2));
    const read = createReader(rows);
    let wanted = 100;
    for await (const batch of pageByWindows(
      VENDOR,
      { range: { fromMs: 0, toMs: 1000 * MINUTE }, direction: 'ASC', after: null, wanted: () => wanted },
      read,
    )) {
      wanted -= batch.rows.length;
      if (wanted <= 0) break;
    }
    // 30 rows in 15 minutes; 70 are still wanted: 105 rows, 52.5 minutes.
    expect(lengths(read.windows)).toEqual([15, 52.5]);
  });

  test('takes at least a quarter of a page, and at most four fifths of one', async () => {
    const rows = Array.from({ length: 2000 }, (_, at) => row((at * MINUTE) / 2));
    const few = createReader(rows);
    await readBatches(few, { wanted: () => 1, range: { fromMs: 0, toMs: 100 * MINUTE } });
    expect(lengths(few.windows).slice(0, 3)).toEqual([15, 25, 25]);
    const many = createReader(rows);
    await readBatches(many, { wanted: () => 5_000, range: { fromMs: 0, toMs: 300 * MINUTE } });
    expect(lengths(many.windows).slice(0, 3)).toEqual([15, 80, 80]);
  });

  test('asks for no more than a page holds', async () => {
    const asked: number[] = [];
    const read: ReadWindow<Position> = async (_window, wanted) => {
      asked.push(wanted);
      return {
        kind: 'whole',
        rows: [],
        dropped: [],
        received: 0,
        parsed: 0,
        readAtMs: 1,
        stale: false,
        origin: 'VENDOR',
      };
    };
    await readBatches(read, { wanted: () => 700 });
    await readBatches(read, { wanted: () => 7 });
    expect(new Set(asked)).toEqual(new Set([200, 7]));
  });

  test('takes a window of few instants whole if all rows are wanted, because shorter ones cost more', async () => {
    const asked: (readonly [Range, number])[] = [];
    const read: ReadWindow<Position> = async (window, wanted) => {
      asked.push([window, wanted]);
      return createReader([])(window, wanted);
    };
    const range = { fromMs: 0, toMs: 10_000 };
    await readBatches(read, { wanted: () => Infinity, range }, undefined, 1_000);
    await readBatches(read, { wanted: () => Infinity, range: { fromMs: 0, toMs: 10_001 } }, undefined, 1_000);
    await readBatches(read, { wanted: () => 300, range }, undefined, 1_000);
    expect(asked.map(([, wanted]) => wanted)).toEqual([Infinity, 200, 200]);
  });

  test('shortens a window that is too dense to what is wanted at that density, and to half at most', async () => {
    const rows = Array.from({ length: 1500 }, (_, at) => row((at * MINUTE) / 100));
    const read = createReader(rows, 120);
    const batches = await readBatches(read, { range: { fromMs: 0, toMs: 15 * MINUTE } });
    expect(lengths(read.windows)[1]).toBeCloseTo(0.5, 3);
    expect(batches.flatMap((batch) => batch.rows)).toHaveLength(1500);
    const half: Range[] = [];
    await readBatches(
      async (window) => {
        half.push(window);
        if (half.length === 1) return { kind: 'dense', sample: [row(14 * MINUTE)] };
        return {
          kind: 'whole',
          rows: [],
          dropped: [],
          received: 0,
          parsed: 0,
          readAtMs: 1,
          stale: false,
          origin: 'VENDOR',
        };
      },
      { range: { fromMs: 0, toMs: 15 * MINUTE } },
    );
    expect(lengths(half).slice(0, 2)).toEqual([15, 7.5]);
  });

  test.each(['ASC', 'DESC'] as const)(
    'never ends a window within an instant of the vendor, %s',
    async (direction) => {
      const SECOND = 1_000;
      // The vendor cuts its times to whole seconds; one of them holds far more rows than a page.
      const counts = [3, 60, 300, 20, 40];
      const rows = counts.flatMap((count, second) =>
        Array.from({ length: count }, (_, at) => row(second * SECOND, `${second}-${at}`)),
      );
      const read = createReader(rows, 70);
      const windows: Range[] = [];
      const batches = await readBatches(
        async (window, wanted) => {
          windows.push(window);
          // A single instant is never dense.
          if (window.toMs - window.fromMs <= SECOND) return createReader(rows)(window, wanted);
          return read(window, wanted);
        },
        { direction, range: { fromMs: 0, toMs: 4_750 } },
        async () => null,
        SECOND,
      );
      expect(batches.flatMap((batch) => batch.rows)).toHaveLength(423);
      const inner = windows.flatMap(({ fromMs, toMs }) => [fromMs, toMs]).filter((ms) => ms !== 4_750);
      expect(inner.filter((ms) => ms % SECOND !== 0)).toEqual([]);
      expect(windows.length).toBeLessThanOrEqual(11);
    },
  );

  test('asks once for the times of the rows before it estimates a shorter window', async () => {
    const asked: (readonly [Range, number])[] = [];
    const windows: Range[] = [];
    let dense = 2;
    await readBatches(
      async (window) => {
        windows.push(window);
        dense -= 1;
        if (dense >= 0) return { kind: 'dense', sample: [row(14 * MINUTE)] };
        return {
          kind: 'whole',
          rows: [],
          dropped: [],
          received: 0,
          parsed: 0,
          readAtMs: 1,
          stale: false,
          origin: 'VENDOR',
        };
      },
      { range: { fromMs: 0, toMs: 15 * MINUTE }, wanted: () => 60_000 },
      async (span, wanted) => {
        asked.push([span, wanted]);
        return 5 * MINUTE;
      },
    );
    expect(asked).toEqual([[{ fromMs: 0, toMs: 15 * MINUTE }, 160]]);
    expect(lengths(windows).slice(0, 3)).toEqual([15, 5, 5 / 16]);
  });

  test('reads no row of a dense window twice: the part that was read is given out when its turn comes', async () => {
    const rows = [1, 400, 401, 402, 403].map((at) => row(at * MINUTE));
    const windows: Range[] = [];
    const read: ReadWindow<Position> = async (window) => {
      windows.push(window);
      const inside = rows.filter(({ timestampMs: ms }) => ms >= window.fromMs && ms < window.toMs);
      const facts = {
        dropped: [],
        received: 2,
        parsed: 2,
        readAtMs: 1,
        stale: false,
        origin: 'VENDOR' as const,
      };
      const [a, b, c] = inside.toReversed();
      if (!a || !b || !c) return { kind: 'whole', rows: inside, ...facts };
      return {
        kind: 'dense',
        newest: { fromMs: b.timestampMs, toMs: window.toMs, rows: [b, a], ...facts },
      };
    };
    const batches = await readBatches(read, { direction: 'ASC', range: { fromMs: 0, toMs: 500 * MINUTE } });
    expect(batches.flatMap((batch) => batch.rows)).toEqual(rows);
    expect(batches.map(({ ended }) => ended).indexOf(true)).toBe(batches.length - 1);
    expect(windows.filter(({ toMs }) => toMs > 402 * MINUTE)).toHaveLength(1);
  });

  test('spares an instant of many pages until its turn comes, then reads it alone', async () => {
    const facts = {
      dropped: [],
      received: 1,
      parsed: 1,
      readAtMs: 1,
      stale: false,
      origin: 'VENDOR' as const,
    };
    const windows: Range[] = [];
    const read: ReadWindow<Position> = async (window) => {
      windows.push(window);
      if (windows.length > 1) return { kind: 'whole', rows: [], ...facts };
      return { kind: 'dense', newest: { fromMs: 900, toMs: 900, rows: [], ...facts }, endMs: 701 };
    };
    const located: Range[] = [];
    await readBatches(read, { range: { fromMs: 700, toMs: 900 } }, async (span) => {
      located.push(span);
      return null;
    });
    expect(windows).toEqual([
      { fromMs: 700, toMs: 900 },
      { fromMs: 700, toMs: 701 },
      { fromMs: 701, toMs: 703 },
      { fromMs: 703, toMs: 735 },
      { fromMs: 735, toMs: 900 },
    ]);
    expect(located).toEqual([]);
  });

  test.each([
    [row(10, 'b'), 2],
    [row(10, ''), 1],
    [null, 1],
  ])(
    'asks once more if the window of a row before it comes without any row: behind %j %i calls',
    async (after, calls) => {
      const read = createReader([row(20 * MINUTE)]);
      const range = { fromMs: 0, toMs: 15 * MINUTE };
      expect((await readBatches(read, { after, range })).map(({ rows }) => rows)).toEqual([[]]);
      expect(read.windows).toHaveLength(calls);
    },
  );

  test('starts at a row and gives only the rows behind it', async () => {
    const rows = [row(10, 'a'), row(10, 'b'), row(10, 'c'), row(20, 'd')];
    const up = createReader(rows);
    expect(
      (await readBatches(up, { after: row(10, 'b') })).flatMap((batch) => batch.rows.map(({ id }) => id)),
    ).toEqual(['c', 'd']);
    expect(up.windows[0]?.fromMs).toBe(10);
    const down = createReader(rows);
    expect(
      (await readBatches(down, { after: row(10, 'b'), direction: 'DESC' })).flatMap((batch) =>
        batch.rows.map(({ id }) => id),
      ),
    ).toEqual(['a']);
    expect(down.windows[0]?.toMs).toBe(11);
  });

  test.each([
    ['ASC', null, 0],
    ['ASC', row(500), 500],
    ['DESC', null, 999],
    ['DESC', row(500), 500],
    ['DESC', row(500, ''), 499],
    ['DESC', row(0), 0],
  ] as const)('reports a row without a time at the start of its window, %s', async (direction, after, ms) => {
    const [batch] = await readBatches(
      async () => ({
        kind: 'whole',
        rows: [],
        dropped: [null, 700],
        received: 2,
        parsed: 1,
        readAtMs: 1,
        stale: false,
        origin: 'VENDOR',
      }),
      { direction, after, range: { fromMs: 0, toMs: 1000 } },
    );
    expect(batch?.dropped).toEqual([ms, 700]);
  });

  test.each([
    ['comes, the window holds bad rows', true],
    ['does not come, this is no list', false],
  ])(
    'reads a window without one parsable row again, with a row that was parsed before: if that %s',
    async (_, comes) => {
      const windows: Range[] = [];
      const read: ReadWindow<Position> = async (window) => {
        windows.push(window);
        const part = { received: 1, readAtMs: 1, stale: false, origin: 'VENDOR' as const };
        if (windows.length === 1)
          return { kind: 'whole', rows: [row(MINUTE)], dropped: [], parsed: 1, ...part };
        const rows = comes && window.fromMs === MINUTE ? [row(MINUTE)] : [];
        return { kind: 'whole', rows, dropped: [null], parsed: rows.length, ...part };
      };
      const result = readBatches(read, { direction: 'ASC', range: { fromMs: 0, toMs: 20 * MINUTE } });
      if (comes) {
        const batches = await result;
        expect(batches.map((batch) => [batch.rows.length, batch.dropped])).toEqual([
          [1, []],
          [0, [15 * MINUTE]],
        ]);
      } else await expect(result).rejects.toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE', source: 'USAGE' });
      expect(windows.slice(1)).toEqual([
        { fromMs: 15 * MINUTE, toMs: 20 * MINUTE },
        { fromMs: MINUTE, toMs: 20 * MINUTE },
      ]);
    },
  );

  test('stays in its range if the row that it starts at lies outside', async () => {
    const up = createReader([]);
    await readBatches(up, { after: row(-5), range: { fromMs: 0, toMs: 10 } });
    const down = createReader([]);
    await readBatches(down, { after: row(50), range: { fromMs: 0, toMs: 10 }, direction: 'DESC' });
    expect([...up.windows, ...down.windows]).toEqual([
      { fromMs: 0, toMs: 10 },
      { fromMs: 0, toMs: 10 },
    ]);
  });
});

describe('a window', () => {
  test('is dense above twice the wanted rows, but never if it is one instant', () => {
    const window = { fromMs: 0, toMs: 10 };
    expect(isDense(100, 50, window, 1)).toBe(false);
    expect(isDense(101, 50, window, 1)).toBe(true);
    expect(isDense(101, 50, window, 10)).toBe(false);
    expect(isDense(101, 50, window, 9)).toBe(true);
  });
});
