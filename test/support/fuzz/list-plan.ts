import { SOURCES } from '../../../src/base/source.ts';
import type { Source } from '../../../src/base/source.ts';
import { COVERAGE_FIELDS } from './coverage-span.ts';
import type { CoverageEntry } from './coverage-span.ts';
import type { Dice } from './dice.ts';
import { drawEventFilter, drawTimelineFilter, drawUsageFilter } from './filters.ts';
import type { DrawnFilter } from './filters.ts';
import { DAY_MS } from './log.ts';
import type { LogRow } from './log.ts';
import type { FailureShares, World } from './world.ts';

const LISTS = ['usageRecords', 'events', 'timeline'] as const;
type List = (typeof LISTS)[number];

/** A randomly drawn question for a list. */
export interface ListPlan {
  readonly list: List;
  readonly filter: DrawnFilter<LogRow>;
  readonly sources: readonly Source[];
  /** As a caller writes it; null: the last seven days. */
  readonly range: Readonly<Record<string, string>> | null;
  /** The range in milliseconds if the query is sent at `nowMs`. */
  readonly freeze: (nowMs: number) => { readonly fromMs: number; readonly toMs: number };
  readonly isForward: boolean;
  readonly isAscending: boolean;
  readonly pageSize: number;
  readonly variesSize: boolean;
  /** The share of pages with `totalCount`. */
  readonly countShare: number;
  readonly failureShares: FailureShares;
  /** The share of pages during which one vendor fails every call. */
  readonly outageShare: number;
  /** Whether a timeline page with a FAILED span is asked for again. If not, the next page follows. */
  readonly retriesFailed: boolean;
}

/** One page in an answer. */
export interface ListPage {
  readonly from: string;
  readonly to: string;
  readonly edges: readonly { readonly cursor: string; readonly node: ListNode }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean | null;
    readonly hasPreviousPage: boolean | null;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount?: { readonly value: number; readonly accuracy: string } | null;
  readonly coverage: readonly CoverageEntry[];
}

interface ListNode {
  readonly id: string;
  readonly timestamp: string;
  readonly source: Source;
  /** The vendor's id. */
  readonly key: string;
}

const INPUTS: Readonly<Record<List, string>> = {
  usageRecords: 'UsageRecordFilter',
  events: 'EventFilter',
  timeline: 'TimelineFilter',
};

const KEYS: Readonly<Record<List, string>> = {
  usageRecords: 'key: recordId',
  events: 'key: eventId',
  timeline: '... on UsageRecord { key: recordId } ... on Event { key: eventId }',
};

/** Selects all of `pageInfo`, as clients do. */
export function writeListQuery({ list, isAscending }: ListPlan, hasCount: boolean): string {
  const order = isAscending ? ', orderBy: [{ field: TIMESTAMP, direction: ASC }]' : '';
  return `query ($range: DateTimeRange, $filter: ${INPUTS[list]}, $first: Int, $after: String, $last: Int, $before: String) {
  list: ${list}(range: $range, filter: $filter, first: $first, after: $after, last: $last, before: $before${order}) {
    from to
    edges { cursor node { id timestamp source ${KEYS[list]} } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    ${hasCount ? 'totalCount { value accuracy }' : ''}
    coverage { ${COVERAGE_FIELDS} }
  }
}`;
}

export function drawListPlan(dice: Dice, world: World): ListPlan {
  const list = dice.pick(LISTS);
  const { filter, sources } = drawFilter(dice, list);
  const { range, freeze } = drawRange(dice, world);
  const nowMs = world.now();
  const { fromMs, toMs } = freeze(nowMs);
  const matching = world.log.rows.filter(
    (row) => sources.includes(row.source) && filter.isMatch(row) && row.ms >= fromMs && row.ms < toMs,
  ).length;
  // At most about ten pages: more of them would find no other mistakes.
  const least = Math.max(1, Math.ceil(matching / 10));
  return {
    list,
    filter,
    sources,
    range,
    freeze,
    isForward: dice.chance(0.65),
    isAscending: list === 'events' && dice.chance(0.2),
    pageSize: Math.min(500, Math.max(least, dice.pick([1, 2, 5, 10, 25, 50, 100, 500]))),
    variesSize: dice.chance(0.2),
    countShare: dice.pick([0, 0, 0.2, 1]),
    failureShares: { faults: dice.pick([0, 0.05, 0.15, 0.3, 0.5]), moves: dice.pick([0, 0, 0.1, 0.4]) },
    outageShare: dice.pick([0, 0, 0.2]),
    retriesFailed: dice.chance(0.5),
  };
}

function drawFilter(
  dice: Dice,
  list: List,
): { readonly filter: DrawnFilter<LogRow>; readonly sources: readonly Source[] } {
  if (list === 'timeline') {
    const filter = drawTimelineFilter(dice);
    return { filter, sources: SOURCES.filter((source) => filter.sources.includes(source)) };
  }
  const filter = list === 'usageRecords' ? drawUsageFilter(dice) : drawEventFilter(dice);
  return { filter: filter as DrawnFilter<LogRow>, sources: [list === 'usageRecords' ? 'USAGE' : 'EVENTS'] };
}

const LENGTHS = { PT1H: 3_600_000, P1D: DAY_MS, P30D: 30 * DAY_MS } as const;

function drawRange(dice: Dice, { log, shape, now }: World): Pick<ListPlan, 'range' | 'freeze'> {
  const nowMs = now();
  const write = (ms: number): string => new Date(ms).toISOString();
  const kind = dice.int(0, 5);
  if (kind <= 1) return { range: null, freeze: (ms) => ({ fromMs: ms - 7 * DAY_MS, toMs: ms }) };
  if (kind === 2) {
    const last = dice.pick(['PT1H', 'P1D', 'P30D'] as const);
    return { range: { last }, freeze: (ms) => ({ fromMs: ms - LENGTHS[last], toMs: ms }) };
  }
  // The time of a row, or one millisecond beside it, because mistakes in bounds show there.
  const drawEdge = (): number => {
    const row = log.rows[dice.int(0, Math.max(log.rows.length - 1, 0))];
    return row && dice.chance(0.6) ? row.ms + dice.int(-1, 1) : dice.int(shape.fromMs, shape.toMs);
  };
  const fromMs = Math.min(kind === 3 ? drawEdge() : shape.fromMs - dice.int(0, 2_000), nowMs - 1);
  if (kind === 5) return { range: { from: write(fromMs) }, freeze: (ms) => ({ fromMs, toMs: ms }) };
  const toMs = Math.max(fromMs + 1, drawEdge());
  return {
    range: { from: write(fromMs), to: write(toMs) },
    freeze: (ms) => ({ fromMs, toMs: Math.min(toMs, ms) }),
  };
}

export function describeListPlan(plan: ListPlan): string {
  const { list, filter, range, isForward, isAscending, pageSize, variesSize, failureShares, outageShare } =
    plan;
  const parts = [
    list,
    `${isForward ? 'first' : 'last'}: ${pageSize}${variesSize ? ' at most' : ''}`,
    ...(isAscending ? ['oldest first'] : []),
    `range ${JSON.stringify(range)}`,
    `filter ${JSON.stringify(filter.input)}`,
    `faults ${failureShares.faults}, moves ${failureShares.moves}, outages ${outageShare}`,
  ];
  return parts.join(', ');
}
