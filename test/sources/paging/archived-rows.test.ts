import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findThroughArchive } from '../../../src/sources/paging/archived-finds.ts';
import { readThroughArchive } from '../../../src/sources/paging/archived-reading.ts';
import type { ArchivedRows, ArchivedSpan } from '../../../src/sources/paging/archived-rows.ts';
import { comparePositions } from '../../../src/sources/paging/position.ts';
import type { Position } from '../../../src/sources/paging/position.ts';
import type { Batch, BatchRequest, ReadBatches } from '../../../src/sources/paging/row-stream.ts';

const END = 40;
const ALL = { fromMs: 0, toMs: END };

interface World {
  readonly rows: readonly Position[];
  readonly held: readonly ArchivedSpan[];
  readonly source: 'USAGE' | 'EVENTS';
  readonly vendorKeepsFromMs: number;
}

/** Few instants, so that rows tie, and spans that touch, leave gaps, and hold rows that could not be parsed. */
const world: fc.Arbitrary<World> = fc
  .record({
    source: fc.constantFrom('USAGE', 'EVENTS'),
    times: fc.array(fc.integer({ min: 0, max: END - 1 }), { maxLength: 90 }),
    cuts: fc.uniqueArray(fc.integer({ min: 0, max: END }), { minLength: 2, maxLength: 8 }),
    isHeld: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
    dropped: fc.array(fc.constantFrom(0, 0, 2), { minLength: 8, maxLength: 8 }),
    vendorKeepsFromMs: fc.constantFrom(-Infinity, 0, 13, END),
  })
  .map(({ source, times, cuts, isHeld, dropped, vendorKeepsFromMs }) => {
    const edges = cuts.toSorted((a, b) => b - a);
    return {
      source,
      vendorKeepsFromMs,
      rows: times
        .map((timestampMs, at): Position => ({ source, timestampMs, id: String(at) }))
        .sort(comparePositions),
      held: edges.slice(1).flatMap((fromMs, at) => {
        const span = { fromMs, toMs: edges[at]!, readAtMs: 1_000 - at, dropped: dropped[at]! };
        return isHeld[at] ? [span] : [];
      }),
    };
  });

const request = fc.record({
  direction: fc.constantFrom('ASC', 'DESC'),
  range: fc
    .tuple(fc.integer({ min: 0, max: END }), fc.integer({ min: 0, max: END }))
    .map(([a, b]) => ({ fromMs: Math.min(a, b), toMs: Math.max(a, b) })),
  after: fc.option(
    fc.record({
      source: fc.constantFrom('USAGE', 'EVENTS'),
      timestampMs: fc.integer({ min: 0, max: END - 1 }),
      id: fc.oneof(fc.constant(''), fc.integer({ min: 0, max: 90 }).map(String)),
    }),
  ),
  wanted: fc.constantFrom(1, 3, 30),
});

const compareIn =
  (direction: 'ASC' | 'DESC') =>
  (a: Position, b: Position): number =>
    direction === 'DESC' ? comparePositions(a, b) : comparePositions(b, a);

function listPlainly(
  rows: readonly Position[],
  { range, direction, after }: Pick<BatchRequest, 'range' | 'direction' | 'after'>,
): Position[] {
  const compare = compareIn(direction);
  return rows
    .filter(({ timestampMs }) => timestampMs >= range.fromMs && timestampMs < range.toMs)
    .filter((row) => after === null || compare(row, after) > 0)
    .sort(compare);
}

/** A vendor that gives two instants at a time, and notes what it is asked for. */
function createVendor(rows: readonly Position[]): {
  readonly read: ReadBatches<Position>;
  readonly asked: BatchRequest[];
} {
  const asked: BatchRequest[] = [];
  return {
    asked,
    async *read(wanted) {
      asked.push(wanted);
      const { range, direction } = wanted;
      const isDesc = direction === 'DESC';
      const all = listPlainly(rows, wanted);
      let edgeMs = isDesc ? range.toMs : range.fromMs;
      for (let ended = false; !ended;) {
        const nextMs = isDesc ? Math.max(edgeMs - 7, range.fromMs) : Math.min(edgeMs + 7, range.toMs);
        const [fromMs, toMs] = isDesc ? [nextMs, edgeMs] : [edgeMs, nextMs];
        const part = all.filter(({ timestampMs }) => timestampMs >= fromMs && timestampMs < toMs);
        edgeMs = nextMs;
        ended = edgeMs === (isDesc ? range.fromMs : range.toMs);
        yield {
          rows: part,
          edgeMs,
          dropped: [],
          received: part.length,
          parsed: part.length,
          readAtMs: 2_000,
          stale: false,
          origin: 'VENDOR',
          ended,
        };
      }
    },
  };
}

