import { UpstreamError } from '../../base/errors.ts';
import { findRows } from '../paging/find-rows.ts';
import type { FoundRows, RowKey } from '../paging/find-rows.ts';
import type { Batch, BatchRequest } from '../paging/row-stream.ts';
import type { AuditEvent } from './event.ts';

/**
 * Finds events by time and id, where the vendor can only list. null where there is none; an error where that can't be known:
 * the vendor failed, or gave rows that could not be understood.
 */
export async function findEvents(
  keys: readonly RowKey[],
  read: (read: BatchRequest) => AsyncGenerator<Batch<AuditEvent>, void>,
): Promise<(AuditEvent | Error | null)[]> {
  const together = await findRows(keys, read);
  return Promise.all(
    keys.map(async (key) => {
      const event = together.rowOf(key);
      if (event) return event;
      // What is wrong beside an event need not be wrong about it: its own instant tells.
      const isAlone = keys.length === 1 || !(together.hasSkipped || isOutOfOrder(together.failureOf(key)));
      return judge(key, isAlone ? together : await findRows([key], read));
    }),
  );
}

function judge(key: RowKey, found: FoundRows<AuditEvent>): AuditEvent | Error | null {
  const known = found.rowOf(key) ?? found.failureOf(key);
  if (known) return known;
  return found.hasSkipped ? mayBeUnparsable() : null;
}

function isOutOfOrder(error: Error | null): boolean {
  return error instanceof UpstreamError && error.code === 'UPSTREAM_OUT_OF_ORDER';
}

function mayBeUnparsable(): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_BAD_RESPONSE',
    source: 'EVENTS',
    operation: '/events',
    message: 'The vendor gave a row that could not be understood, which may be this event.',
  });
}
