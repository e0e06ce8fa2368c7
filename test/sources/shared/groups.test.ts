import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listBucketEdges } from '../../../src/sources/shared/buckets.ts';
import { createBreakdown } from '../../../src/sources/shared/groups.ts';
import type { Grouping } from '../../../src/sources/shared/groups.ts';

interface Row {
  readonly timestampMs: number;
  readonly colours: readonly string[];
  readonly size: string | null;
}
type Tally = { rows: Row[] };

const FROM = Date.parse('2026-03-28T10:00:00Z');
const RANGE = { fromMs: FROM, toMs: FROM + 3 * 86_400_000 };

/** The figures of a group are its rows, so that no sum can hide a row. */
const RULES: Grouping<Row, Tally, readonly Row[]>['rules'] = {
  create: () => ({ rows: [] }),
  add: (tally, row) => tally.rows.push(row),
  merge: (into, { rows }) => into.rows.push(...rows),
  count: ({ rows }) => rows.length,
  figures: ({ rows }) => rows,
};
const COLOURS = (row: Row) => row.colours;
const SIZE = ({ size }: Row) => (size === null ? [] : [size]);

function group(
  rows: readonly Row[],
  valuesOf: readonly ((row: Row) => readonly string[])[],
  top: number,
  edges: readonly number[] | null = null,
) {
  const breakdown = createBreakdown({ valuesOf, edges, rules: RULES });
  for (const row of rows) breakdown.add(row);
  return breakdown.groups(top);
}

const rowArbitrary: fc.Arbitrary<Row> = fc.record({
  timestampMs: fc.integer({ min: RANGE.fromMs, max: RANGE.toMs - 1 }),
  colours: fc.uniqueArray(fc.constantFrom('red', 'blue', '', 'é'), { maxLength: 3 }),
  size: fc.option(fc.constantFrom('s', 'm', 'null')),
});
const rowsArbitrary = fc.array(rowArbitrary, { maxLength: 60 });
const topArbitrary = fc.integer({ min: 1, max: 8 });
const edgesArbitrary = fc
  .tuple(
    fc.constantFrom('HOUR' as const, 'DAY' as const, 'WEEK' as const),
    fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu'),
  )
  .map(([interval, zone]) => listBucketEdges(RANGE, interval, zone, 1_000)!);

describe('groups', () => {
  test('hold every row once if each row has one value, and the rest is in other', () => {
    fc.assert(
      fc.property(rowsArbitrary, topArbitrary, (rows, top) => {
        const { groups, other } = group(rows, [SIZE], top);
        const held = [...groups, ...(other ? [other] : [])].flatMap(({ total }) => total);
        expect(new Set(held)).toEqual(new Set(rows));
        expect(held).toHaveLength(rows.length);
        expect(groups.length).toBeLessThanOrEqual(top);
        expect(other === null || groups.length === top).toBe(true);
      }),
    );
  });

  test('hold a row in each combination of its values, and a row without values under null', () => {
    fc.assert(
      fc.property(rowsArbitrary, (rows) => {
        const { groups, other } = group(rows, [COLOURS, SIZE], 100);
        expect(other).toBeNull();
        for (const { key, total } of groups) {
          const [colour, size] = key;
          const matching = rows.filter(
            (row) =>
              row.size === size &&
              (colour === null ? row.colours.length === 0 : row.colours.includes(colour!)),
          );
          expect(total).toEqual(matching);
        }
        const combinations = rows.reduce((sum, row) => sum + Math.max(row.colours.length, 1), 0);
        expect(groups.reduce((sum, { total }) => sum + total.length, 0)).toBe(combinations);
      }),
    );
  });

  test('put each row into the one bucket that holds its time', () => {
    fc.assert(
      fc.property(rowsArbitrary, topArbitrary, edgesArbitrary, (rows, top, edges) => {
        const { groups, other } = group(rows, [COLOURS, SIZE], top, edges);
        for (const { total, buckets } of [...groups, ...(other ? [other] : [])]) {
          expect(buckets).toHaveLength(edges.length - 1);
          for (const [at, held] of buckets!.entries()) {
            const inside = total.filter(
              ({ timestampMs }) => timestampMs >= edges[at]! && timestampMs < edges[at + 1]!,
            );
            expect(held).toEqual(inside);
          }
          expect(buckets!.flat()).toHaveLength(total.length);
        }
      }),
    );
  });

  test('are sorted by count, then by value in code units, null last', () => {
    const row = (size: string | null, colours: readonly string[] = []): Row => ({
      timestampMs: FROM,
      size,
      colours,
    });
    const rows = [row(null), row('b'), row('Z'), row('ä'), row('a'), row('null'), row('c'), row('c')];
    expect(group(rows, [SIZE], 100).groups.map(({ key }) => key)).toEqual(
      ['c', 'Z', 'a', 'b', 'null', 'ä', null].map((size) => [size]),
    );
    const pairs = [row('b', ['x']), row(null, ['a']), row('a', ['x']), row('a'), row(null, ['x'])];
    expect(group(pairs, [COLOURS, SIZE], 100).groups.map(({ key }) => key)).toEqual([
      ['a', null],
      ['x', 'a'],
      ['x', 'b'],
      ['x', null],
      [null, 'a'],
    ]);
  });

  test('beyond top are one group with an empty key', () => {
    const rows = ['a', 'a', 'b', 'b', 'c', null].map((size, at) => ({
      timestampMs: FROM + at,
      colours: [],
      size,
    }));
    const { groups, other } = group(rows, [SIZE], 2, [FROM, FROM + 5, FROM + 6]);
    expect(groups.map(({ key }) => key)).toEqual([['a'], ['b']]);
    expect(other).toEqual({ key: [], total: [rows[4], rows[5]], buckets: [[rows[4]], [rows[5]]] });
  });

  test('without rows are none', () => {
    expect(group([], [SIZE], 1, [FROM, FROM + 1])).toEqual({ groups: [], other: null });
  });

  test('stop at a number of repeated rows, and the refusal names the argument', () => {
    const values = Array.from({ length: 800 }, (_, at) => String(at));
    const many: Row = { timestampMs: FROM, colours: values, size: null };
    const refusal = expect.objectContaining({
      code: 'LIMIT_EXCEEDED',
      details: { argument: 'by', limit: 'maxRepeatedRows', allowed: 500_000 },
    });
    expect(() => group([many], [COLOURS, COLOURS], 1)).toThrow(refusal);
    const few = { ...many, colours: values.slice(0, 2) };
    const rows = (count: number) => Array.from({ length: count }, () => few);
    expect(group(rows(20_000), [COLOURS], 1).groups[0]?.total).toHaveLength(20_000);
    expect(() => group(rows(170_000), [COLOURS, COLOURS], 1)).toThrow(refusal);
  });
});
