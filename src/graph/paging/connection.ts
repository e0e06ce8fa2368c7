import type { GraphQLResolveInfo } from 'graphql';
import type { Source } from '../../base/source.ts';
import type { Range } from '../../base/time.ts';
import type { Page, PageRequest, TotalCount } from '../../sources/paging/page.ts';
import type { Position } from '../../sources/paging/position.ts';
import type { GraphContext } from '../context.ts';
import { selectedFieldNames } from '../selection.ts';
import { readConnectionArguments } from './arguments.ts';
import type { ConnectionArguments } from './arguments.ts';
import { digestQuery } from './cursor.ts';
import type { CursorList } from './cursor.ts';
import { createPageInfo } from './page-info.ts';
import type { PageInfo } from './page-info.ts';
import { defaultEnd, freezeRange } from './range.ts';
import type { RangeInput } from './range.ts';

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

/** A list, its arguments, and how its source reads it. */
export interface ConnectionQuery<Node, Filter> {
  readonly list: CursorList;
  /** The sources of its entries. */
  readonly sources: readonly Source[];
  readonly args: ConnectionArguments & { readonly range?: RangeInput | null | undefined };
  readonly filter: Filter;
  /** Further arguments that a cursor is bound to, such as the order. */
  readonly binding?: unknown;
  /** Whether the selection needs a page. If false, only the range and the count are answered, without reading a page. */
  readonly wantsPage: boolean;
  read(request: PageRequest<Filter>): Promise<Page<Node>>;
  count(range: Range): Promise<TotalCount | null>;
}

const UNREAD: Page<never> = { rows: [], hasMore: false, resume: null, coverage: [] };

/**
 * Reads one page of a list.
 * @throws RequestError `BAD_USER_INPUT`, `LIMIT_EXCEEDED`, `CURSOR_INVALID` before any call; every error of the source
 */
export async function readConnection<Node extends Row, Filter>(
  asked: ConnectionQuery<Node, Filter>,
  { cursors, limits, nowMs, ends }: Pick<GraphContext, 'cursors' | 'limits' | 'nowMs' | 'ends'>,
): Promise<Connection<Node>> {
  const choice = readConnectionArguments(asked.args, limits);
  const frozen = freezeRange(asked.args.range, nowMs, defaultEnd(ends, asked.sources, nowMs));
  const { filter, binding } = asked;
  const query = digestQuery(asked.list, { range: asked.args.range, filter, binding });
  const cursor =
    choice.cursor === null
      ? null
      : cursors.open(choice.cursor, query, choice.travel === 'forward' ? 'after' : 'before');
  const range = cursor?.range ?? frozen;
  const request = { range, filter, count: choice.count, travel: choice.travel };
  const page = asked.wantsPage ? await asked.read({ ...request, after: cursor?.position ?? null }) : UNREAD;
  const seal = (position: Position, hasRowsBehind: boolean): string =>
    cursors.seal({ query, range, position, hasRowsBehind });
  return {
    range,
    page,
    edges: page.rows.map((node) => ({ node, cursor: () => seal(positionOf(node), true) })),
    pageInfo: createPageInfo({
      choice,
      cursor,
      page,
      positions: page.rows.map(positionOf),
      seal,
    }),
    totalCount: async () => countBeside(page, await asked.count(range)),
  };
}

/** A count is not proven if a part of the page comes from an earlier answer. */
function countBeside({ coverage }: Page<unknown>, count: TotalCount | null): TotalCount | null {
  const isStale = coverage.some(({ status }) => status === 'STALE');
  return isStale && count?.accuracy === 'EXACT' ? { ...count, accuracy: 'ESTIMATE' } : count;
}

function positionOf({ timestampMs, source, id }: Row): Position {
  return { timestampMs, source, id };
}

const WITHOUT_PAGE: ReadonlySet<string> = new Set(['__typename', 'from', 'to', 'totalCount']);

/** Whether the selection of a connection needs a page. Its range and its count do not. */
export function needsPage(info: GraphQLResolveInfo): boolean {
  return isPageAmong(selectedFieldNames(info));
}

/** Whether any of these fields of a connection needs a page. */
export function isPageAmong(names: Iterable<string>): boolean {
  return [...names].some((name) => !WITHOUT_PAGE.has(name));
}
