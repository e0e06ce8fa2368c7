import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCallLedger } from '../../src/upstream/call-ledger.ts';
import type { CallLedger } from '../../src/upstream/call-ledger.ts';

/** Spends until it is refused; how often it was not. */
function drain(ledger: CallLedger, atMost = 1_000): number {
  for (let calls = 0; calls < atMost; calls += 1) {
    try {
      ledger.spend('EVENTS', '/events');
    } catch {
      return calls;
    }
  }
  return atMost;
}

describe('the calls of an operation', () => {
  test('end at the budget, with the limit named', () => {
    const ledger = createCallLedger(2);
    expect(drain(ledger)).toBe(2);
    expect(() => ledger.spend('USAGE', '/usage')).toThrow(
      expect.objectContaining({
        code: 'LIMIT_EXCEEDED',
        details: { limit: 'maxUpstreamCalls', allowed: 2 },
      }),
    );
  });

  test('a scan ends at its share of what all else leaves, and the others still have theirs', () => {
    const ledger = createCallLedger(20);
    ledger.share({ keptFromScans: 2, scans: 3, counts: 0 });
    const [first, second, third] = [ledger.grantScan(), ledger.grantScan(), ledger.grantScan()];
    expect([drain(first), drain(second), drain(third)]).toEqual([6, 6, 6]);
    expect(drain(ledger)).toBe(2);
  });

  test('a scan that finds nothing left says that others have used the calls, not that it may make none', () => {
    const ledger = createCallLedger(3);
    ledger.share({ keptFromScans: 2, scans: 1, counts: 0 });
    drain(ledger);
    const scan = ledger.grantScan();
    expect(() => scan.spend('EVENTS', '/events')).toThrow(
      expect.objectContaining({
        code: 'LIMIT_EXCEEDED',
        message: expect.stringMatching(
          /^Other fields of this operation have used up the vendor calls .* 3 in all/,
        ),
        details: { limit: 'maxUpstreamCalls', allowed: 3 },
      }),
    );
  });

  test('a share that was granted before it was known is settled by the first call', () => {
    const ledger = createCallLedger(10);
    const scan = ledger.grantScan();
    ledger.share({ keptFromScans: 4, scans: 2, counts: 0 });
    expect([scan.remaining(), drain(scan)]).toEqual([3, 3]);
  });

  test('a scan within a scan is a part of it, and all that is spent is told once', () => {
    const ledger = createCallLedger(4);
    ledger.share({ keptFromScans: 0, scans: 2, counts: 0 });
    const scan = ledger.grantScan();
    expect(drain(scan.grantScan()) + drain(scan)).toBe(2);
    scan.record('EVENTS', '/events', { rows: 7, bytes: 1, ms: 1 });
    expect(ledger.tallies()).toMatchObject([{ calls: 2, rows: 7 }]);
  });

  test('a page takes what counts would get, and a count no more than its share of all, or what pages leave', () => {
    const shares = { keptFromScans: 0, scans: 4, counts: 2 };
    const busy = createCallLedger(20);
    busy.share(shares);
    const pages = [busy.grantScan(), busy.grantScan('page')];
    expect(pages.map((page) => drain(page))).toEqual([10, 10]);
    expect(drain(busy.grantScan('count'))).toBe(0);
    const idle = createCallLedger(20);
    idle.share(shares);
    expect([drain(idle.grantScan('count')), drain(idle.grantScan('count'))]).toEqual([5, 5]);
    expect([drain(idle.grantScan()), drain(idle.grantScan())]).toEqual([5, 5]);
  });

  test('a scan beyond those that were planned takes what they have left', () => {
    const ledger = createCallLedger(10);
    ledger.share({ keptFromScans: 0, scans: 1, counts: 0 });
    const [planned, more] = [ledger.grantScan(), ledger.grantScan()];
    planned.spend('USAGE', '/usage');
    expect(drain(more)).toBe(9);
  });

  test('where nothing was planned, a scan may take all that is left; without a budget, all', () => {
    expect(drain(createCallLedger(5).grantScan())).toBe(5);
    expect(drain(createCallLedger(null).grantScan(), 50)).toBe(50);
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
          const ledger = createCallLedger(budget);
          ledger.share({ keptFromScans: kept, scans: planned, counts: 0 });
          const scanned = Array.from({ length: granted }, () => drain(ledger.grantScan()));
          expect(scanned.reduce((sum, calls) => sum + calls, 0)).toBeLessThanOrEqual(budget - kept);
          expect(scanned[0]).toBeGreaterThanOrEqual(1);
          expect(ledger.remaining()).toBeGreaterThanOrEqual(kept);
        },
      ),
    );
  });
});
