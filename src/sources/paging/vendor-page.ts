import { UpstreamError } from '../../base/errors.ts';
import type { Source } from '../../base/source.ts';
import type { Direction } from '../../base/time.ts';
import type { CallContext, Query, Upstream } from '../../upstream/upstream.ts';
import type { AgePolicy } from './coverage-recorder.ts';
import type { CoverageOrigin } from './coverage.ts';
import type { Position } from './position.ts';

/**
 * One list of a vendor, read in windows of time, each from its first page on. The vendor's parameters, its sorting and how it
 * shows the end of a list are hidden behind this interface.
 */
export interface VendorList<Row extends Position> {
  readonly source: Source;
  /** The vendor operation: its path template, for errors. */
  readonly operation: string;
  /** The precision of the vendor's time bounds in milliseconds. */
  readonly unitMs: number;
  /** The most rows to ask for at once. */
  readonly largestPage: number;
  open(window: VendorWindow): WindowReader<Row>;
}

/** A window in whole units of the vendor, wide enough whether the vendor's bounds are inclusive or exclusive. */
export interface VendorWindow {
  readonly lowerMs: number;
  readonly upperMs: number;
  readonly direction: Direction;
  readonly pageSize: number;
}

/** Reads one vendor query page by page. */
export interface WindowReader<Row> {
  next(): Promise<VendorPage<Row>>;
}

/** One page of the vendor, in its order. */
export interface VendorPage<Row> {
  /** Skipped rows keep their place. */
  readonly entries: readonly (Row | SkippedRow)[];
  /** It is certain that nothing follows this page. */
  readonly ended: boolean;
  readonly readAtMs: number;
  readonly stale: boolean;
  readonly origin: CoverageOrigin;
}

/** A row that could not be parsed. */
export interface SkippedRow {
  readonly dropped: true;
  /** null if not even the time could be parsed. */
  readonly timestampMs: number | null;
}

export function isSkipped(entry: object): entry is SkippedRow {
  return 'dropped' in entry;
}

/** How one source is read. */
export interface SourceSettings {
  /** The most rows to ask the vendor for at once. */
  readonly largestPage: number;
  /** The most rows that a scan asks for at once if it could not reach its bound with `largestPage`; left out: `largestPage`. */
  readonly scanPage?: number;
  /** The most rows that one scan examines. */
  readonly maxScannedRows: number;
  /** How long an earlier answer may be used if the vendor fails, in milliseconds. */
  readonly staleIfErrorMs: number;
  readonly age: AgePolicy;
}

/** How many rows of one answer could not be parsed. It holds none of their content. */
export interface SkippedRowsReport {
  readonly source: Source;
  /** The vendor's path template. */
  readonly operation: string;
  readonly dropped: number;
  readonly rows: number;
}

/** What is needed to read the lists of a vendor. */
export interface ListDeps {
  readonly upstream: Upstream;
  readonly settings: SourceSettings;
  /** When the GraphQL operation was asked for, in milliseconds since the epoch. */
  readonly nowMs: number;
  /** Receives a report of each answer with skipped rows, for the log. */
  readonly onSkippedRows?: ((report: SkippedRowsReport) => void) | undefined;
}

/** Which page to read, and how to parse its rows. */
export interface VendorPageQuery<Row> {
  readonly source: Source;
  /** The vendor operation. It is also the path, because the path of a list holds no values. */
  readonly operation: string;
  readonly query: Query;
  /** The upper bound of time that the query asks for. */
  readonly upperMs: number;
  /** The precision of the vendor's time bounds in milliseconds. */
  readonly unitMs: number;
  /** Whether a 404 means an empty list or a refusal. */
  readonly notFound: 'empty' | 'refusal';
  readonly decodeRow: (row: unknown) => Row | SkippedRow;
}

/**
 * Reads one page of a vendor's list. If not one of its rows can be parsed, it asks once more. A row that is really bad is bad the
 * second time, too; a failure that the vendor sent as a list has usually passed by then.
 * @throws UpstreamError
 */
export async function readVendorPage<Row extends object>(
  reading: ListDeps,
  context: CallContext,
  query: VendorPageQuery<Row>,
): Promise<Omit<VendorPage<Row>, 'ended'>> {
  const page = await readOnce(reading, context, query);
  return isUnparsable(page.entries) ? readOnce(reading, context, query) : page;
}

async function readOnce<Row extends object>(
  { upstream, settings, nowMs, onSkippedRows }: ListDeps,
  context: CallContext,
  { source, operation, query, upperMs, unitMs, notFound, decodeRow }: VendorPageQuery<Row>,
): Promise<Omit<VendorPage<Row>, 'ended'>> {
  // No other GraphQL operation asks for a page that ends at this one's now. So the page is not kept for when the vendor fails,
  // because it would only displace useful cache entries.
  const endsNow = upperMs === Math.ceil(nowMs / unitMs) * unitMs;
  const answer = await upstream.get(
    {
      operation,
      path: operation,
      query,
      // The vendor may insert late rows, so an earlier answer is used only if the vendor fails.
      cache: { freshMs: 0, staleIfErrorMs: endsNow ? 0 : settings.staleIfErrorMs },
      decode: (response) => {
        if (response.status === 404) {
          if (notFound === 'empty') return { value: [], rows: 0 };
          throw notFoundError(source, operation);
        }
        if (!Array.isArray(response.body)) throw new TypeError('The vendor did not answer with a list.');
        checkLength(response.body, { source, operation });
        const value = response.body.map(decodeRow);
        const dropped = value.filter(isSkipped).length;
        if (dropped > 0) onSkippedRows?.({ source, operation, dropped, rows: value.length });
        // An answer without a parsable row says nothing about the list, so it is not kept for when the vendor fails.
        const cache = isUnparsable(value) ? { cache: { freshMs: 0, staleIfErrorMs: 0 } } : {};
        return { value, rows: value.length, ...cache };
      },
    },
    context,
  );
  const { value: entries, readAtMs, stale } = answer;
  return { entries, readAtMs, stale, origin: settings.age.files ? 'FILE' : answer.origin };
}

function isUnparsable(entries: readonly object[]): boolean {
  return entries.length > 0 && entries.every(isSkipped);
}

function notFoundError(source: Source, operation: string): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_REJECTED',
    source,
    operation,
    status: 404,
    message: 'The vendor refused the request with status 404.',
  });
}

/** Twice the largest page that the settings allow. */
const MOST_ROWS = 20_000;

/**
 * Refuses a list with far more rows than were asked for, because parsing it would block every other operation.
 * @param asked how many rows at most the vendor should give
 * @throws UpstreamError `UPSTREAM_TOO_LARGE`
 */
export function checkLength(
  rows: readonly unknown[],
  { source, operation }: { readonly source: Source; readonly operation: string },
  asked = 0,
): void {
  if (rows.length <= Math.max(MOST_ROWS, asked)) return;
  throw new UpstreamError({
    code: 'UPSTREAM_TOO_LARGE',
    source,
    operation,
    message: `The vendor answered with ${rows.length} rows, far more than it was asked for; none of them was read.`,
  });
}
