import { describeSpan, containsMoment, readSpan } from './coverage-span.ts';
import type { Span } from './coverage-span.ts';
import type { ListPage } from './list-plan.ts';
import { describeRow, nameOf, existedThroughout, existedWithin } from './log.ts';
import type { LogRow } from './log.ts';
import { isExpected, isSpoilt } from './list-facts.ts';
import type { ListFacts } from './list-facts.ts';
import type { Outcome } from './world.ts';

/** One page of a list, and the time during which it was read. */
export interface JudgedPage {
  readonly page: ListPage;
  readonly spans: readonly Span[];
  readonly startMs: number;
  readonly endMs: number;
  /** The page's number and its faults, for reports. */
  readonly where: string;
}

export function readPage(outcome: Outcome<unknown>, page: ListPage, where: string): JudgedPage {
  const { startMs, endMs } = outcome;
  return { page, spans: page.coverage.map(readSpan), startMs, endMs, where };
}

/** Checks that the range is the one of the query, and the same on every page. */
export function judgeRange(facts: ListFacts, { page, startMs, where }: JudgedPage): void {
  const outcome = { fromMs: Date.parse(page.from), toMs: Date.parse(page.to) };
  const meant = facts.range ?? facts.plan.freeze(startMs);
  if (outcome.fromMs !== meant.fromMs || outcome.toMs !== meant.toMs)
    facts.report('page info is correct', `${where}: the range is ${page.from} to ${page.to}`);
  facts.range ??= outcome;
}

/** Checks coverage alone: its spans are disjoint, within the range, newest first, and consistent. */
export function judgeCoverage({ plan, range, report }: ListFacts, judged: JudgedPage): void {
  const { spans, startMs, endMs, where } = judged;
  for (const [at, span] of spans.entries()) {
    const text = `${where}: coverage ${describeSpan(span)}`;
    const isOutside = range !== null && (span.fromMs < range.fromMs || span.toMs > range.toMs);
    if (span.fromMs >= span.toMs || isOutside)
      report('coverage has no gap', `${text} is not a span of the range`);
    if (!plan.sources.includes(span.source))
      report('coverage has no gap', `${text} has a source that the query does not include`);
    const earlier = spans.slice(0, at);
    const other = earlier.find(
      (one) => one.source === span.source && one.fromMs < span.toMs && span.fromMs < one.toMs,
    );
    if (other) report('coverage has no gap', `${text} overlaps ${describeSpan(other)}`);
    if (earlier.some((one) => one.toMs < span.toMs))
      report('coverage has no gap', `${text} is not newest first`);
    const law = 'coverage agrees with the log';
    if (span.status === 'COMPLETE' && (span.dropped > 0 || span.code !== null))
      report(law, `${text} is COMPLETE with a code or dropped rows`);
    // A list is never answered from a cache unless the vendor fails.
    if (
      (span.origin === 'NONE') !== (span.asOfMs === null) ||
      (span.origin === 'CACHE' && span.status !== 'STALE')
    )
      report(law, `${text} has the origin ${span.origin}`);
    if (span.asOfMs === null) continue;
    if (span.asOfMs > endMs) report(law, `${text} has an asOf in the future`);
    if (span.asOfMs < startMs && span.status !== 'STALE') report(law, `${text} has an asOf before the query`);
  }
}

/** Checks that the page's rows are in the log, match the query and lie in coverage. @returns the rows, in the list's order */
export function judgeRows(facts: ListFacts, judged: JudgedPage, size: number): LogRow[] {
  const { plan, report } = facts;
  const { page, spans, endMs, where } = judged;
  const law = 'coverage agrees with the log';
  if (page.edges.length > size)
    report('a row is given once, in order', `${where}: ${page.edges.length} rows instead of ${size}`);
  const rows: LogRow[] = [];
  for (const { node } of page.edges) {
    const row = facts.find(`${node.source} ${node.key}`);
    if (!row) {
      report(law, `${where}: ${node.source} ${node.key} is not in the log`);
      continue;
    }
    rows.push(row);
    if (row.ms !== Date.parse(node.timestamp))
      report(law, `${where}: ${describeRow(row)} has the time ${node.timestamp} on the page`);
    if (!isExpected(facts, row)) report(law, `${where}: ${describeRow(row)} does not match the query`);
    const span = spans.find((one) => one.source === row.source && containsMoment(one, row.ms));
    if (!span || span.asOfMs === null) {
      const said = span ? describeSpan(span) : 'missing';
      report('coverage has no gap', `${where}: ${describeRow(row)} is given, but its coverage is ${said}`);
    } else if (!existedWithin(row, span.asOfMs, endMs)) {
      report(law, `${where}: ${describeRow(row)} did not exist at the time of ${describeSpan(span)}`);
    }
  }
  for (const source of plan.sources) {
    const looked = spans.filter((span) => span.source === source && span.matched !== null);
    const matched = looked.reduce((sum, span) => sum + (span.matched ?? 0), 0);
    const own = rows.filter((row) => row.source === source).length;
    if (looked.length > 0 && matched !== own)
      report(law, `${where}: ${own} rows of ${source} are given, but matched is ${matched}`);
  }
  return rows;
}

