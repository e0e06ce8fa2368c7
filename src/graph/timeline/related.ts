import { RequestError } from '../../base/errors.ts';
import type { Source } from '../../base/source.ts';
import { Temporal } from '../../base/time.ts';
import type { Coverage } from '../../sources/paging/coverage.ts';
import type { PageEnd } from '../../sources/paging/page.ts';
import { endOfInstant } from '../../sources/paging/position.ts';
import type { Position } from '../../sources/paging/position.ts';
import type { Activity } from '../../sources/timeline/activity.ts';
import type {
  Confidence,
  CorrelationBasis,
  RelatedRequest,
  RelatedRows,
} from '../../sources/timeline/correlation.ts';
import { estimateRelated } from '../../sources/timeline/estimate.ts';
import type { Viewer } from '../access.ts';
import type { GraphContext } from '../context.ts';
import type { EstimateContext, FieldEstimate } from '../cost/estimate.ts';
import { COST } from '../cost/shape.ts';
import { encodeGlobalId } from '../global-id.ts';
import { refuseMasked } from '../masking.ts';
import { readConnectionArguments } from '../paging/arguments.ts';
import type { PageChoice } from '../paging/arguments.ts';
import { digestQuery } from '../paging/cursor.ts';
import { createPageInfo } from '../paging/page-info.ts';
import type { PageInfo } from '../paging/page-info.ts';

/** An entry of the other source, what relates it to this one, and its cursor. */
export interface RelatedEdge<Row> {
  readonly node: Row;
  readonly basis: readonly CorrelationBasis[];
  confidence(): Promise<Confidence>;
  cursor(): string;
}

/** One page of the entries that are related to an entry. */
export interface RelatedConnection<Row> {
  readonly edges: readonly RelatedEdge<Row>[];
  readonly pageInfo: PageInfo;
  readonly coverage: readonly Coverage[];
}

