import { SOURCES } from '../../../src/base/source.ts';
import { describeSpan } from './coverage-span.ts';
import type { Dice } from './dice.ts';
import { judgeNodes } from './judge-nodes.ts';
import type { GivenId } from './judge-nodes.ts';
import {
  judgeBehind,
  judgeCount,
  judgeCoverage,
  judgeRange,
  judgeRows,
  judgeSpans,
  readPage,
  takeRows,
} from './judge-page.ts';
import { judgeList } from './judge-list.ts';
import { describeListPlan, drawListPlan, writeListQuery } from './list-plan.ts';
import type { ListPage } from './list-plan.ts';
import { existedAt } from './log.ts';
import { collectViolations } from './violation.ts';
import type { Violation } from './violation.ts';
import { createListFacts, isExpected } from './list-facts.ts';
import type { ListFacts } from './list-facts.ts';
import { NO_FAILURES } from './world.ts';
import type { Outcome, World } from './world.ts';

export interface ListReport {
  /** The question in one line, for the report. */
  readonly title: string;
  readonly violations: readonly Violation[];
  readonly pages: number;
  readonly rows: number;
  readonly operations: number;
  readonly faultyOperations: number;
}

const MOST_PAGES = 120;
/** After this number of refusals in a row the vendors stop failing. After twice this number the list counts as refused for ever. */
const PATIENCE = 2;

/** Reads one list page by page to its end, as a client does, and checks each page. */
export async function readList(dice: Dice, world: World): Promise<ListReport> {
  const plan = drawListPlan(dice, world);
  const { report, violations } = collectViolations();
  const facts = createListFacts(world, plan, report);
  const ids: GivenId[] = [];
  let [pages, refusals, refusedInRow, operations, faultyOperations] = [0, 0, 0, 0, 0];
  let cursor: string | null = null;
  /** The violation to report if the next page is empty, because the last one said that more follows; null: none. */
  let promise: string | null = null;
  let isEnded = false;

  while (!isEnded) {
    if (pages + refusals >= MOST_PAGES) {
      report(
        'a list ends',
        `after ${pages} pages, ${refusals} refusals and ${facts.given.size} rows it has no end`,
      );
      break;
    }
    const hasNoFailures = refusedInRow > PATIENCE;
    setFailureShares(hasNoFailures);
    const size = plan.variesSize ? dice.int(1, plan.pageSize) : plan.pageSize;
    const hasCount = dice.chance(plan.countShare);
    const turn = plan.isForward ? { first: size, after: cursor } : { last: size, before: cursor };
    const outcome: Outcome<{ list: ListPage | null }> = await world.ask(writeListQuery(plan, hasCount), {
      range: plan.range,
      filter: plan.filter.input,
      ...turn,
    });
    operations += 1;
    if (outcome.faults.length > 0) faultyOperations += 1;
    const where = `page ${pages + 1} (${[`${outcome.calls} calls`, ...outcome.faults].join(', ')})`;
    const page = outcome.data?.list ?? null;
    judgeErrors(facts, outcome, page, where);
    world.trace(
      `${where}: ${describePage(page)} ${(outcome.errors ?? []).map(({ message }) => message).join(' ')}`,
    );
    if (!page) {
      refusals += 1;
      refusedInRow += 1;
      if (!outcome.errors) break;
      if (hasNoFailures && refusedInRow > 2 * PATIENCE) {
        const [error] = outcome.errors;
        if (!isRefusalCorrect(facts, error?.extensions['code']))
          report(
            'a list ends',
            `${where}: every page after ${facts.given.size} rows is refused: ${error?.message ?? ''}`,
          );
        break;
      }
      continue;
    }
    const judged = readPage(outcome, page, where);
    if (cursor === null) facts.range = null;
    judgeRange(facts, judged);
    judgeCoverage(facts, judged);
    const rows = judgeRows(facts, judged, size);
    const hasFailed = page.coverage.some(({ status }) => status === 'FAILED');
    if (hasFailed && plan.retriesFailed && refusedInRow <= PATIENCE) {
      // The same cursor reads the span again, so this page does not count.
      refusals += 1;
      refusedInRow += 1;
      continue;
    }
    refusedInRow = 0;
    pages += 1;
    const { pageInfo } = page;
    const [hasMore, hasBehind, next] = plan.isForward
      ? [pageInfo.hasNextPage, pageInfo.hasPreviousPage, pageInfo.endCursor]
      : [pageInfo.hasPreviousPage, pageInfo.hasNextPage, pageInfo.startCursor];
    const before = facts.last;
    judgeBehind(facts, judged, hasBehind);
    takeRows(facts, rows, where);
    for (const { node } of page.edges) {
      const row = facts.find(`${node.source} ${node.key}`);
      if (row) ids.push({ id: node.id, row });
    }
    judgeSpans(facts, judged, before, hasMore === true);
    facts.covered.push(...judged.spans.map((span) => ({ ...span, page: where })));
    if (hasCount) judgeCount(facts, judged);
    if (promise !== null && rows.length === 0 && hasMore === false && outcome.faults.length === 0)
      report('page info is correct', promise);
    const isStopped = page.coverage.some(({ code }) => code !== null);
    promise =
      hasMore === true && !isStopped && outcome.faults.length === 0 && !isMoving()
        ? `${where}: page info says that more follows, but the next page is empty`
        : null;
    if (hasMore === true && next === null) {
      report('a list ends', `${where}: page info says that more follows, but there is no cursor`);
      break;
    }
    if (hasMore === true && rows.length === 0 && page.coverage.length === 0 && outcome.faults.length === 0) {
      report('a list ends', `${where}: the page is empty and examined nothing, but says that more follows`);
      break;
    }
    isEnded = hasMore !== true;
    cursor = next;
  }
  setFailureShares(true);
  judgeList(facts, isEnded);
  if (isEnded && dice.chance(0.4)) {
    const isFaulty = await judgeNodes(dice, world, ids, report);
    if (isFaulty !== null) operations += 1;
    if (isFaulty === true) faultyOperations += 1;
  }
  return {
    title: describeListPlan(plan),
    violations,
    pages,
    rows: facts.given.size,
    operations,
    faultyOperations,
  };

  function setFailureShares(hasNoFailures: boolean): void {
    world.setFailureShares(hasNoFailures ? NO_FAILURES : plan.failureShares);
    world.setOutage(!hasNoFailures && dice.chance(plan.outageShare) ? dice.pick(SOURCES) : null);
    // Long enough to end a vendor pause and to let the breaker try again.
    if (hasNoFailures) world.advance(61_000);
    else if (dice.chance(0.2)) world.advance(dice.int(1, 8_000));
  }

  /** Whether rows may have been deleted since a page was read. */
  function isMoving(): boolean {
    return plan.failureShares.moves > 0 || world.log.rows.some(({ deletedMs }) => deletedMs < Infinity);
  }
}

