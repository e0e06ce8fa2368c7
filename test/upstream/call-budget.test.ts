import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addTallies, createCallBudget } from '../../src/upstream/call-budget.ts';
import type { CallBudget } from '../../src/upstream/call-budget.ts';

/** Spends until it is refused. Returns the number of calls that were allowed. */
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

describe('a call budget', () => {
  test('refuses calls beyond it and names the limit', () => {
    const callBudget = createCallBudget(2);
    expect(drain(callBudget)).toBe(2);
    expect(() => callBudget.spend('USAGE', '/usage')).toThrow(
      expect.objectContaining({
        code: 'LIMIT_EXCEEDED',
        details: { limit: 'maxUpstreamCalls', allowed: 2 },
      }),
    );
  });

  test('gives each scan an equal share of what other work leaves', () => {
    const callBudget = createCallBudget(20);
    callBudget.share({ keptFromScans: 2, scans: 3, counts: 0 });
    const [first, second, third] = [callBudget.forScan(), callBudget.forScan(), callBudget.forScan()];
    expect([drain(first), drain(second), drain(third)]).toEqual([6, 6, 6]);
    expect(drain(callBudget)).toBe(2);
  });

  test('the error for a scan without calls says that other fields have used them', () => {
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

  test('fixes the share of a scan at its first call, also if shares are set after the scan began', () => {
    const callBudget = createCallBudget(10);
    const scan = callBudget.forScan();
    callBudget.share({ keptFromScans: 4, scans: 2, counts: 0 });
    expect([scan.remaining(), drain(scan)]).toEqual([3, 3]);
  });

  test('counts a scan within a scan once, on the share of the outer scan', () => {
    const callBudget = createCallBudget(4);
    callBudget.share({ keptFromScans: 0, scans: 2, counts: 0 });
    const scan = callBudget.forScan();
    expect(drain(scan.forScan()) + drain(scan)).toBe(2);
    scan.record('EVENTS', '/events', { rows: 7, bytes: 1, ms: 1 });
    expect(callBudget.tallies()).toMatchObject([{ calls: 2, rows: 7 }]);
  });

  test('lets a page take the shares of counts, and a count at most its own share', () => {
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

  test('gives a scan more than were estimated what the others leave', () => {
    const callBudget = createCallBudget(10);
    callBudget.share({ keptFromScans: 0, scans: 1, counts: 0 });
    const [planned, more] = [callBudget.forScan(), callBudget.forScan()];
    planned.spend('USAGE', '/usage');
    expect(drain(more)).toBe(9);
  });

  test('tells the calls up to now, and no later ones', () => {
    const callBudget = createCallBudget(5);
    callBudget.spend('EVENTS', '/events');
    const tallies = callBudget.tallies();
    callBudget.spend('EVENTS', '/events');
    expect(tallies).toMatchObject([{ calls: 1 }]);
    expect(callBudget.tallies()).toMatchObject([{ calls: 2 }]);
  });

  test('lets a scan take all that is left if no shares are set', () => {
    expect(drain(createCallBudget(5).forScan())).toBe(5);
  });

  test('keeps the calls of other work from any number of scans', () => {
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

test('the tallies of several operations add up for each vendor operation, and stay as they were', () => {
  const known = [{ source: 'USAGE', operation: '/usage', calls: 1, rows: 2, bytes: 3, ms: 4 }] as const;
  const added = [
    { source: 'EVENTS', operation: '/events', calls: 1, rows: 1, bytes: 1, ms: 1 },
    { source: 'USAGE', operation: '/usage', calls: 10, rows: 20, bytes: 30, ms: 40 },
  ] as const;
  const before = structuredClone([known, added]);
  expect(addTallies(known, added)).toEqual([
    { source: 'USAGE', operation: '/usage', calls: 11, rows: 22, bytes: 33, ms: 44 },
    { source: 'EVENTS', operation: '/events', calls: 1, rows: 1, bytes: 1, ms: 1 },
  ]);
  expect([known, added]).toEqual(before);
});