/** The arguments as GraphQL passes them. */
export interface RelatedArguments {
  readonly within: string;
  readonly by: readonly CorrelationBasis[];
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

/** The other source: the name of the list in cursors, its name, and how it is read. */
export interface RelatedQuery<Row extends Activity> {
  readonly list: 'relatedEvents' | 'relatedUsage';
  readonly source: Row['source'];
  read(request: RelatedRequest): Promise<RelatedRows<Row>>;
}

/**
 * Reads the entries that are related to an entry. It calls the source before it awaits anything, so that the source can read
 * for all entries of a list together. A cursor is valid for one entry, `within` and `by`. Its range ends at the time up
 * to which an earlier page has read.
 * @throws RequestError before any call; every error of the source
 */
export async function readRelated<Row extends Activity>(
  of: Activity,
  args: RelatedArguments,
  { list, source, read }: RelatedQuery<Row>,
  { cursors, limits, viewer }: Pick<GraphContext, 'cursors' | 'limits' | 'viewer'>,
): Promise<RelatedConnection<Row>> {
  const { withinMs, by, choice } = readRelatedPage(args, { limits, viewer });
  const query = digestQuery(list, { of: encodeGlobalId(of), withinMs, by: [...by].toSorted() });
  const cursor = choice.cursor === null ? null : cursors.open(choice.cursor, query, 'after');
  const window = { fromMs: of.timestampMs - withinMs, toMs: of.timestampMs + withinMs + 1 };
  const toMs = cursor?.range.toMs ?? window.toMs;

  const found = await read({ of, withinMs, by, belowMs: toMs < window.toMs ? toMs : null });
  const ahead = found.take(choice.count + 1, cursor?.position ?? null);
  const given = ahead.slice(0, choice.count);
  const positions = given.map(({ row }): Position => row);
  const isCut = ahead.length > given.length;
  const end = isCut ? endAtRow(positions.at(-1)) : endOfScan(source, found.unreadBelowMs);

  const seal = (position: Position, hasRowsPast: boolean): string => {
    const { timestampMs, id } = position;
    const isRow = id !== '';
    const range = { ...window, toMs: isRow ? toMs : timestampMs };
    return cursors.seal({ query, range, position: { source, timestampMs, id }, hasRowsPast });
  };
  const page = {
    rows: given,
    hasMore: isCut || found.unreadBelowMs !== null,
    end,
    coverage: found.coverage,
  };
  return {
    edges: given.map(({ row, basis, confidence }) => ({
      node: row,
      basis,
      confidence,
      cursor: () => seal(row, true),
    })),
    pageInfo: createPageInfo({ choice, cursor, page, positions, seal }),
    coverage: found.coverage,
  };
}

function endAtRow(position: Position | undefined): PageEnd | null {
  return position ? { kind: 'row', position } : null;
}

function endOfScan(source: Source, unreadBelowMs: number | null): PageEnd | null {
  return unreadBelowMs === null
    ? null
    : { kind: 'scan position', position: endOfInstant(source, unreadBelowMs) };
}

/**
 * What one field needs for the page of each entry. All entries of an operation share one scan.
 * @throws RequestError as `readRelated`
 */
export function estimateRelatedPage(
  source: Source,
  args: RelatedArguments,
  context: EstimateContext,
): FieldEstimate {
  const { count } = readRelatedPage(args, context).choice;
  return { calls: estimateRelated(source), sizes: { edges: count }, lookup: COST.relation };
}

interface RelatedPage extends Pick<RelatedRequest, 'withinMs' | 'by'> {
  readonly choice: PageChoice;
}

/** The page that the arguments of a related field ask for. @throws RequestError */
function readRelatedPage(
  { within, by, first, after }: RelatedArguments,
  { limits, viewer }: Pick<EstimateContext, 'limits' | 'viewer'>,
): RelatedPage {
  return {
    withinMs: readWithin(within),
    by: readBases(by, viewer),
    choice: readConnectionArguments({ first, after }, limits),
  };
}

/** The longest `within`, in milliseconds. */
const MAX_WITHIN_MS = 86_400_000;

/**
 * `within` in milliseconds, rounded down. A day is 24 hours.
 * @throws RequestError `BAD_USER_INPUT` for less than a millisecond, `LIMIT_EXCEEDED` for more than a day
 */
export function readWithin(within: string): number {
  const { years, months, weeks, days, hours, minutes, seconds, milliseconds, microseconds, sign } =
    Temporal.Duration.from(within);
  const exactMs =
    (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + milliseconds + microseconds / 1000;
  // Weeks, months and years are longer than a day, so their exact length does not matter.
  const withinMs = years + months + weeks > 0 ? Infinity : Math.floor(exactMs);
  if (sign <= 0 || withinMs < 1) {
    throw new RequestError('BAD_USER_INPUT', "'within' must be at least one millisecond, such as 'PT5M'.", {
      argument: 'within',
    });
  }
  if (withinMs > MAX_WITHIN_MS) {
    throw new RequestError(
      'LIMIT_EXCEEDED',
      "'within' may be at most 'PT24H'. For a longer time, query 'timeline' with 'filter.ipAddress'.",
      { argument: 'within', limit: 'maxWithinMs', allowed: MAX_WITHIN_MS },
    );
  }
  return withinMs;
}

/**
 * The bases to relate entries by.
 * @throws RequestError `BAD_USER_INPUT` for an empty list, `FORBIDDEN` for IP if the viewer may not see addresses
 */
export function readBases(by: readonly CorrelationBasis[], viewer: Viewer): ReadonlySet<CorrelationBasis> {
  if (by.length === 0) {
    throw new RequestError('BAD_USER_INPUT', "'by' must contain IP, TIME or both.", { argument: 'by' });
  }
  if (by.includes('IP')) refuseMasked(viewer, 'IP_ADDRESS', 'by');
  return new Set(by);
}
