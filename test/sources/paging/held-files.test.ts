import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordCoverage } from '../../../src/sources/paging/coverage-recorder.ts';
import type { AgePolicy, ExaminedSpan } from '../../../src/sources/paging/coverage-recorder.ts';
import { COVERAGE_STATUSES } from '../../../src/sources/paging/coverage.ts';
import type { Coverage } from '../../../src/sources/paging/coverage.ts';
import {
  cutByFiles,
  endOf,
  holdFiles,
  isHeldWhole,
  noteLackingColumns,
  applyFiles,
} from '../../../src/sources/paging/held-files.ts';

const NOW = 1_000_000;
const span = (firstMs: number, lastMs: number) => ({ firstMs, lastMs });
const HELD = holdFiles([span(100, 199), span(300, 399)], 0);
const SHORT = holdFiles([span(100, 199)], 3);

const entry = (more: Partial<Coverage> = {}): Coverage => ({
  source: 'USAGE',
  operation: null,
  status: 'COMPLETE',
  fromMs: 100,
  toMs: 200,
  asOfMs: NOW,
  origin: 'VENDOR',
  scanned: 5,
  matched: 5,
  dropped: 0,
  code: null,
  reason: null,
  ...more,
});

test('files that overlap or follow each other without a gap are one span, which ends just after the last row', () => {
  expect(holdFiles([span(300, 399), span(0, 9), span(5, 99), span(100, 150)], 2)).toEqual({
    spans: [
      { fromMs: 0, toMs: 151 },
      { fromMs: 300, toMs: 400 },
    ],
    unreadable: 2,
    absent: [],
    lacking: [],
  });
  expect(endOf(HELD)).toBe(400);
});

test('files contain a whole range if one span contains all of it and every row was read', () => {
  expect(isHeldWhole({ fromMs: 100, toMs: 200 }, HELD)).toBe(true);
  expect(isHeldWhole({ fromMs: 99, toMs: 200 }, HELD)).toBe(false);
  expect(isHeldWhole({ fromMs: 100, toMs: 201 }, HELD)).toBe(false);
  expect(isHeldWhole({ fromMs: 100, toMs: 400 }, HELD)).toBe(false);
  expect(isHeldWhole({ fromMs: 100, toMs: 200 }, SHORT)).toBe(false);
  expect(isHeldWhole({ fromMs: 0, toMs: NOW }, null)).toBe(true);
});

describe('the status of a span', () => {
  test('is EXPIRED before and between files, FILLING after them, and unchanged within them', () => {
    const statusOf = (fromMs: number, toMs: number) => applyFiles(entry({ fromMs, toMs }), HELD).status;
    expect(statusOf(0, 100)).toBe('EXPIRED');
    expect(statusOf(100, 200)).toBe('COMPLETE');
    expect(statusOf(200, 300)).toBe('EXPIRED');
    expect(statusOf(399, 400)).toBe('COMPLETE');
    expect(statusOf(400, 401)).toBe('FILLING');
  });

  test('is TRUNCATED if rows could not be read, with all of these counted', () => {
    expect(applyFiles(entry(), SHORT)).toMatchObject({
      status: 'TRUNCATED',
      code: 'ROWS_DROPPED',
      dropped: 3,
      scanned: 5,
      reason: '3 rows of the files could not be read; any of them may belong to this span of time.',
    });
    expect(applyFiles(entry(), holdFiles([span(100, 199)], 1)).reason).toBe(
      '1 row of the files could not be read; it may belong to this span of time.',
    );
  });

  test('keeps a graver one with its reason, and counts what could not be read all the same', () => {
    const stale = entry({ status: 'STALE', code: 'UPSTREAM', reason: 'old' });
    expect(applyFiles(stale, SHORT)).toEqual({ ...stale, dropped: 3 });
    const stopped = entry({ status: 'TRUNCATED', code: 'SCAN_LIMIT', reason: 'The scan stopped.' });
    expect(applyFiles(stopped, SHORT)).toMatchObject({
      code: 'SCAN_LIMIT',
      dropped: 3,
      reason:
        'The scan stopped. 3 rows of the files could not be read; any of them may belong to this span of time.',
    });
    expect(applyFiles({ ...stopped, fromMs: 0, toMs: 50 }, SHORT)).toMatchObject({ dropped: 0 });
  });
});

