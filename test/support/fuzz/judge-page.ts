import { describeSpan, holdsMoment, readSpan } from './coverage-span.ts';
import type { Span } from './coverage-span.ts';
import type { ListPage } from './list-plan.ts';
import { describeRow, nameOf, stoodThroughout, stoodWithin } from './log.ts';
import type { LogRow } from './log.ts';
import { isExpected, isSpoilt } from './walk-facts.ts';
import type { WalkFacts } from './walk-facts.ts';
import type { Told } from './world.ts';

/** One page of a walk, and which it is. */
export interface JudgedPage {
  readonly page: ListPage;
  readonly spans: readonly Span[];
  readonly startMs: number;
  readonly endMs: number;
  /** Which page it is, for reports. */
  readonly where: string;
}

export function readPage(told: Told<unknown>, page: ListPage, where: string): JudgedPage {
  const { startMs, endMs } = told;
  return { page, spans: page.coverage.map(readSpan), startMs, endMs, where };
}

/** The range is what was asked for, and stays so. */
export function judgeRange(facts: WalkFacts, { page, startMs, where }: JudgedPage): void {
  const told = { fromMs: Date.parse(page.from), toMs: Date.parse(page.to) };
  const meant = facts.range ?? facts.plan.freeze(startMs);
  if (told.fromMs !== meant.fromMs || told.toMs !== meant.toMs)
    facts.blame('page info is right', `${where}: the range is ${page.from} to ${page.to}`);
  facts.range ??= told;
}

/** Coverage by itself: disjoint stretches of the range, newest first, that contradict nothing. */
export function judgeCoverage({ plan, range, blame }: WalkFacts, judged: JudgedPage): void {
  const { spans, startMs, endMs, where } = judged;
  for (const [at, span] of spans.entries()) {
    const text = `${where}: coverage ${describeSpan(span)}`;
    const isOutside = range !== null && (span.fromMs < range.fromMs || span.toMs > range.toMs);
    if (span.fromMs >= span.toMs || isOutside)
      blame('coverage has no gap', `${text} is no stretch of the range`);
    if (!plan.sources.includes(span.source))
      blame('coverage has no gap', `${text} is of a source not asked for`);
    const earlier = spans.slice(0, at);
    const other = earlier.find(
      (one) => one.source === span.source && one.fromMs < span.toMs && span.fromMs < one.toMs,
    );
    if (other) blame('coverage has no gap', `${text} overlaps ${describeSpan(other)}`);
    if (earlier.some((one) => one.toMs < span.toMs))
      blame('coverage has no gap', `${text} is not newest first`);
    const law = 'coverage that vouches for a stretch equals the log';
    if (span.status === 'COMPLETE' && (span.dropped > 0 || span.code !== null))
      blame(law, `${text} excuses itself`);
    if (span.asOfMs === null) continue;
    if (span.asOfMs > endMs) blame(law, `${text} is of the future`);
    if (span.asOfMs < startMs && span.status !== 'STALE') blame(law, `${text} is of before it was asked for`);
  }
}

/** The page's rows are the log's, were asked for, and coverage speaks of each. @returns them, in the list's order */
export function judgeRows(facts: WalkFacts, judged: JudgedPage, size: number): LogRow[] {
  const { plan, blame } = facts;
  const { page, spans, endMs, where } = judged;
  const law = 'coverage that vouches for a stretch equals the log';
  if (page.edges.length > size)
    blame('a row is given once, in order', `${where}: ${page.edges.length} rows for ${size}`);
  const rows: LogRow[] = [];
  for (const { node } of page.edges) {
    const row = facts.find(`${node.source} ${node.key}`);
    if (!row) {
      blame(law, `${where}: ${node.source} ${node.key} was never there`);
      continue;
    }
    rows.push(row);
    if (row.ms !== Date.parse(node.timestamp))
      blame(law, `${where}: ${describeRow(row)} is given at ${node.timestamp}`);
    if (!isExpected(facts, row)) blame(law, `${where}: ${describeRow(row)} is not asked for`);
    const span = spans.find((one) => one.source === row.source && holdsMoment(one, row.ms));
    if (!span || span.asOfMs === null) {
      const said = span ? describeSpan(span) : 'no coverage';
      blame('coverage has no gap', `${where}: ${describeRow(row)} is given, and ${said} speaks of it`);
    } else if (!stoodWithin(row, span.asOfMs, endMs)) {
      blame(law, `${where}: ${describeRow(row)} did not stand in ${describeSpan(span)}`);
    }
  }
  for (const source of plan.sources) {
    const looked = spans.filter((span) => span.source === source && span.matched !== null);
    const matched = looked.reduce((sum, span) => sum + (span.matched ?? 0), 0);
    const own = rows.filter((row) => row.source === source).length;
    if (looked.length > 0 && matched !== own)
      blame(law, `${where}: ${own} rows of ${source} are given, and matched says ${matched}`);
  }
  return rows;
}

