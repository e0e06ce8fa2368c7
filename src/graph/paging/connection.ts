import type { GraphQLResolveInfo } from 'graphql';
import type { Source } from '../../base/source.ts';
import type { Direction, Range } from '../../base/time.ts';
import type { KnownRange } from '../../sources/paging/archived-rows.ts';
import type { CallNeeds, ListQuestion } from '../../sources/paging/estimate.ts';
import type { Page, PageRequest, TotalCount } from '../../sources/paging/page.ts';
import type { Position } from '../../sources/paging/position.ts';
import type { GraphContext, Limits } from '../context.ts';
import type { EstimateContext, FieldEstimate } from '../cost/estimate.ts';
import { namesUnder, selectedFields } from '../selection.ts';
import type { SelectedField } from '../selection.ts';
import { readConnectionArguments } from './arguments.ts';
import type { ConnectionArguments, PageChoice } from './arguments.ts';
import { checkCursorForm, digestQuery } from './cursor.ts';
import type { CursorList } from './cursor.ts';
import { createPageInfo } from './page-info.ts';
import type { PageInfo } from './page-info.ts';
import { defaultEnd, freezeRange } from './range.ts';
import type { RangeInput } from './range.ts';
import { sumPage } from './shown-page.ts';

/** A row with its place in the order of all entries. */
export interface Row {
  readonly source: Position['source'];
  readonly timestampMs: number;
  readonly id: string;
}

/** A row as an edge. Its cursor is sealed only if it is selected. */
export interface Edge<Node> {
  readonly node: Node;
  cursor(): string;
}

/** One page of a list as the graph shows it. */
export interface Connection<Node> {
  readonly range: Range;
  readonly page: Page<Node>;
  readonly edges: readonly Edge<Node>[];
  readonly pageInfo: PageInfo;
  totalCount(): Promise<TotalCount | null>;
}

/** The list that a field asks for. */
export interface ListQuery<Filter> {
  readonly list: CursorList;
  /** The sources of its entries. */
  readonly sources: readonly Source[];
  readonly args: ConnectionArguments & { readonly range?: RangeInput | null | undefined };
  readonly filter: Filter;
  /** The order of the list in time. Newest first if it is left out. */
  readonly direction?: Direction;
  /** Further arguments that must be the same for a cursor to be valid, such as the order. */
  readonly binding?: unknown;
}

/** A list, and how its source reads it. */
export interface ConnectionQuery<Node, Filter> extends ListQuery<Filter> {
  /** Whether the selection needs a page. If false, only the range and the count are answered, without reading a page. */
  readonly wantsPage: boolean;
  read(request: PageRequest<Filter>): Promise<Page<Node>>;
  count(range: KnownRange): Promise<TotalCount | null>;
}

/**
 * The page and the range that a list is asked for. The range of a cursor takes the place of this range.
 * @throws RequestError `BAD_USER_INPUT`, `LIMIT_EXCEEDED`; `CURSOR_INVALID` for a text that can't be a cursor
 */
export function readListRequest(
  { args, sources, direction }: Pick<ListQuery<unknown>, 'args' | 'sources' | 'direction'>,
  context: ListContext,
): { readonly choice: PageChoice; readonly range: KnownRange } {
  const { limits, nowMs, ends } = context;
  const choice = readConnectionArguments(args, limits, direction);
  // Before the estimate, which would work through all of a long text.
  if (choice.cursor !== null) checkCursorForm(choice.cursor, choice.isFromEnd ? 'before' : 'after');
  return { choice, range: freezeRange(args.range, context, defaultEnd(ends, sources, nowMs)) };
}

interface ListContext extends Pick<GraphContext, 'nowMs' | 'ends' | 'hasArchive'> {
  readonly limits: Pick<Limits, 'defaultPageSize' | 'maxPageSize'>;
}

const UNREAD: Page<never> = { rows: [], hasMore: false, end: null, coverage: [] };

/**
 * Reads one page of a list.
 * @throws RequestError `BAD_USER_INPUT`, `LIMIT_EXCEEDED`, `CURSOR_INVALID` before any call; every error of the source
 */
