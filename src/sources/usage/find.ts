import { asError, UpstreamError } from '../../base/errors.ts';
import { findRows } from '../paging/find-rows.ts';
import type { RowKey } from '../paging/find-rows.ts';
import type { Batch, BatchRequest } from '../paging/row-stream.ts';
import type { UsageRecord } from './record.ts';

/** A record as it is asked for. */
export interface RecordKey {
  readonly id: string;
  /** Where to look first; null: not known. */
  readonly timestampMs: number | null;
}

/**
 * Finds records: those whose times are known in windows of the list, if they are several, so that a page's records cost about
 * as many calls as the page; the others, and what is not found there, each by its id, which alone tells that there is none.
 */
export async function findUsageRecords(
  keys: readonly RecordKey[],
  read: (read: BatchRequest) => AsyncGenerator<Batch<UsageRecord>, void>,
  readRecord: (id: string) => Promise<UsageRecord | null>,
): Promise<(UsageRecord | Error | null)[]> {
  const isTimed = (key: RecordKey): key is RowKey => key.timestampMs !== null;
  const timed = keys.filter(isTimed);
  const search = timed.length > 1 ? findRows(timed, read) : null;
  return Promise.all(
    keys.map(async (key) => {
      const found = isTimed(key) ? await search : null;
      if (!found || !isTimed(key)) return readRecord(key.id).catch(asError);
      const failure = found.failureOf(key);
      return (
        found.rowOf(key) ?? (failure && !isMisread(failure) ? failure : readRecord(key.id).catch(asError))
      );
    }),
  );
}

/** The list's answers contradict each other or can't be understood, which says nothing of a record by its id. */
function isMisread(error: Error): boolean {
  return (
    error instanceof UpstreamError &&
    (error.code === 'UPSTREAM_OUT_OF_ORDER' || error.code === 'UPSTREAM_BAD_RESPONSE')
  );
}
