import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foremostStatus, recordCoverage } from '../../../src/sources/paging/coverage-recorder.ts';
import type { AgePolicy, ExaminedSpan, Stop } from '../../../src/sources/paging/coverage-recorder.ts';
import { COVERAGE_STATUSES, joinOrigins } from '../../../src/sources/paging/coverage.ts';
import type { CoverageOrigin } from '../../../src/sources/paging/coverage.ts';

const NOW = 1_000_000;
const age: AgePolicy = { settleMs: 100, retentionMs: 1_000 };
const forever: AgePolicy = { settleMs: 100, retentionMs: null };
const stop: Stop = { code: 'SCAN_LIMIT', reason: 'bound' };

const span = (fromMs: number, toMs: number, more: Partial<ExaminedSpan> = {}): ExaminedSpan => ({
  fromMs,
  toMs,
  readAtMs: NOW,
  stale: false,
  origin: 'VENDOR',
  dropped: 0,
  rows: [],
  matches: more.rows ?? [],
  ...more,
});
const row = (timestampMs: number) => ({ timestampMs });
const spansOf = (examined: readonly ExaminedSpan[], bounds = age, why: Stop | null = null) =>
  recordCoverage('USAGE', examined, bounds, NOW, why).map(({ status, fromMs, toMs }) => [
    status,
    fromMs,
    toMs,
  ]);