export async function readConnection<Node extends Row, Filter>(
  asked: ConnectionQuery<Node, Filter>,
  context: Pick<GraphContext, 'cursors' | 'limits' | 'nowMs' | 'ends' | 'hasArchive' | 'liveOverlapMs'>,
): Promise<Connection<Node>> {
  const { choice, range: frozen } = readListRequest(asked, context);
  const { cursors } = context;
  const { filter, binding } = asked;
  const query = digestQuery(asked.list, { range: asked.args.range, filter, binding });
  const cursor =
    choice.cursor === null ? null : cursors.open(choice.cursor, query, choice.isFromEnd ? 'before' : 'after');
  // A cursor belongs to the arguments that `asKnownAt` is one of.
  const range = cursor ? { ...frozen, ...cursor.range } : frozen;
  const request = { range, filter, count: choice.count, direction: choice.direction };
  const page = asked.wantsPage ? await asked.read({ ...request, after: cursor?.position ?? null }) : UNREAD;
  const sealPlace = (position: Position, hasRowsPast: boolean): string =>
    cursors.seal({ query, range, position, hasRowsPast });
  const seal = (position: Position, hasRowsPast: boolean, isStart: boolean): string => {
    // Only this list has a stream that goes on after it.
    if (!isStart || asked.list !== 'timeline') return sealPlace(position, hasRowsPast);
    const lateFromMs = context.nowMs - context.liveOverlapMs;
    const shown = sumPage({ choice, range, page, positions: page.rows.map(positionOf), lateFromMs });
    return cursors.seal({ query, range, position, hasRowsPast, ...(shown && { shown }) });
  };
  return {
    range,
    page,
    // Clients that select `nodes` need neither edges nor positions.
    get edges() {
      return page.rows.map((node) => ({ node, cursor: () => sealPlace(positionOf(node), true) }));
    },
    pageInfo: createPageInfo({
      choice,
      cursor,
      page,
      get positions() {
        return page.rows.map(positionOf);
      },
      seal,
    }),
    totalCount: async () => countBeside(page, await asked.count(range)),
  };
}

/**
 * A count is not proven if a part of the page comes from an earlier answer, whose rows may be deleted. Otherwise it is refuted if it is
 * below the rows of the page: vendors may answer a series, or the calls of a count, with nothing for a time of which they give rows.
 */
function countBeside({ rows, coverage }: Page<unknown>, count: TotalCount | null): TotalCount | null {
  if (!count) return null;
  if (coverage.some(({ status }) => status === 'STALE')) {
    return count.accuracy === 'AT_LEAST'
      ? count
      : { value: Math.max(count.value, rows.length), accuracy: 'ESTIMATE' };
  }
  return count.value < rows.length ? { value: rows.length, accuracy: 'AT_LEAST' } : count;
}

function positionOf({ timestampMs, source, id }: Row): Position {
  return { timestampMs, source, id };
}

const WITHOUT_PAGE: ReadonlySet<string> = new Set(['__typename', 'from', 'to', 'totalCount']);

/** Whether the selection of a connection needs a page. Its range and its count do not. */
export function needsPage(info: GraphQLResolveInfo): boolean {
  return isPageAmong(namesUnder(selectedFields(info)));
}

/** Whether any of these fields of a connection needs a page. */
export function isPageAmong(names: Iterable<string>): boolean {
  return [...names].some((name) => !WITHOUT_PAGE.has(name));
}

/**
 * What one page of a list needs. `estimate` is its source's estimate.
 * @throws RequestError as `readConnection`
 */
export function estimateList<Filter>(
  query: ListQuery<Filter>,
  fields: readonly SelectedField[],
  context: EstimateContext,
  estimate: (question: ListQuestion<Filter>) => readonly CallNeeds[],
): FieldEstimate {
  const { range, choice } = readListRequest(query, context);
  const names = namesUnder(fields);
  const calls = estimate({
    count: choice.count,
    direction: choice.direction,
    cursor: choice.cursor,
    range,
    filter: query.filter,
    wantsPage: isPageAmong(names),
    isCounted: names.has('totalCount'),
  });
  return { calls, sizes: { edges: choice.count, nodes: choice.count } };
}