type Plain = Pick<ArchivedRows<Position, null>, 'list' | 'count' | 'find' | 'heldSpans'>;

/** An archive that serves what it holds from the same rows. It fails at its `failsAt`-th question. */
function createArchive({ rows, held }: World, failsAt: number) {
  let questions = 0;
  const faults: unknown[] = [];
  const ask = <Answer>(answer: () => Answer): Answer => {
    questions += 1;
    if (questions === failsAt) throw new Error('The disk is gone.');
    return answer();
  };
  const isHeld = ({ timestampMs }: Position): boolean =>
    held.some(({ fromMs, toMs }) => timestampMs >= fromMs && timestampMs < toMs);
  const archive: Plain = {
    heldSpans: () => held,
    list: async (question) =>
      ask(() => listPlainly(rows.filter(isHeld), question).slice(0, question.limit ?? Infinity)),
    count: async (range) =>
      ask(() => listPlainly(rows.filter(isHeld), { range, direction: 'DESC', after: null }).length),
    find: async (ids) => ask(() => rows.filter((row) => isHeld(row) && ids.includes(row.id))),
  };
  return {
    ...archive,
    origin: 'ARCHIVE' as const,
    lacksPersonalData: false,
    group: async () => null,
    faults,
    noteFault: (error: unknown) => void faults.push(error),
  };
}

async function collect(batches: AsyncGenerator<Batch<Position>, void>): Promise<Batch<Position>[]> {
  const all: Batch<Position>[] = [];
  for await (const batch of batches) {
    expect(all.at(-1)?.ended ?? false).toBe(false);
    all.push(batch);
  }
  return all;
}

/** Expects batches of whole instants, whose edges move on to the end of the range. */
function expectWholeInstants(batches: readonly Batch<Position>[], { range, direction }: BatchRequest): void {
  const isDesc = direction === 'DESC';
  let edgeMs = isDesc ? range.toMs : range.fromMs;
  for (const batch of batches) {
    expect(isDesc ? edgeMs - batch.edgeMs : batch.edgeMs - edgeMs).toBeGreaterThanOrEqual(0);
    const [fromMs, toMs] = isDesc ? [batch.edgeMs, edgeMs] : [edgeMs, batch.edgeMs];
    for (const { timestampMs } of batch.rows) {
      expect(timestampMs).toBeGreaterThanOrEqual(fromMs);
      expect(timestampMs).toBeLessThan(toMs);
    }
    edgeMs = batch.edgeMs;
  }
  if (batches.length > 0) {
    expect(batches.at(-1)?.ended).toBe(true);
    expect(edgeMs).toBe(isDesc ? range.fromMs : range.toMs);
  }
}

const failure = fc.constantFrom(0, 0, 1, 2, 3);