describe('coverage', () => {
  test("is FILLING in its newest part, COMPLETE before it, EXPIRED before the vendor's retention", () => {
    expect(spansOf([span(NOW - 2_000, NOW)])).toEqual([
      ['FILLING', NOW - 100, NOW],
      ['COMPLETE', NOW - 1_000, NOW - 100],
      ['EXPIRED', NOW - 2_000, NOW - 1_000],
    ]);
  });

  test('is cut just at those edges', () => {
    expect(spansOf([span(NOW - 500, NOW - 100)])).toEqual([['COMPLETE', NOW - 500, NOW - 100]]);
    expect(spansOf([span(NOW - 500, NOW - 99)])).toEqual([
      ['FILLING', NOW - 100, NOW - 99],
      ['COMPLETE', NOW - 500, NOW - 100],
    ]);
    expect(spansOf([span(NOW - 1_000, NOW - 900)])).toEqual([['COMPLETE', NOW - 1_000, NOW - 900]]);
    expect(spansOf([span(NOW - 1_001, NOW - 900)])).toEqual([
      ['COMPLETE', NOW - 1_000, NOW - 900],
      ['EXPIRED', NOW - 1_001, NOW - 1_000],
    ]);
  });

  test('is FILLING by the time at which it was read, not by now', () => {
    expect(spansOf([span(NOW - 500, NOW - 200, { readAtMs: NOW - 300 })])).toEqual([
      ['FILLING', NOW - 400, NOW - 200],
      ['COMPLETE', NOW - 500, NOW - 400],
    ]);
  });

  test('of a reader who goes on is not TRUNCATED by a stop, and shows what a stop would hide', () => {
    expect(spansOf([span(NOW - 2_000, NOW)], { ...age, goesOn: true }, stop)).toEqual([
      ['FILLING', NOW - 100, NOW],
      ['COMPLETE', NOW - 1_000, NOW - 100],
      ['EXPIRED', NOW - 2_000, NOW - 1_000],
    ]);
    const skipped = recordCoverage(
      'USAGE',
      [span(NOW - 500, NOW - 200, { dropped: 2 })],
      { ...age, goesOn: true },
      NOW,
      stop,
    );
    expect(skipped).toMatchObject([{ status: 'TRUNCATED', code: 'ROWS_DROPPED', dropped: 2 }]);
  });

  test('never expires if the retention is unknown', () => {
    expect(spansOf([span(0, NOW - 200)], forever)).toEqual([['COMPLETE', 0, NOW - 200]]);
  });

  test('counts rows in the part that they fall in', () => {
    const rows = [row(NOW - 50), row(NOW - 100), row(NOW - 101), row(NOW - 400)];
    const matches = [rows[0]!, rows[2]!];
    const coverage = recordCoverage('EVENTS', [span(NOW - 500, NOW, { rows, matches })], forever, NOW, null);
    expect(coverage.map(({ scanned, matched }) => [scanned, matched])).toEqual([
      [2, 1],
      [2, 1],
    ]);
  });

  test('is TRUNCATED as a whole if a bound stopped the scan, with its code', () => {
    expect(recordCoverage('USAGE', [span(NOW - 2_000, NOW)], age, NOW, stop)).toEqual([
      expect.objectContaining({
        status: 'TRUNCATED',
        fromMs: NOW - 2_000,
        toMs: NOW,
        code: 'SCAN_LIMIT',
        reason: 'bound',
      }),
    ]);
  });

  test('is TRUNCATED with ROWS_DROPPED in exactly the span with skipped rows, which count as scanned', () => {
    const coverage = recordCoverage(
      'USAGE',
      [span(NOW - 300, NOW - 200, { dropped: 2, rows: [row(NOW - 250)] }), span(NOW - 400, NOW - 300)],
      forever,
      NOW,
      null,
    );
    expect(coverage).toEqual([
      expect.objectContaining({
        status: 'TRUNCATED',
        code: 'ROWS_DROPPED',
        dropped: 2,
        scanned: 3,
        matched: 1,
        reason: expect.stringContaining('2 rows'),
      }),
      expect.objectContaining({ status: 'COMPLETE', code: null, reason: null, dropped: 0 }),
    ]);
  });

  test('is STALE even if rows were skipped and a bound stopped the scan', () => {
    const old = span(NOW - 2_000, NOW, { stale: true, dropped: 1, readAtMs: NOW - 60 });
    expect(recordCoverage('USAGE', [old], age, NOW, stop)).toEqual([
      expect.objectContaining({ status: 'STALE', code: 'UPSTREAM', asOfMs: NOW - 60, dropped: 1 }),
    ]);
  });

  test('joins neighbours of the same status, and reports the older time of reading', () => {
    const coverage = recordCoverage(
      'USAGE',
      [
        span(NOW - 300, NOW - 200, { readAtMs: NOW - 1, rows: [row(NOW - 250)] }),
        span(NOW - 400, NOW - 300, { rows: [row(NOW - 350)], matches: [] }),
      ],
      forever,
      NOW,
      null,
    );
    expect(coverage).toEqual([
      expect.objectContaining({
        fromMs: NOW - 400,
        toMs: NOW - 200,
        asOfMs: NOW - 1,
        scanned: 2,
        matched: 1,
      }),
    ]);
  });

  test('keeps neighbours of different origins apart', () => {
    const origins = ['CACHE', 'ARCHIVE', 'ARCHIVE', 'VENDOR'] as const;
    const examined = origins.map((origin, at) => span(NOW - 200 - at, NOW - 199 - at, { origin }));
    const coverage = recordCoverage('USAGE', examined, forever, NOW, null);
    expect(coverage.map(({ origin, fromMs, toMs }) => [origin, fromMs, toMs])).toEqual([
      ['CACHE', NOW - 200, NOW - 199],
      ['ARCHIVE', NOW - 202, NOW - 200],
      ['VENDOR', NOW - 203, NOW - 202],
    ]);
  });

  test('what an archive holds whole is COMPLETE, however new or old it is', () => {
    const old = span(NOW - 900_000_000, NOW, { origin: 'ARCHIVE', readAtMs: NOW - 5 });
    expect(recordCoverage('USAGE', [old], age, NOW, null)).toMatchObject([
      { status: 'COMPLETE', fromMs: old.fromMs, toMs: NOW, origin: 'ARCHIVE', asOfMs: NOW - 5 },
    ]);
  });

  test('what nobody had read is FAILED, and examines no rows', () => {
    const examined = [NOW - 100, NOW - 200].map((toMs) => span(toMs - 100, toMs, { origin: 'NONE' }));
    expect(recordCoverage('USAGE', examined, age, NOW, null)).toMatchObject([
      { status: 'FAILED', fromMs: NOW - 300, toMs: NOW - 100, asOfMs: null, scanned: null, matched: null },
    ]);
  });

  test('keeps apart what does not touch', () => {
    expect(spansOf([span(NOW - 300, NOW - 250), span(NOW - 240, NOW - 200)], forever)).toHaveLength(2);
  });

  test('is disjoint, newest first, without gap or surplus, and counts each row once, whatever was examined', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 3_000 }), { minLength: 2, maxLength: 12 }),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 2_999 }), fc.boolean()), { maxLength: 40 }),
        fc.array(
          fc.tuple(
            fc.boolean(),
            fc.nat({ max: 2 }),
            fc.nat({ max: 300 }),
            fc.constantFrom('VENDOR', 'CACHE', 'ARCHIVE', 'FILE'),
          ),
          { minLength: 12, maxLength: 12 },
        ),
        (edges, rows, traits) => {
          const bounds = edges.sort((a, b) => b - a).map((edge) => NOW - 3_000 + edge);
          const examined = bounds.slice(1).map((fromMs, at): ExaminedSpan => {
            const toMs = bounds[at]!;
            const [stale, dropped, aged, origin] = traits[at]!;
            const inside = rows
              .map(([ms, isMatch]) => ({ ...row(NOW - 3_000 + ms), isMatch }))
              .filter(({ timestampMs: ms }) => ms >= fromMs && ms < toMs);
            const matches = inside.filter(({ isMatch }) => isMatch);
            return span(fromMs, toMs, {
              stale,
              dropped,
              readAtMs: NOW - aged,
              origin,
              rows: inside,
              matches,
            });
          });
          const coverage = recordCoverage('USAGE', examined, age, NOW, null);
          expect(coverage[0]?.toMs).toBe(bounds[0]);
          expect(coverage.at(-1)?.fromMs).toBe(bounds.at(-1));
          for (const [at, entry] of coverage.entries()) {
            expect(entry.fromMs).toBeLessThan(entry.toMs);
            if (at > 0) expect(entry.toMs).toBe(coverage[at - 1]!.fromMs);
            if (entry.status === 'COMPLETE') expect(entry.dropped).toBe(0);
            for (const part of examined)
              if (part.fromMs < entry.toMs && part.toMs > entry.fromMs)
                expect(entry.origin).toBe(part.origin);
          }
          const sum = (read: (entry: (typeof coverage)[number]) => number) =>
            coverage.reduce((total, entry) => total + read(entry), 0);
          const dropped = examined.reduce((total, part) => total + part.dropped, 0);
          expect(sum((entry) => entry.dropped)).toBe(dropped);
          expect(sum((entry) => entry.scanned ?? 0)).toBe(
            examined.reduce((total, part) => total + part.rows.length, 0) + dropped,
          );
          expect(sum((entry) => entry.matched ?? 0)).toBe(examined.flatMap((part) => part.matches).length);
        },
      ),
    );
  });
});

test('what was read in parts came from a cache only if each part did', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('VENDOR', 'CACHE'), { minLength: 1 }), (origins) => {
      const isCached = origins.every((origin) => origin === 'CACHE');
      expect(origins.reduce<CoverageOrigin | null>(joinOrigins, null)).toBe(isCached ? 'CACHE' : 'VENDOR');
    }),
  );
});

describe('the foremost status', () => {
  test('has the most severe status that applies: FAILED, STALE, TRUNCATED, EXPIRED, FILLING, COMPLETE', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...COVERAGE_STATUSES]), (statuses) => {
        const rank = Math.min(5, ...statuses.map((status) => COVERAGE_STATUSES.indexOf(status)));
        expect(foremostStatus(statuses)).toBe(COVERAGE_STATUSES[rank]);
      }),
    );
    expect(COVERAGE_STATUSES).toEqual(['FAILED', 'STALE', 'TRUNCATED', 'EXPIRED', 'FILLING', 'COMPLETE']);
  });
});
