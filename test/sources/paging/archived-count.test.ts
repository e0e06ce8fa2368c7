import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Range } from '../../../src/base/time.ts';
import { countThroughArchive } from '../../../src/sources/paging/archived-count.ts';
import type { ArchivedRows, ArchivedSpan } from '../../../src/sources/paging/archived-rows.ts';
import type { TotalCount } from '../../../src/sources/paging/page.ts';
import type { Position } from '../../../src/sources/paging/position.ts';

const END = 40;
const spans = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 0, max: END }), { minLength: 2, maxLength: 8 }),
    fc.array(fc.constantFrom(null, 0, 0, 2), { minLength: 8, maxLength: 8 }),
  )
  .map(([cuts, dropped]): readonly ArchivedSpan[] => {
    const edges = cuts.toSorted((a, b) => b - a);
    return edges.slice(1).flatMap((fromMs, at) => {
      const lost = dropped[at]!;
      return lost === null ? [] : [{ fromMs, toMs: edges[at]!, readAtMs: 1, dropped: lost }];
    });
  });
const range = fc
  .tuple(fc.integer({ min: 0, max: END }), fc.integer({ min: 0, max: END }))
  .map(([a, b]) => ({ fromMs: Math.min(a, b), toMs: Math.max(a, b) }));

const isIn = ({ fromMs, toMs }: Range, ms: number): boolean => ms >= fromMs && ms < toMs;

describe('counting through the archive', () => {
  test('adds what the archive holds whole to what the vendor counts of the rest, and no row twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: END - 1 }), { maxLength: 60 }),
        spans,
        range,
        fc.boolean(),
        fc.constantFrom(0, 0, 1, 2),
        fc.option(fc.constant(500)),
        fc.constantFrom(-Infinity, 13, END),
        async (times, held, asked, canCount, failsAt, knownAtMs, vendorKeepsFromMs) => {
          let questions = 0;
          const faults: unknown[] = [];
          const counted: Range[] = [];
          const check = (): void => {
            questions += 1;
            if (questions === failsAt) throw new Error('The disk is gone.');
          };
          const rowsOf = (part: Range): Position[] =>
            times
              .filter((ms) => isIn(part, ms) && held.some((span) => isIn(span, ms)))
              .map((timestampMs, at) => ({ source: 'EVENTS', timestampMs, id: String(at) }));
          const rows: Pick<ArchivedRows<Position, null>, keyof ArchivedRows<Position, null>> = {
            origin: 'ARCHIVE',
            lacksPersonalData: false,
            heldSpans: () => held,
            async list({ range: part }) {
              check();
              return rowsOf(part);
            },
            async count(part) {
              check();
              return canCount ? rowsOf(part).length : null;
            },
            group: async () => null,
            find: async () => [],
            noteFault: (error) => void faults.push(error),
          };
          const countVendor = async (part: Range): Promise<TotalCount> => {
            counted.push(part);
            return { value: times.filter((ms) => isIn(part, ms)).length, accuracy: 'EXACT' };
          };
          const reading = { source: 'EVENTS', rows, filter: null, knownAtMs, vendorKeepsFromMs } as const;
          const total = await countThroughArchive(reading, asked, countVendor);
          const all = times.filter((ms) => isIn(asked, ms));
          if (knownAtMs !== null) {
            expect(counted).toEqual([]);
            if (faults.length > 0) expect(total).toBeNull();
            else expect(total?.value).toBe(rowsOf(asked).length);
            return;
          }
          expect(total?.value).toBe(all.length);
          if (faults.length > 0) expect(counted).toEqual([asked]);
          // A span whose rows could not all be parsed is counted by the vendor as long as it keeps them, and never called exact later.
          const isLossy = held.some(
            ({ fromMs, toMs, dropped }) =>
              dropped > 0 && Math.max(fromMs, asked.fromMs) < Math.min(toMs, asked.toMs, vendorKeepsFromMs),
          );
          expect(total?.accuracy).toBe(isLossy && faults.length === 0 ? 'AT_LEAST' : 'EXACT');
          for (const part of counted)
            for (const { fromMs, toMs, dropped } of held) {
              const untilMs = dropped > 0 ? Math.min(toMs, vendorKeepsFromMs) : toMs;
              if (faults.length === 0)
                expect(Math.min(part.toMs, untilMs)).toBeLessThanOrEqual(Math.max(part.fromMs, fromMs));
            }
        },
      ),
      { numRuns: 600 },
    );
  });

  test('counts row by row, in groups, what the database can not count', async () => {
    const times = Array.from({ length: 11_003 }, (_, at) => at);
    const rows: Position[] = times.map((ms) => ({ source: 'EVENTS', timestampMs: ms, id: String(ms) }));
    const held = [{ fromMs: 0, toMs: 20_000, readAtMs: 1, dropped: 0 }];
    let lists = 0;
    const total = await countThroughArchive<Position, null>(
      {
        source: 'EVENTS',
        filter: null,
        knownAtMs: null,
        vendorKeepsFromMs: -Infinity,
        rows: {
          origin: 'ARCHIVE',
          lacksPersonalData: false,
          heldSpans: () => held,
          async list({ after, limit }) {
            lists += 1;
            const left = rows.filter(({ timestampMs }) => timestampMs < (after?.timestampMs ?? Infinity));
            return left.toReversed().slice(0, limit ?? Infinity);
          },
          count: async () => null,
          group: async () => null,
          find: async () => [],
          noteFault: () => {},
        },
      },
      { fromMs: 0, toMs: 20_000 },
      async () => null,
    );
    expect(total).toEqual({ value: 11_003, accuracy: 'EXACT' });
    expect(lists).toBe(3);
  });
});