describe('reading through the archive', () => {
  test('gives each row once, in order, in whole instants, whoever holds it and wherever the archive fails', async () => {
    await fc.assert(
      fc.asyncProperty(world, request, failure, async (one, { wanted, ...asked }, failsAt) => {
        const archive = createArchive(one, failsAt);
        const vendor = createVendor(one.rows);
        const { source, vendorKeepsFromMs } = one;
        const reading = { source, rows: archive, filter: null, knownAtMs: null, vendorKeepsFromMs };
        const whole = { ...asked, wanted: () => wanted };
        const batches = await collect(readThroughArchive(reading, vendor.read)(whole));
        expect(batches.flatMap(({ rows }) => rows)).toEqual(listPlainly(one.rows, asked));
        expectWholeInstants(batches, whole);
        if (archive.faults.length > 0) return;
        // Without a fault the vendor is asked only for what the archive does not hold, or holds with gaps that the vendor may fill.
        for (const { range } of vendor.asked) {
          for (const { fromMs, toMs, dropped } of one.held) {
            const untilMs = dropped > 0 ? Math.min(toMs, vendorKeepsFromMs) : toMs;
            const overlapMs = Math.min(range.toMs, untilMs) - Math.max(range.fromMs, fromMs);
            expect(overlapMs).toBeLessThanOrEqual(0);
          }
        }
        const heldBatches = batches.filter(({ origin }) => origin === 'ARCHIVE');
        for (const { readAtMs } of heldBatches) expect(readAtMs).toBeLessThanOrEqual(1_000);
      }),
      { numRuns: 600 },
    );
  });

  test('asks the vendor nothing about an earlier moment, and gives all that was held then', async () => {
    await fc.assert(
      fc.asyncProperty(world, request, failure, async (one, { wanted, ...asked }, failsAt) => {
        const archive = createArchive(one, failsAt);
        const vendor = createVendor(one.rows);
        const { source, vendorKeepsFromMs } = one;
        const reading = { source, rows: archive, filter: null, knownAtMs: 500, vendorKeepsFromMs };
        const whole = { ...asked, wanted: () => wanted };
        const batches = await collect(readThroughArchive(reading, vendor.read)(whole));
        expect(vendor.asked).toEqual([]);
        expectWholeInstants(batches, whole);
        const given = batches.flatMap(({ rows }) => rows);
        expect(given).toEqual(given.toSorted(compareIn(asked.direction)));
        if (archive.faults.length > 0) return;
        const held = one.rows.filter(({ timestampMs }) =>
          one.held.some(({ fromMs, toMs }) => timestampMs >= fromMs && timestampMs < toMs),
        );
        expect(given).toEqual(listPlainly(held, asked));
      }),
      { numRuns: 300 },
    );
  });

  test('tells of rows that could not be parsed wherever the archive answers for their span', async () => {
    const held = [{ fromMs: 0, toMs: 20, readAtMs: 1, dropped: 2 }];
    const one: World = { source: 'EVENTS', rows: [], held, vendorKeepsFromMs: 12 };
    const archive = createArchive(one, 0);
    const vendor = createVendor([]);
    const reading = { ...one, rows: archive, filter: null, knownAtMs: null };
    const wanted = { range: ALL, direction: 'DESC', after: null, wanted: () => 5 } as const;
    const batches = await collect(readThroughArchive(reading, vendor.read)(wanted));
    // The vendor answers for what it still keeps, the archive for the rest of that span.
    expect(vendor.asked.map(({ range }) => range)).toMatchObject([{ fromMs: 12, toMs: END }]);
    expect(batches.flatMap(({ origin, dropped }) => (origin === 'ARCHIVE' ? dropped : []))).toEqual([11, 11]);
  });
});

describe('finding through the archive', () => {
  test('asks the vendor once for each row that the archive does not have, and for all if it fails', async () => {
    const keys = fc.array(
      fc.record({
        id: fc.integer({ min: 0, max: 95 }).map(String),
        timestampMs: fc.option(fc.integer({ min: 0, max: END - 1 })),
      }),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(world, keys, fc.constantFrom(0, 1), async (one, asked, failsAt) => {
        const archive = createArchive(one, failsAt);
        const known = await createArchive(one, 0).find(asked.map(({ id }) => id));
        const findPlainly = ({ id, timestampMs }: (typeof asked)[number]): Position | null =>
          one.rows.find(
            (row) => row.id === id && (timestampMs === null || row.timestampMs === timestampMs),
          ) ?? null;
        const vendorKeys: (typeof asked)[number][] = [];
        const found = await findThroughArchive<Position, (typeof asked)[number]>(
          archive,
          asked,
          async (missing) => {
            expect(vendorKeys).toEqual([]);
            vendorKeys.push(...missing);
            return missing.map(findPlainly);
          },
        );
        expect(found).toEqual(asked.map(findPlainly));
        const isKnown = (key: (typeof asked)[number]): boolean =>
          known.some(({ id }) => findPlainly(key)?.id === id);
        const isArchiveDown = archive.faults.length > 0;
        expect(vendorKeys).toEqual(asked.filter((key) => isArchiveDown || !isKnown(key)));
      }),
      { numRuns: 200 },
    );
  });

  test('passes on that the vendor failed for one row', async () => {
    const failed = new Error('The vendor is down.');
    const one: World = { source: 'USAGE', rows: [], held: [], vendorKeepsFromMs: 0 };
    const found = await findThroughArchive<Position, { id: string; timestampMs: number | null }>(
      createArchive(one, 0),
      [{ id: '1', timestampMs: null }],
      async () => [failed],
    );
    expect(found).toEqual([failed]);
  });
});
