import { asError, UpstreamError } from '../../base/errors.ts';
import { findRows } from '../paging/find-rows.ts';
import type { RowKey } from '../paging/find-rows.ts';
import type { Batch, BatchRequest } from '../paging/row-stream.ts';
import type { UsageRecord } from './record.ts';

/** Names a record. */
export interface RecordKey {
  readonly id: string;
  /** Where to look first, as a hint; null: not known. */
  readonly timestampMs: number | null;
}

/**
 * Finds records. If the times of several are known, it reads windows of the list, so that the records of a page cost about as many
 * calls as the page. It reads the others by id, and also those that the list lacks, because only a call by id proves that there is
 * no such record.
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

/** Whether the list's answers contradict each other or cannot be parsed. A call by id may still succeed. */
function isMisread(error: Error): boolean {
  return (
    error instanceof UpstreamError &&
    (error.code === 'UPSTREAM_OUT_OF_ORDER' || error.code === 'UPSTREAM_BAD_RESPONSE')
  );
}
