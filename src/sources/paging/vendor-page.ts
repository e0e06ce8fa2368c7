import { UpstreamError } from '../../base/errors.ts';
import type { Source } from '../../base/source.ts';
import type { CallContext, Query, Upstream } from '../../upstream/upstream.ts';
import type { AgePolicy } from './coverage-recorder.ts';
import { isSkipped } from './vendor-list.ts';
import type { SkippedRow, VendorPage } from './vendor-list.ts';

/** The bounds of one source's reading. */
export interface SourceSettings {
  /** The most rows to ask the vendor for at once. */
  readonly largestPage: number;
  /** The most that a scan asks for at once, if it would not reach its bound by smaller pages; left out: no more. */
  readonly scanPage?: number;
  /** The most rows that one scan looks at. */
  readonly maxScannedRows: number;
  /** How long an earlier answer may stand in for a vendor that fails, in milliseconds. */
  readonly staleIfErrorMs: number;
  readonly age: AgePolicy;
}

/** Rows of one answer that could not be understood: how many, and nothing of what they hold. */
export interface SkippedRowsReport {
  readonly source: Source;
  /** The vendor's path template. */
  readonly operation: string;
  readonly dropped: number;
  readonly rows: number;
}

/** What reading a vendor's lists needs. */
export interface ListDeps {
  readonly upstream: Upstream;
  readonly settings: SourceSettings;
  /** When the operation was asked for, in milliseconds since the epoch. */
  readonly nowMs: number;
  /** Told of each answer with rows that could not be understood, for the log. */
  readonly onSkippedRows?: ((report: SkippedRowsReport) => void) | undefined;
}

/** One page of a list: where it is and how its rows are read. */
export interface VendorPageQuery<Row> {
  readonly source: Source;
  /** The path, which is its own template: it holds no values. */
  readonly operation: string;
  readonly query: Query;
  /** The newest time that it asks for. */
  readonly upperMs: number;
  /** The precision of the vendor's time bounds in milliseconds. */
  readonly unitMs: number;
  /** What a 404 means: that there is nothing, or that the vendor has refused. */
  readonly notFound: 'empty' | 'refusal';
  readonly decodeRow: (row: unknown) => Row | SkippedRow;
}

/**
 * Reads one page of a vendor's list. If rows come and none of them can be understood, it asks once more before it believes so:
 * a bad row comes again, a failure that looks like a list rarely does.
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
  // What ends at this operation's own now is asked by no other: kept, it would only push out what may be asked for again.
  const endsNow = upperMs === Math.ceil(nowMs / unitMs) * unitMs;
  const answer = await upstream.get(
    {
      operation,
      path: operation,
      query,
      // Rows may still be slipped into the past; an earlier answer only stands in where the vendor fails.
      cache: { freshMs: 0, staleIfErrorMs: endsNow ? 0 : settings.staleIfErrorMs },
      decode: (response) => {
        if (response.status === 404) {
          if (notFound === 'empty') return { value: [], rows: 0 };
          throw notThere(source, operation);
        }
        if (!Array.isArray(response.body)) throw new TypeError('The vendor did not answer with a list.');
        checkLength(response.body, { source, operation });
        const value = response.body.map(decodeRow);
        const dropped = value.filter(isSkipped).length;
        if (dropped > 0) onSkippedRows?.({ source, operation, dropped, rows: value.length });
        // It must not stand in for a later one: what can't be understood is no earlier state of the list.
        const cache = isUnparsable(value) ? { cache: { freshMs: 0, staleIfErrorMs: 0 } } : {};
        return { value, rows: value.length, ...cache };
      },
    },
    context,
  );
  return { entries: answer.value, readAtMs: answer.readAtMs, stale: answer.stale };
}

function isUnparsable(entries: readonly object[]): boolean {
  return entries.length > 0 && entries.every(isSkipped);
}

function notThere(source: Source, operation: string): UpstreamError {
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
 * Refuses a list of far more rows than can have been asked for: reading it would hold up everybody else.
 * @param asked how many rows at most a vendor that does as it is asked would give
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
