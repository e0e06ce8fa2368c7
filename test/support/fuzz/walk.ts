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
  judgeStretches,
  readPage,
  takeRows,
} from './judge-page.ts';
import { judgeWalk } from './judge-walk.ts';
import { describeListPlan, drawListPlan, writeListQuery } from './list-plan.ts';
import type { ListPage } from './list-plan.ts';
import { stoodAt } from './log.ts';
import { createBlame } from './violation.ts';
import type { Violation } from './violation.ts';
import { createWalkFacts, isExpected } from './walk-facts.ts';
import type { WalkFacts } from './walk-facts.ts';
import { CALM } from './world.ts';
import type { Told, World } from './world.ts';

export interface WalkReport {
  /** What was asked, in a line. */
  readonly title: string;
  readonly violations: readonly Violation[];
  readonly pages: number;
  readonly rows: number;
  readonly operations: number;
  readonly faultyOperations: number;
}

const MOST_PAGES = 120;
/** As many refusals in a row as a walk meets before the weather calms; as many more are for ever. */
const PATIENCE = 2;

/** Walks one list page by page, as a client does, from its beginning to its end. */
export async function walk(dice: Dice, world: World): Promise<WalkReport> {
  const plan = drawListPlan(dice, world);
  const { blame, violations } = createBlame();
  const facts = createWalkFacts(world, plan, blame);
  const ids: GivenId[] = [];
  let [pages, refusals, refusedInRow, operations, faultyOperations] = [0, 0, 0, 0, 0];
  let cursor: string | null = null;
  /** What the last page has promised, if the next one is to keep it. */
  let promise: string | null = null;
  let isEnded = false;

  while (!isEnded) {
    if (pages + refusals >= MOST_PAGES) {
      blame('a walk ends', `${pages} pages and ${refusals} refusals have no end of ${facts.given.size} rows`);
      break;
    }
    const isCalm = refusedInRow > PATIENCE;
    setWeather(isCalm);
    const size = plan.variesSize ? dice.int(1, plan.pageSize) : plan.pageSize;
    const hasCount = dice.chance(plan.countShare);
    const turn = plan.isForward ? { first: size, after: cursor } : { last: size, before: cursor };
    const told: Told<{ list: ListPage | null }> = await world.ask(writeListQuery(plan, hasCount), {
      range: plan.range,
      filter: plan.filter.input,
      ...turn,
    });
    operations += 1;
    if (told.faults.length > 0) faultyOperations += 1;
    const where = `page ${pages + 1} (${[`${told.calls} calls`, ...told.faults].join(', ')})`;
    const page = told.data?.list ?? null;
    judgeErrors(facts, told, page, where);
    world.trace(
      `${where}: ${describePage(page)} ${(told.errors ?? []).map(({ message }) => message).join(' ')}`,
    );
    if (!page) {
      refusals += 1;
      refusedInRow += 1;
      if (!told.errors) break;
      if (isCalm && refusedInRow > 2 * PATIENCE) {
        const [error] = told.errors;
        if (!isByRight(facts, error?.extensions['code']))
          blame(
            'a walk ends',
            `${where}: is refused for ever behind ${facts.given.size} rows: ${error?.message ?? ''}`,
          );
        break;
      }
      continue;
    }
    const judged = readPage(told, page, where);
    if (cursor === null) facts.range = null;
    judgeRange(facts, judged);
    judgeCoverage(facts, judged);
    const rows = judgeRows(facts, judged, size);
    const hasFailed = page.coverage.some(({ status }) => status === 'FAILED');
    if (hasFailed && plan.retriesFailed && refusedInRow <= PATIENCE) {
      // The same cursor again reads the stretch anew: this page counts as not asked for.
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
    judgeStretches(facts, judged, before, hasMore === true);
    facts.covered.push(...judged.spans.map((span) => ({ ...span, page: where })));
    if (hasCount) judgeCount(facts, judged);
    if (promise !== null && rows.length === 0 && hasMore === false && told.faults.length === 0)
      blame('page info is right', promise);
    const isStopped = page.coverage.some(({ code }) => code !== null);
    promise =
      hasMore === true && !isStopped && told.faults.length === 0 && !isMoving()
        ? `${where}: more is said to follow, and the next page is empty`
        : null;
    if (hasMore === true && next === null) {
      blame('a walk ends', `${where}: more is said to follow, and there is no cursor to it`);
      break;
    }
    if (hasMore === true && rows.length === 0 && page.coverage.length === 0 && told.faults.length === 0) {
      blame('a walk ends', `${where}: is empty, examines nothing, and says that more follows`);
      break;
    }
    isEnded = hasMore !== true;
    cursor = next;
  }
  setWeather(true);
  judgeWalk(facts, isEnded);
  if (isEnded && dice.chance(0.4)) {
    const isFaulty = await judgeNodes(dice, world, ids, blame);
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

  function setWeather(isCalm: boolean): void {
    world.setWeather(isCalm ? CALM : plan.weather);
    world.setOutage(!isCalm && dice.chance(plan.outageShare) ? dice.pick(SOURCES) : null);
    // By then a pause that a vendor asked for is over, and so is the breaker's.
    if (isCalm) world.advance(61_000);
    else if (dice.chance(0.2)) world.advance(dice.int(1, 8_000));
  }

  /** Whether rows may have gone since a page was read. */
  function isMoving(): boolean {
    return plan.weather.moves > 0 || world.log.rows.some(({ deletedMs }) => deletedMs < Infinity);
  }
}

function judgeErrors(
  { blame }: WalkFacts,
  { errors = [] }: Told<unknown>,
  page: ListPage | null,
  where: string,
): void {
  if (!page && errors.length === 0) blame('an error is coded', `${where}: null without an error`);
  for (const { extensions, message } of errors) {
    const code = String(extensions['code']);
    if (!/^(?:UPSTREAM_[A-Z_]+|LIMIT_EXCEEDED)$/.test(code))
      blame('an error is coded', `${where}: ${code}: ${message}`);
    // A count that the vendor fails is null beside the page; nothing of ours may be.
    else if (page && !code.startsWith('UPSTREAM_'))
      blame('a walk ends', `${where}: beside its page: ${message}`);
  }
}

/** A refusal that no waiting mends: of all that the vendor has, not one row can be understood. */
function isByRight(facts: WalkFacts, code: unknown): boolean {
  const { rows } = facts.world.log;
  const nowMs = facts.world.now();
  return (
    code === 'UPSTREAM_BAD_RESPONSE' &&
    rows.some(({ defect }) => defect !== null) &&
    !rows.some((row) => isExpected(facts, row) && stoodAt(row, nowMs))
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
