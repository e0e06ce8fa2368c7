import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addRead,
  dropFuture,
  findDue,
  findGaps,
  findHeld,
  foldReads,
  joinSettled,
} from '../../src/archive/ledger.ts';
import type { ReadSpan } from '../../src/archive/ledger.ts';

const END = 60;
const read: fc.Arbitrary<ReadSpan> = fc
  .tuple(
    fc.integer({ min: 0, max: END - 1 }),
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 0, max: 100 }),
    fc.constantFrom(0, 0, 0, 2),
  )
  .map(([fromMs, length, atMs, dropped]) => ({
    fromMs,
    toMs: Math.min(fromMs + length, END),
    firstReadMs: atMs,
    lastReadMs: atMs,
    dropped,
  }));
const reads = fc.array(read, { maxLength: 12 });

const contains = (span: { fromMs: number; toMs: number }, ms: number): boolean =>
  span.fromMs <= ms && ms < span.toMs;
const at = <Span extends { fromMs: number; toMs: number }>(spans: readonly Span[], ms: number): Span[] =>
  spans.filter((span) => contains(span, ms));
const EVERY_MS = Array.from({ length: END }, (_, ms) => ms);

function expectDisjointNewestFirst(spans: readonly { fromMs: number; toMs: number }[]): void {
  for (const [index, span] of spans.entries()) {
    expect(span.fromMs).toBeLessThan(span.toMs);
    const older = spans[index + 1];
    if (older) expect(older.toMs).toBeLessThanOrEqual(span.fromMs);
  }
}

