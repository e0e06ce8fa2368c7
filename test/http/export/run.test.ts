import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { CSV } from '../../../src/http/export/csv.ts';
import { CURSOR_FIELD } from '../../../src/http/export/fields.ts';
import { NDJSON, writeReceiptLine } from '../../../src/http/export/ndjson.ts';
import type { ExportPage } from '../../../src/http/export/page.ts';
import { PARQUET } from '../../../src/http/export/parquet.ts';
import { startRun } from '../../../src/http/export/run.ts';
import type { ExportEnd, ExportRunOptions } from '../../../src/http/export/run.ts';
import { SOME_LIST } from '../../support/exported.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const PAGES = 5_000;
const ROWS = 100;

const pageAt = (page: number): ExportPage => ({
  rows: Array.from({ length: ROWS }, (_, row) => ({ id: `${page}-${row}` })),
  from: '2026-01-01T00:00:00.000Z',
  to: '2026-02-01T00:00:00.000Z',
  hasNext: page + 1 < PAGES,
  endCursor: String(page),
  coverage: [],
});

function create(options: Partial<ExportRunOptions> = {}) {
  const seen = { pages: 1, ends: [] as ExportEnd[] };
  const run = startRun({
    writer: NDJSON,
    fields: [],
    sources: ['USAGE'],
    of: SOME_LIST,
    isResumed: false,
    first: pageAt(0),
    async readNext(after) {
      seen.pages += 1;
      return { kind: 'page', page: pageAt(Number(after) + 1) };
    },
    async onEnd(end) {
      seen.ends.push(end);
    },
    ...options,
  });
  return { run, seen };
}

describe('a run', () => {
  test('never holds more than one page, however many there are', async () => {
    const { run, seen } = create();
    let taken = 0;
    let lines = 0;
    for await (const piece of run.stream) {
      // The page of this piece, and no further one.
      if (lines < PAGES * ROWS) expect(seen.pages).toBe(taken + 1);
      taken += 1;
      lines += Buffer.from(piece).toString().split('\n').length - 1;
    }
    expect([taken, lines, seen.ends]).toEqual([PAGES + 1, PAGES * ROWS + 1, ['ended']]);
    expect(run.receipt()).toMatchObject({ rows: PAGES * ROWS, complete: true, endCursor: null });
  });

  test.each([
    ['a page of NDJSON', NDJSON, ROWS],
    ['a page of CSV', CSV, ROWS],
    ['a group of Parquet and a page', PARQUET, 5_000 + ROWS],
  ])('holds the rows of %s and of few pages more, whatever it has written', async (_, writer, most) => {
    const rows: WeakRef<object>[] = [];
    const watched = (page: number): ExportPage => {
      const made = pageAt(page);
      for (const row of made.rows) rows.push(new WeakRef(row));
      return { ...made, hasNext: page + 1 < 200 };
    };
    const { run } = create({
      writer,
      fields: [{ ...CURSOR_FIELD, name: 'id' }],
      first: watched(0),
      readNext: async (after) => ({ kind: 'page', page: watched(Number(after) + 1) }),
    });
    const held: number[] = [];
    for await (const piece of run.stream) {
      if (piece.length === 0 || rows.length < (held.length + 1) * 60 * ROWS) continue;
      // What was made in this turn is held until it ends.
      for (let turn = 0; turn < 2; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        collectGarbage();
      }
      held.push(rows.filter((row) => row.deref() !== undefined).length);
    }
    expect(held).toHaveLength(3);
    // The first page is held by the options of the run, and the engine may still hold the last two for a moment.
    expect(Math.max(...held)).toBeLessThanOrEqual(most + 3 * ROWS);
  });

  test('has a receipt of what was taken so far', async () => {
    const { run } = create();
    const pieces = run.stream[Symbol.asyncIterator]();
    expect(run.receipt()).toMatchObject({ rows: 0, endCursor: null, complete: false });
    const first = await pieces.next();
    await pieces.next();
    expect(run.receipt()).toMatchObject({ rows: ROWS, endCursor: '0', complete: false });
    expect(run.bytes()).toBe((first.value as Uint8Array).length);
  });

  test.each([0, 1, 3])(
    'whose reader leaves after %i pieces reads nothing further, and says so once',
    async (taken) => {
      const { run, seen } = create();
      const pieces = run.stream[Symbol.asyncIterator]();
      for (let piece = 0; piece < taken; piece += 1) await pieces.next();
      const { pages } = seen;
      await pieces.return?.();
      await pieces.return?.();
      expect([seen.pages, seen.ends]).toEqual([pages, ['left']]);
      expect(run.receipt().complete).toBe(false);
    },
  );

  test('gives out no receipt that may not go out', async () => {
    const { run } = create({
      first: { ...pageAt(0), hasNext: false },
      onEnd: () => Promise.reject(new Error('no trail')),
    });
    const pieces: string[] = [];
    const read = async () => {
      for await (const piece of run.stream) pieces.push(Buffer.from(piece).toString());
    };
    await expect(read()).rejects.toThrow('no trail');
    expect(pieces).toHaveLength(1);
    expect(pieces[0]).not.toContain('"export"');
  });

  test('ends with a receipt line that no row can be taken for', async () => {
    const { run } = create({ first: { ...pageAt(0), rows: [], hasNext: false } });
    const pieces: string[] = [];
    for await (const piece of run.stream) pieces.push(Buffer.from(piece).toString());
    expect(pieces).toEqual([writeReceiptLine(run.receipt())]);
  });
});
