import { describeMoment, describeSpan, containsMoment } from './coverage-span.ts';
import { describeRow, nameOf, existedThroughout } from './log.ts';
import type { LogRow } from './log.ts';
import { isExpected, isSpoilt } from './list-facts.ts';
import type { ListFacts } from './list-facts.ts';

/** Checks the pages of a list together: no row is missing without a reason in coverage, and coverage has no gap. */
export function judgeList(facts: ListFacts, isEnded: boolean): void {
  if (!facts.range || (!isEnded && !facts.last)) return;
  judgeLosses(facts, isEnded);
  if (!isEnded) return;
  judgeDropped(facts);
  judgeGaps(facts, facts.range);
}

function judgeLosses(facts: ListFacts, isEnded: boolean): void {
  const { world, last, compare, given, covered, startMs, report } = facts;
  const endMs = world.now();
  const isReached = (row: LogRow): boolean => isEnded || (last !== null && compare(row, last) <= 0);
  const lost = world.log.rows.filter(
    (row) =>
      isExpected(facts, row) &&
      isReached(row) &&
      !given.has(nameOf(row)) &&
      existedThroughout(row, startMs, endMs) &&
      !covered.some(
        (span) =>
          span.source === row.source &&
          containsMoment(span, row.ms) &&
          // FILLING, EXPIRED and the end of a scan are no reason: the vendor had the row.
          (span.status === 'FAILED' ||
            span.dropped > 0 ||
            (span.status === 'STALE' && (span.asOfMs ?? 0) < row.addedMs)),
      ),
  );
  const [first] = lost;
  if (!first) return;
  const near = covered.filter((span) => span.source === first.source && containsMoment(span, first.ms));
  const said = near.slice(-2).map((span) => `${describeSpan(span)} on ${span.page}`);
  report(
    'a row that exists is given, or coverage says why it may be missing',
    `${lost.length} rows are missing, the first ${describeRow(first)}; coverage: ${said.join(' and ') || 'none'}`,
  );
}

/** Checks that coverage counts each row that can't be parsed, at least once. */
function judgeDropped(facts: ListFacts): void {
  const { world, covered, startMs, report } = facts;
  const endMs = world.now();
  const spoilt = world.log.rows.filter(
    (row) => isSpoilt(facts, row) && existedThroughout(row, startMs, endMs),
  ).length;
  const dropped = covered.reduce((sum, span) => sum + span.dropped, 0);
  if (dropped < spoilt && covered.every(({ status }) => status !== 'FAILED')) {
    report('coverage agrees with the log', `${spoilt} rows can't be parsed, but coverage counts ${dropped}`);
  }
}

function judgeGaps(facts: ListFacts, range: { readonly fromMs: number; readonly toMs: number }): void {
  for (const source of facts.plan.sources) {
    let atMs = range.fromMs;
    const own = facts.covered.filter((span) => span.source === source).sort((a, b) => a.fromMs - b.fromMs);
    for (const { fromMs, toMs } of [...own, { fromMs: range.toMs, toMs: range.toMs }]) {
      if (fromMs > atMs) {
        const text = `coverage has no entry of ${source} from ${describeMoment(atMs)} to ${describeMoment(fromMs)}`;
        facts.report('coverage has no gap', text);
        break;
      }
      atMs = Math.max(atMs, toMs);
    }
  }
}