describe('the ledger', () => {
  test('a folded ledger says of each instant when it was first and last read', () => {
    fc.assert(
      fc.property(reads, (written) => {
        const folded = foldReads(written);
        expectDisjointNewestFirst(folded);
        for (const ms of EVERY_MS) {
          const covering = at(written, ms);
          const [said] = at(folded, ms);
          if (covering.length === 0) expect(said).toBeUndefined();
          else {
            expect(said?.firstReadMs).toBe(Math.min(...covering.map(({ firstReadMs }) => firstReadMs)));
            expect(said?.lastReadMs).toBe(Math.max(...covering.map(({ lastReadMs }) => lastReadMs)));
          }
        }
      }),
    );
  });

  test('adding reads one by one gives what folding them together gives', () => {
    fc.assert(
      fc.property(reads, (written) => {
        const added = written.reduce<readonly ReadSpan[]>((ledger, one) => addRead(ledger, one), []);
        const folded = foldReads(written);
        for (const ms of EVERY_MS) {
          const [a] = at(added, ms);
          const [b] = at(folded, ms);
          expect([a?.firstReadMs, a?.lastReadMs]).toEqual([b?.firstReadMs, b?.lastReadMs]);
        }
        expectDisjointNewestFirst(added);
      }),
    );
  });

  test('joined spans cover the same time and never claim to be newer, or known earlier', () => {
    fc.assert(
      fc.property(reads, (written) => {
        const folded = foldReads(written);
        const joined = joinSettled(folded, 5);
        expectDisjointNewestFirst(joined);
        for (const ms of EVERY_MS) {
          const [before] = at(folded, ms);
          const [after] = at(joined, ms);
          expect(after === undefined).toBe(before === undefined);
          if (!before || !after) continue;
          expect(after.firstReadMs).toBeGreaterThanOrEqual(before.firstReadMs);
          expect(after.lastReadMs).toBeLessThanOrEqual(before.lastReadMs);
        }
      }),
    );
  });

  test('joining makes nothing due and takes nothing away from what is held', () => {
    fc.assert(
      fc.property(reads, fc.integer({ min: 1, max: 100 }), (written, nowMs) => {
        const rereads = { overlapMs: 5, settleMs: 9 };
        const folded = foldReads(written);
        const joined = joinSettled(folded, rereads.settleMs);
        const range = { fromMs: 0, toMs: nowMs };
        expect(findDue(joined, range, rereads)).toEqual(findDue(folded, range, rereads));
        const [before, after] = [folded, joined].map((ledger) => findHeld(ledger, rereads.overlapMs, null));
        for (const ms of EVERY_MS) expect(at(after!, ms)).toHaveLength(at(before!, ms).length);
      }),
    );
  });

  test('over days of rounds each instant is read three times, and no entry more than the hours and the last day need is kept', () => {
    const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000];
    const rereads = { overlapMs: 15 * MINUTE_MS, settleMs: DAY_MS };
    const startMs = Date.parse('2026-03-01T04:36:30Z');
    let ledger: readonly ReadSpan[] = [];
    const timesRead = new Map<number, number>();
    for (let nowMs = startMs; nowMs < startMs + 5 * DAY_MS; nowMs += 5 * MINUTE_MS) {
      for (const span of findDue(ledger, { fromMs: startMs - 2 * DAY_MS, toMs: nowMs }, rereads)) {
        const one = { ...span, firstReadMs: nowMs, lastReadMs: nowMs, dropped: 0 };
        ledger = joinSettled(addRead(ledger, one), rereads.settleMs);
        for (let ms = span.fromMs; ms < span.toMs; ms += 5 * MINUTE_MS)
          timesRead.set(ms, (timesRead.get(ms) ?? 0) + 1);
      }
    }
    expect(Math.max(...timesRead.values())).toBe(3);
    expect(ledger.length).toBeLessThan(7 * 24 + 5 * 3 + (36 * HOUR_MS) / (5 * MINUTE_MS));
  });

  test('what is due is what was never read and what was read too soon, once it has waited', () => {
    fc.assert(
      fc.property(reads, fc.integer({ min: 1, max: END }), (written, nowMs) => {
        const rereads = { overlapMs: 9, settleMs: 30 };
        const folded = foldReads(written);
        const due = findDue(folded, { fromMs: 0, toMs: nowMs }, rereads);
        expectDisjointNewestFirst(due);
        for (const ms of EVERY_MS) {
          const isDue = at(due, ms).length > 0;
          const [known] = at(folded, ms);
          if (ms >= nowMs) expect(isDue).toBe(false);
          else if (!known) expect(isDue).toBe(true);
          else {
            const isEarly = (delayMs: number, waitMs: number): boolean =>
              known.lastReadMs - delayMs <= ms && ms < nowMs - delayMs - waitMs;
            const isRead = known.lastReadMs - rereads.settleMs > ms;
            if (isRead) expect(isDue).toBe(false);
            if (isEarly(9, 3) || isEarly(30, 10)) expect(isDue).toBe(true);
          }
        }
      }),
    );
  });

  test('reading what is due leaves nothing due at that moment', () => {
    fc.assert(
      fc.property(reads, fc.integer({ min: 1, max: END }), (written, nowMs) => {
        const range = { fromMs: 0, toMs: nowMs };
        const rereads = { overlapMs: 9, settleMs: 30 };
        const early = written.map((one) => ({
          ...one,
          firstReadMs: 0,
          lastReadMs: Math.min(one.lastReadMs, nowMs),
        }));
        const ledger = findDue(foldReads(early), range, rereads).reduce(
          (before, span) => addRead(before, { ...span, firstReadMs: nowMs, lastReadMs: nowMs, dropped: 0 }),
          foldReads(early),
        );
        expect(findDue(ledger, range, rereads)).toEqual([]);
      }),
    );
  });

  test('what a clock read that ran far ahead is forgotten, and nothing else', () => {
    const minute = (ms: number, atMinute: number): ReadSpan => {
      const readMs = atMinute * 60_000;
      return { fromMs: ms, toMs: ms + 1, firstReadMs: 0, lastReadMs: readMs, dropped: 0 };
    };
    const ledger = [minute(3, 200), minute(2, 109), minute(1, 50)];
    expect(dropFuture(ledger, 100 * 60_000)).toEqual(ledger.slice(1));
    expect(dropFuture(ledger.slice(1), 100 * 60_000)).toEqual(ledger.slice(1));
  });

  test('gaps and spans cover a range without overlap', () => {
    fc.assert(
      fc.property(reads, (written) => {
        const folded = foldReads(written);
        const gaps = findGaps(folded, { fromMs: 0, toMs: END });
        for (const ms of EVERY_MS) expect(at(gaps, ms).length + at(folded, ms).length).toBe(1);
      }),
    );
  });

  test('holds what was read after the overlap, or had been read by the moment in question', () => {
    fc.assert(
      fc.property(reads, fc.option(fc.integer({ min: 0, max: 100 })), (written, knownAtMs) => {
        const folded = foldReads(written);
        const held = findHeld(folded, 9, knownAtMs);
        expectDisjointNewestFirst(held);
        for (const ms of EVERY_MS) {
          const [known] = at(folded, ms);
          const isHeld =
            known && (knownAtMs === null ? ms < known.lastReadMs - 9 : known.firstReadMs <= knownAtMs);
          expect(at(held, ms).length).toBe(isHeld ? 1 : 0);
          if (isHeld && knownAtMs === null)
            expect(at(held, ms)[0]?.readAtMs).toBeLessThanOrEqual(known.lastReadMs);
          if (isHeld && knownAtMs !== null) {
            const readBefore = at(written, ms).filter(({ lastReadMs }) => lastReadMs <= knownAtMs);
            const newestMs = Math.max(...readBefore.map(({ lastReadMs }) => lastReadMs));
            expect(at(held, ms)[0]?.readAtMs).toBeLessThanOrEqual(newestMs);
          }
        }
      }),
    );
  });
});
