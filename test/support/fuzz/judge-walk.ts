import { describeMoment, describeSpan, holdsMoment } from './coverage-span.ts';
import { describeRow, nameOf, stoodThroughout } from './log.ts';
import type { LogRow } from './log.ts';
import { isExpected, isSpoilt } from './walk-facts.ts';
import type { WalkFacts } from './walk-facts.ts';

/** The walk as a whole, ended or given up: nothing is lost in silence, and no stretch is left out. */
export function judgeWalk(facts: WalkFacts, isEnded: boolean): void {
  if (!facts.range || (!isEnded && !facts.last)) return;
  judgeLosses(facts, isEnded);
  if (!isEnded) return;
  judgeDropped(facts);
  judgeGaps(facts, facts.range);
}

function judgeLosses(facts: WalkFacts, isEnded: boolean): void {
  const { world, last, compare, given, covered, startMs, blame } = facts;
  const endMs = world.now();
  const isReached = (row: LogRow): boolean => isEnded || (last !== null && compare(row, last) <= 0);
  const lost = world.log.rows.filter(
    (row) =>
      isExpected(facts, row) &&
      isReached(row) &&
      !given.has(nameOf(row)) &&
      stoodThroughout(row, startMs, endMs) &&
      !covered.some(
        (span) =>
          span.source === row.source &&
          holdsMoment(span, row.ms) &&
          // FILLING, EXPIRED and a scan's stop excuse nothing that the vendor had.
          (span.status === 'FAILED' ||
            span.dropped > 0 ||
            (span.status === 'STALE' && (span.asOfMs ?? 0) < row.addedMs)),
      ),
  );
  const [first] = lost;
  if (!first) return;
  const spoken = covered.filter((span) => span.source === first.source && holdsMoment(span, first.ms));
  const said = spoken.slice(-2).map((span) => `${describeSpan(span)} on ${span.page}`);
  blame(
    'a row that stands is given, or a stretch says otherwise',
    `${lost.length} are lost, the first ${describeRow(first)}; coverage: ${said.join(' and ') || 'none'}`,
  );
}

/** Rows that can't be understood are counted: twice rather than never. */
function judgeDropped(facts: WalkFacts): void {
  const { world, covered, startMs, blame } = facts;
  const endMs = world.now();
  const spoilt = world.log.rows.filter(
    (row) => isSpoilt(facts, row) && stoodThroughout(row, startMs, endMs),
  ).length;
  const dropped = covered.reduce((sum, span) => sum + span.dropped, 0);
  if (dropped < spoilt && covered.every(({ status }) => status !== 'FAILED')) {
    blame(
      'coverage that vouches for a stretch equals the log',
      `${spoilt} rows can't be understood, and coverage counts ${dropped}`,
    );
  }
}

function judgeGaps(facts: WalkFacts, range: { readonly fromMs: number; readonly toMs: number }): void {
  for (const source of facts.plan.sources) {
    let atMs = range.fromMs;
    const own = facts.covered.filter((span) => span.source === source).sort((a, b) => a.fromMs - b.fromMs);
    for (const { fromMs, toMs } of [...own, { fromMs: range.toMs, toMs: range.toMs }]) {
      if (fromMs > atMs) {
        const text = `nothing is said of ${source} from ${describeMoment(atMs)} to ${describeMoment(fromMs)}`;
        facts.blame('coverage has no gap', text);
        break;
      }
      atMs = Math.max(atMs, toMs);
    }
  }
}
