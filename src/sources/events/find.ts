import { UpstreamError } from '../../base/errors.ts';
import { findRows } from '../paging/find-rows.ts';
import type { FoundRows, RowKey } from '../paging/find-rows.ts';
import type { Batch, BatchRequest } from '../paging/row-stream.ts';
import { LIST_OPERATION } from './client.ts';
import type { AuditEvent } from './event.ts';

/**
 * Finds events by time and id in the list, because no call reads an event by its id. null: there is no such event. An error: that
 * is not known, because the vendor failed or gave rows that could not be parsed.
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
      // A bad row or a wrong order may be elsewhere in the window, so read the instant of this event alone.
      const isAlone = keys.length === 1 || !(together.hasSkipped || isOutOfOrder(together.failureOf(key)));
      return resultOf(key, isAlone ? together : await findRows([key], read));
    }),
  );
}

function resultOf(key: RowKey, found: FoundRows<AuditEvent>): AuditEvent | Error | null {
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
    operation: LIST_OPERATION,
    message: 'The vendor gave a row that could not be parsed, which may be this event.',
  });
}
