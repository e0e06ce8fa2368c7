import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashRow } from '../../../src/sources/live/row-hash.ts';
import type { HashedRow } from '../../../src/sources/live/row-hash.ts';
import { decodeSeen, encodeSeen } from '../../../src/sources/live/seen-bytes.ts';
import {
  findUnseen,
  MOST_LISTED,
  seenBefore,
  seenUpTo,
  summarize,
} from '../../../src/sources/live/seen-rows.ts';

const NOW_MS = Date.parse('2026-03-04T12:00:00Z');
const FLOOR_MS = NOW_MS - 120_000;

const rowAt = (timestampMs: number, id: string): HashedRow => {
  const row = { source: 'USAGE' as const, timestampMs, id };
  return { row, hash: hashRow(row) };
};
const sorted = (rows: readonly HashedRow[]): readonly HashedRow[] =>
  rows.toSorted((a, b) => a.row.timestampMs - b.row.timestampMs);
const idsOf = (rows: readonly HashedRow[]): readonly string[] => rows.map(({ row }) => row.id).toSorted();

/** Up to 400 rows of two minutes, and a few that the vendor inserts later, anywhere among them. */
const histories = fc.record({
  before: fc.uniqueArray(fc.nat({ max: 119_999 }), { maxLength: 400 }),
  after: fc.array(fc.nat({ max: 180_000 }), { maxLength: 25 }),
});

test('exactly the rows that were not seen are found again, through the bytes of a cursor', () => {
  fc.assert(
    fc.property(histories, ({ before, after }) => {
      const old = sorted(before.map((ms, n) => rowAt(FLOOR_MS + ms, `a${n}`)));
      const added = after.map((ms, n) => rowAt(FLOOR_MS + ms, `b${n}`));
      const bytes = encodeSeen(summarize(old, FLOOR_MS, NOW_MS));
      const { seen, length } = decodeSeen(bytes);
      expect(length).toBe(bytes.length);
      const { rows, absent, doubtful } = findUnseen(seen, sorted([...old, ...added]));
      expect(doubtful).toEqual([]);
      expect(absent.size).toBe(0);
      expect(idsOf(rows)).toEqual(idsOf(added));
    }),
    { numRuns: 300 },
  );
});

test('a row that was seen and is not there yet is remembered as absent, and is not new when it comes', () => {
  const old = [rowAt(NOW_MS - 5_000, 'a'), rowAt(NOW_MS - 4_000, 'b')];
  const seen = summarize(old, FLOOR_MS, NOW_MS);
  const first = findUnseen(seen, old.slice(0, 1));
  expect([...first.absent]).toEqual([old[1]!.hash]);
  const again = decodeSeen(encodeSeen(summarize(old.slice(0, 1), FLOOR_MS, NOW_MS), first.absent)).seen;
  expect(findUnseen(again, old).rows).toEqual([]);
});

test('a deleted row in a block makes the block doubtful, and nothing of it is given twice', () => {
  const old = Array.from({ length: 40 }, (_, n) => rowAt(FLOOR_MS + n * 1_000, `a${n}`));
  const { rows, doubtful } = findUnseen(summarize(old, FLOOR_MS, NOW_MS), old.slice(1));
  expect(rows).toEqual([]);
  expect(doubtful).toEqual([{ fromMs: FLOOR_MS, toMs: FLOOR_MS + 16_000 }]);
});

test('more late rows than a sum can separate are doubtful, never silent', () => {
  const old = Array.from({ length: 60 }, (_, n) => rowAt(FLOOR_MS, `a${n}`));
  const added = Array.from({ length: 30 }, (_, n) => rowAt(FLOOR_MS, `b${n}`));
  const { rows, doubtful } = findUnseen(summarize(old, FLOOR_MS, NOW_MS), [...old, ...added]);
  expect(rows).toEqual([]);
  expect(doubtful).toHaveLength(1);
});

test('what was seen of fifty rows a second takes less than eight thousand bytes', () => {
  const rows = Array.from({ length: 6_000 }, (_, n) => rowAt(FLOOR_MS + n * 20, `a${n}`));
  expect(encodeSeen(summarize(rows, FLOOR_MS, NOW_MS)).length).toBeLessThan(8_000);
});

test('of very many rows no more than a bound are listed', () => {
  const rows = Array.from({ length: 20_000 }, (_, n) => rowAt(FLOOR_MS + n * 6, `a${n}`));
  const seen = summarize(rows, FLOOR_MS, NOW_MS);
  expect(seen.listed.size).toBeLessThanOrEqual(MOST_LISTED);
  expect(findUnseen(seen, rows).rows).toEqual([]);
});

test('behind a time or a position everything newer is unseen', () => {
  const rows = [rowAt(NOW_MS - 1, 'a'), rowAt(NOW_MS, 'b'), rowAt(NOW_MS, 'c'), rowAt(NOW_MS + 1, 'd')];
  expect(idsOf(findUnseen(seenBefore(NOW_MS), rows).rows)).toEqual(['b', 'c', 'd']);
  const { seen } = decodeSeen(encodeSeen(seenUpTo(rows[1]!.row)));
  expect(idsOf(findUnseen(seen, rows).rows)).toEqual(['c', 'd']);
});

test('bytes of others are refused by a RangeError or read as something possible', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        decodeSeen(Buffer.from(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
  );
});
