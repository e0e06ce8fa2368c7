import type { Source } from '../../base/source.ts';
import { UpstreamError } from '../../base/upstream-error.ts';
import type { CallContext, Query, Upstream } from '../../upstream/upstream.ts';
import { checkLength } from './check-length.ts';
import type { SourceSettings } from './source-settings.ts';
import { isDropped, type DroppedRow, type VendorPage } from './vendor-list.ts';

/** Rows of one answer that could not be understood: how many, and nothing of what they hold. */
export interface DroppedReport {
  readonly source: Source;
  /** The vendor's path template. */
  readonly operation: string;
  readonly dropped: number;
  readonly rows: number;
}

/** What reading a vendor's lists needs. */
export interface ListReading {
  readonly upstream: Upstream;
  readonly settings: SourceSettings;
  /** When the operation was asked for, in milliseconds since the epoch. */
  readonly nowMs: number;
  /** Told of each answer with rows that could not be understood, for the log. */
  readonly onDropped?: ((report: DroppedReport) => void) | undefined;
}

/** One page of a list: where it is and how its rows are read. */
export interface ListQuery<Row> {
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
  readonly decodeRow: (row: unknown) => Row | DroppedRow;
}

/**
 * Reads one page of a vendor's list. If rows come and none of them can be understood, it asks once more before it believes so:
 * a bad row comes again, a failure that looks like a list rarely does.
 * @throws UpstreamError
 */
export async function readVendorList<Row extends object>(
  reading: ListReading,
  context: CallContext,
  query: ListQuery<Row>,
): Promise<Omit<VendorPage<Row>, 'ended'>> {
  const page = await readOnce(reading, context, query);
  return isIllegible(page.entries) ? readOnce(reading, context, query) : page;
}

async function readOnce<Row extends object>(
  { upstream, settings, nowMs, onDropped }: ListReading,
  context: CallContext,
  { source, operation, query, upperMs, unitMs, notFound, decodeRow }: ListQuery<Row>,
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
        const dropped = value.filter(isDropped).length;
        if (dropped > 0) onDropped?.({ source, operation, dropped, rows: value.length });
        // It must not stand in for a later one: what can't be understood is no earlier state of the list.
        const cache = isIllegible(value) ? { cache: { freshMs: 0, staleIfErrorMs: 0 } } : {};
        return { value, rows: value.length, ...cache };
      },
    },
    context,
  );
  return { entries: answer.value, readAtMs: answer.readAtMs, stale: answer.stale };
}

function isIllegible(entries: readonly object[]): boolean {
  return entries.length > 0 && entries.every(isDropped);
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