/** Rows come on behind the last one, each once. */
export function takeRows(facts: WalkFacts, rows: readonly LogRow[], where: string): void {
  const law = 'a row is given once, in order';
  for (const row of facts.plan.isForward ? rows : rows.toReversed()) {
    const name = nameOf(row);
    if (facts.given.has(name)) facts.blame(law, `${where}: ${describeRow(row)} comes a second time`);
    else if (facts.last && facts.compare(facts.last, row) >= 0)
      facts.blame(law, `${where}: ${describeRow(row)} comes behind ${describeRow(facts.last)}`);
    facts.given.set(name, row);
    facts.last = row;
  }
}

/**
 * Where coverage says when a stretch was read and that nothing was dropped, all is there that stood from then on.
 * @param before the last row of the pages before
 */
export function judgeStretches(
  facts: WalkFacts,
  judged: JudgedPage,
  before: LogRow | null,
  hasMore: boolean,
): void {
  const { last, compare, given, world, blame } = facts;
  for (const span of judged.spans) {
    const { asOfMs } = span;
    if (asOfMs === null || span.status === 'FAILED') continue;
    const standing = world.log.rows.filter(
      (row) =>
        row.source === span.source &&
        holdsMoment(span, row.ms) &&
        stoodThroughout(row, asOfMs, judged.endMs) &&
        // What comes later in the last instant is the next page's, and what comes before the cursor was another's.
        !(before && compare(row, before) <= 0) &&
        !(last && hasMore && row.ms === last.ms && compare(row, last) > 0),
    );
    const missing = standing.filter((row) => isExpected(facts, row) && !given.has(nameOf(row)));
    const law = 'coverage that vouches for a stretch equals the log';
    // How many rows an answer was to hold that can't be understood is not known: one at least.
    if (missing.length > 0 && span.dropped === 0) {
      const text = `lacks ${missing.length} rows, the first ${describeRow(missing[0])}`;
      blame(law, `${judged.where}: ${describeSpan(span)} ${text}`);
    }
    const edges = [before?.ms, hasMore ? last?.ms : undefined];
    const spoilt = standing.find(
      (row) => isSpoilt(facts, row) && row.defect === 'wrong-type' && !edges.includes(row.ms),
    );
    if (spoilt && span.status === 'COMPLETE')
      blame(law, `${judged.where}: ${describeSpan(span)} holds ${describeRow(spoilt)}`);
  }
}

/** What is said to lie behind the page's cursor lies there. */
export function judgeBehind(facts: WalkFacts, { endMs, where }: JudgedPage, said: boolean | null): void {
  const { covered, given, world, startMs, blame } = facts;
  if (said === null) return;
  const law = 'page info is right';
  if (!said && given.size > 0)
    blame(law, `${where}: nothing is said to lie behind, and ${given.size} rows do`);
  if (!said || given.size > 0) return;
  const isUnknown = covered.some(({ status, dropped }) => status === 'FAILED' || dropped > 0);
  const hasStood = world.log.rows.some(
    (row) =>
      isExpected(facts, row) &&
      stoodWithin(row, startMs, endMs) &&
      covered.some((span) => span.source === row.source && holdsMoment(span, row.ms)),
  );
  if (!isUnknown && !hasStood) blame(law, `${where}: something is said to lie behind, and nothing does`);
}

/** A count is the log's between the operation's start and its end. */
export function judgeCount(facts: WalkFacts, { page, startMs, endMs, where }: JudgedPage): void {
  const { totalCount } = page;
  if (!totalCount) return;
  const { value, accuracy } = totalCount;
  const { world } = facts;
  const rows = world.log.rows.filter((row) => isExpected(facts, row) || isSpoilt(facts, row));
  const most = rows.filter((row) => stoodWithin(row, startMs, endMs)).length;
  const standing = rows.filter((row) => row.defect === null && stoodThroughout(row, startMs, endMs));
  // A series counts a row later than the list has it.
  const isCounted = (row: LogRow): boolean =>
    row.source === 'EVENTS' || row.addedMs + world.usage.seriesLagMs <= startMs;
  const least = standing.filter(isCounted).length;
  const isOff =
    accuracy === 'EXACT' ? value < least || value > most : accuracy === 'AT_LEAST' && value > most;
  if (isOff)
    facts.blame('a count is what it says', `${where}: ${accuracy} ${value} of ${least} to ${most} rows`);
}