/** Checks that each row comes once and after the previous one, and notes it. */
export function takeRows(facts: ListFacts, rows: readonly LogRow[], where: string): void {
  const law = 'a row is given once, in order';
  for (const row of facts.plan.isForward ? rows : rows.toReversed()) {
    const name = nameOf(row);
    if (facts.given.has(name)) facts.report(law, `${where}: ${describeRow(row)} comes a second time`);
    else if (facts.last && facts.compare(facts.last, row) >= 0)
      facts.report(law, `${where}: ${describeRow(row)} comes after ${describeRow(facts.last)}`);
    facts.given.set(name, row);
    facts.last = row;
  }
}

/**
 * Checks each span with an `asOf` and without dropped rows: every row that existed from then on is given.
 * @param before the last row of the previous pages
 */
export function judgeSpans(
  facts: ListFacts,
  judged: JudgedPage,
  before: LogRow | null,
  hasMore: boolean,
): void {
  const { last, compare, given, world, report } = facts;
  for (const span of judged.spans) {
    const { asOfMs } = span;
    if (asOfMs === null || span.status === 'FAILED') continue;
    const existing = world.log.rows.filter(
      (row) =>
        row.source === span.source &&
        containsMoment(span, row.ms) &&
        existedThroughout(row, asOfMs, judged.endMs) &&
        // Rows up to the cursor belong to earlier pages, and later rows of the last instant to the next page.
        !(before && compare(row, before) <= 0) &&
        !(last && hasMore && row.ms === last.ms && compare(row, last) > 0),
    );
    const missing = existing.filter((row) => isExpected(facts, row) && !given.has(nameOf(row)));
    const law = 'coverage agrees with the log';
    // The number of rows that could not be parsed is only a lower bound, so dropped rows explain any number of missing ones.
    if (missing.length > 0 && span.dropped === 0) {
      const text = `lacks ${missing.length} rows, the first ${describeRow(missing[0])}`;
      report(law, `${judged.where}: ${describeSpan(span)} ${text}`);
    }
    const edges = [before?.ms, hasMore ? last?.ms : undefined];
    const spoilt = existing.find(
      (row) => isSpoilt(facts, row) && row.defect === 'wrong-type' && !edges.includes(row.ms),
    );
    if (spoilt && span.status === 'COMPLETE')
      report(law, `${judged.where}: ${describeSpan(span)} contains ${describeRow(spoilt)}`);
  }
}

/** Checks whether rows lie before the page's first cursor, as the page info says. */
export function judgeBehind(facts: ListFacts, { endMs, where }: JudgedPage, said: boolean | null): void {
  const { covered, given, world, startMs, report } = facts;
  if (said === null) return;
  const law = 'page info is correct';
  if (!said && given.size > 0)
    report(law, `${where}: page info says that no rows lie before, but ${given.size} do`);
  if (!said || given.size > 0) return;
  const isUnknown = covered.some(({ status, dropped }) => status === 'FAILED' || dropped > 0);
  const hasExisted = world.log.rows.some(
    (row) =>
      isExpected(facts, row) &&
      existedWithin(row, startMs, endMs) &&
      covered.some((span) => span.source === row.source && containsMoment(span, row.ms)),
  );
  if (!isUnknown && !hasExisted) report(law, `${where}: page info says that rows lie before, but none do`);
}

/** Checks a count against the log between the operation's start and its end. */
export function judgeCount(facts: ListFacts, { page, startMs, endMs, where }: JudgedPage): void {
  const { totalCount } = page;
  if (!totalCount) return;
  const { value, accuracy } = totalCount;
  const { world } = facts;
  const rows = world.log.rows.filter((row) => isExpected(facts, row) || isSpoilt(facts, row));
  const most = rows.filter((row) => existedWithin(row, startMs, endMs)).length;
  const existing = rows.filter((row) => row.defect === null && existedThroughout(row, startMs, endMs));
  // The vendor adds a row to its series later than to its list.
  const isCounted = (row: LogRow): boolean =>
    row.source === 'EVENTS' || row.addedMs + world.usage.seriesLagMs <= startMs;
  const least = existing.filter(isCounted).length;
  const isOff =
    accuracy === 'EXACT' ? value < least || value > most : accuracy === 'AT_LEAST' && value > most;
  if (isOff)
    facts.report(
      'a count is as accurate as it says',
      `${where}: ${accuracy} ${value}, but the log has ${least} to ${most} rows`,
    );
}
