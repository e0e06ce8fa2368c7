import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCallBudget } from '../../src/upstream/call-budget.ts';
import type { CallBudget } from '../../src/upstream/call-budget.ts';

/** Spends until it is refused; how often it was not. */
function drain(callBudget: CallBudget, atMost = 1_000): number {
  for (let calls = 0; calls < atMost; calls += 1) {
    try {
      callBudget.spend('EVENTS', '/events');
    } catch {
      return calls;
    }
  }
  return atMost;
}

describe('the calls of an operation', () => {
  test('end at the budget, with the limit named', () => {
    const callBudget = createCallBudget(2);
    expect(drain(callBudget)).toBe(2);
    expect(() => callBudget.spend('USAGE', '/usage')).toThrow(
      expect.objectContaining({
        code: 'LIMIT_EXCEEDED',
        details: { limit: 'maxUpstreamCalls', allowed: 2 },
      }),
    );
  });

  test('a scan ends at its share of what all else leaves, and the others still have theirs', () => {
    const callBudget = createCallBudget(20);
    callBudget.share({ keptFromScans: 2, scans: 3, counts: 0 });
    const [first, second, third] = [callBudget.forScan(), callBudget.forScan(), callBudget.forScan()];
    expect([drain(first), drain(second), drain(third)]).toEqual([6, 6, 6]);
    expect(drain(callBudget)).toBe(2);
  });

  test('a scan that finds nothing left says that others have used the calls, not that it may make none', () => {
    const callBudget = createCallBudget(3);
    callBudget.share({ keptFromScans: 2, scans: 1, counts: 0 });
    drain(callBudget);
    const scan = callBudget.forScan();
    expect(() => scan.spend('EVENTS', '/events')).toThrow(
      expect.objectContaining({
        code: 'LIMIT_EXCEEDED',
        message: expect.stringMatching(
          /^Other fields of this operation have used the vendor calls .* 3 in all/,
        ),
        details: { limit: 'maxUpstreamCalls', allowed: 3 },
      }),
    );
  });

  test('a share that was granted before it was known is settled by the first call', () => {
    const callBudget = createCallBudget(10);
    const scan = callBudget.forScan();
    callBudget.share({ keptFromScans: 4, scans: 2, counts: 0 });
    expect([scan.remaining(), drain(scan)]).toEqual([3, 3]);
  });

  test('a scan within a scan is a part of it, and all that is spent is told once', () => {
    const callBudget = createCallBudget(4);
    callBudget.share({ keptFromScans: 0, scans: 2, counts: 0 });
    const scan = callBudget.forScan();
    expect(drain(scan.forScan()) + drain(scan)).toBe(2);
    scan.record('EVENTS', '/events', { rows: 7, bytes: 1, ms: 1 });
    expect(callBudget.tallies()).toMatchObject([{ calls: 2, rows: 7 }]);
  });

  test('a page takes what counts would get, and a count no more than its share of all, or what pages leave', () => {
    const shares = { keptFromScans: 0, scans: 4, counts: 2 };
    const busy = createCallBudget(20);
    busy.share(shares);
    const pages = [busy.forScan(), busy.forScan('page')];
    expect(pages.map((page) => drain(page))).toEqual([10, 10]);
    expect(drain(busy.forScan('count'))).toBe(0);
    const idle = createCallBudget(20);
    idle.share(shares);
    expect([drain(idle.forScan('count')), drain(idle.forScan('count'))]).toEqual([5, 5]);
    expect([drain(idle.forScan()), drain(idle.forScan())]).toEqual([5, 5]);
  });

  test('a scan beyond those that were planned takes what they have left', () => {
    const callBudget = createCallBudget(10);
    callBudget.share({ keptFromScans: 0, scans: 1, counts: 0 });
    const [planned, more] = [callBudget.forScan(), callBudget.forScan()];
    planned.spend('USAGE', '/usage');
    expect(drain(more)).toBe(9);
  });

  test('where nothing was planned, a scan may take all that is left', () => {
    expect(drain(createCallBudget(5).forScan())).toBe(5);
  });

  test('scans never take what is kept for all else, however many there are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 40 }),
        fc.integer({ min: 0, max: 39 }),
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 20 }),
        (budget, wished, planned, granted) => {
          const kept = Math.min(wished, budget - 1);
          const callBudget = createCallBudget(budget);
          callBudget.share({ keptFromScans: kept, scans: planned, counts: 0 });
          const scanned = Array.from({ length: granted }, () => drain(callBudget.forScan()));
          expect(scanned.reduce((sum, calls) => sum + calls, 0)).toBeLessThanOrEqual(budget - kept);
          expect(scanned[0]).toBeGreaterThanOrEqual(1);
          expect(callBudget.remaining()).toBeGreaterThanOrEqual(kept);
        },
      ),
    );
  });
});