function judgeErrors(
  { report }: ListFacts,
  { errors = [] }: Outcome<unknown>,
  page: ListPage | null,
  where: string,
): void {
  if (!page && errors.length === 0) report('an error has a code', `${where}: null without an error`);
  for (const { extensions, message } of errors) {
    const code = String(extensions['code']);
    if (!/^(?:UPSTREAM_[A-Z_]+|LIMIT_EXCEEDED)$/.test(code))
      report('an error has a code', `${where}: ${code}: ${message}`);
    // If the vendor fails a count, it is null beside the page. Errors of the service itself are not allowed there.
    else if (page && !code.startsWith('UPSTREAM_'))
      report('a list ends', `${where}: an error beside its page: ${message}`);
  }
}

/** Whether a permanent refusal is correct, because no row of the vendor can be parsed. */
function isRefusalCorrect(facts: ListFacts, code: unknown): boolean {
  const { rows } = facts.world.log;
  const nowMs = facts.world.now();
  return (
    code === 'UPSTREAM_BAD_RESPONSE' &&
    rows.some(({ defect }) => defect !== null) &&
    !rows.some((row) => isExpected(facts, row) && existedAt(row, nowMs))
  );
}

function describePage(page: ListPage | null): string {
  if (!page) return 'no page.';
  const [first, last] = [page.edges[0], page.edges.at(-1)];
  const ends =
    first && last
      ? `, ${first.node.timestamp} ${first.node.key} to ${last.node.timestamp} ${last.node.key}`
      : '';
  return `${page.edges.length} rows${ends}; ${page.coverage.map(describeSpan).join('; ')}; ${JSON.stringify(page.pageInfo)}`;
}