test('a span is TRUNCATED if the files lack every column that a part of the filter uses', () => {
  const files = holdFiles([span(100, 199)], 0, ['requestIP', 'instanceTags']);
  const age: AgePolicy = { settleMs: 0, retentionMs: null, files };
  expect(noteLackingColumns(age, [['elementTags', 'instanceTags'], ['elementKey']])).toBe(age);
  const blind = { files: noteLackingColumns(age, [['elementKey'], ['requestIP']]).files! };
  expect(blind.files.lacking).toEqual(['requestIP']);
  expect(isHeldWhole({ fromMs: 100, toMs: 200 }, blind.files)).toBe(false);
  expect(applyFiles(entry(), blind.files)).toMatchObject({
    status: 'TRUNCATED',
    code: 'ROWS_DROPPED',
    reason: 'The files lack the column requestIP, so this filter cannot be tested.',
  });
  expect(applyFiles(entry({ fromMs: 0, toMs: 100 }), blind.files).status).toBe('EXPIRED');
  const vendor: AgePolicy = { settleMs: 0, retentionMs: null };
  expect(noteLackingColumns(vendor, [['requestIP']])).toBe(vendor);
});

const anyHeld = fc
  .record({
    spans: fc.array(
      fc
        .tuple(fc.nat({ max: 900 }), fc.nat({ max: 200 }))
        .map(([first, length]) => span(first, first + length)),
      { minLength: 1, maxLength: 4 },
    ),
    unreadable: fc.nat({ max: 2 }),
  })
  .map(({ spans, unreadable }) => holdFiles(spans, unreadable));

test('cutting loses and doubles nothing, and no part lies across an edge', () => {
  fc.assert(
    fc.property(anyHeld, fc.nat({ max: 1_000 }), fc.integer({ min: 1, max: 500 }), (held, fromMs, length) => {
      const parts = cutByFiles({ fromMs, toMs: fromMs + length }, held);
      expect(parts[0]?.toMs).toBe(fromMs + length);
      expect(parts.at(-1)?.fromMs).toBe(fromMs);
      for (const [at, part] of parts.entries()) {
        expect(part.fromMs).toBeLessThan(part.toMs);
        if (at > 0) expect(part.toMs).toBe(parts[at - 1]!.fromMs);
        for (const each of held.spans) {
          const isInside = part.fromMs >= each.fromMs && part.toMs <= each.toMs;
          const isOutside = part.toMs <= each.fromMs || part.fromMs >= each.toMs;
          expect(isInside || isOutside).toBe(true);
        }
      }
    }),
  );
});

test('coverage is COMPLETE only for spans that a file contains with every row read', () => {
  fc.assert(
    fc.property(
      anyHeld,
      fc.uniqueArray(fc.nat({ max: 1_200 }), { minLength: 2, maxLength: 6 }),
      fc.array(fc.nat({ max: 1_200 }), { maxLength: 20 }),
      (files, edges, times) => {
        const bounds = edges.sort((a, b) => b - a);
        const examined = bounds.slice(1).map((fromMs, at): ExaminedSpan => {
          const toMs = bounds[at]!;
          const rows = times
            .filter((ms) => ms >= fromMs && ms < toMs)
            .map((timestampMs) => ({ timestampMs }));
          const read = { readAtMs: NOW, stale: false, origin: 'VENDOR', dropped: 0 } as const;
          return { ...read, fromMs, toMs, rows, matches: rows };
        });
        const age: AgePolicy = { settleMs: 0, retentionMs: null, files };
        const coverage = recordCoverage('USAGE', examined, age, NOW, null);
        expect(coverage[0]?.toMs).toBe(bounds[0]);
        expect(coverage.at(-1)?.fromMs).toBe(bounds.at(-1));
        for (const [at, { status, fromMs, toMs, dropped, code }] of coverage.entries()) {
          if (at > 0) expect(toMs).toBe(coverage[at - 1]!.fromMs);
          const isInside = files.spans.some((held) => fromMs >= held.fromMs && toMs <= held.toMs);
          expect(status === 'COMPLETE').toBe(isInside && files.unreadable === 0);
          expect(dropped).toBe(isInside ? files.unreadable : 0);
          expect(code === 'ROWS_DROPPED').toBe(isInside && files.unreadable > 0);
          expect(COVERAGE_STATUSES).toContain(status);
        }
        const inside = times.filter((ms) => ms >= bounds.at(-1)! && ms < bounds[0]!);
        expect(coverage.reduce((sum, { scanned }) => sum + (scanned ?? 0), 0)).toBe(inside.length);
      },
    ),
  );
});
