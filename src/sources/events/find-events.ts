import { UpstreamError } from '../../base/upstream-error.ts';
import type { UpstreamCode } from '../../base/upstream-error.ts';
import { findRows, type FoundRows, type RowKey } from '../walk/find-rows.ts';
import type { Step, Walk } from '../walk/walk-list.ts';
import type { AuditEvent } from './event.ts';

/**
 * Finds events by time and id, where the vendor can only list. null where there is none; an error where that can't be known:
 * the vendor failed or gave rows that could not be understood, or an earlier answer that stands in does not hold the event.
 * An event does not change, so one that is held is right.
 */
export async function findEvents(
  keys: readonly RowKey[],
  walk: (walk: Walk) => AsyncGenerator<Step<AuditEvent>, void>,
): Promise<(AuditEvent | Error | null)[]> {
  const together = await findRows(keys, walk);
  return Promise.all(
    keys.map(async (key) => {
      const event = together.rowOf(key);
      if (event) return event;
      // What is wrong beside an event need not be wrong about it: its own instant tells.
      const isAlone = keys.length === 1 || !(together.hasDropped || isOutOfOrder(together.failureOf(key)));
      return judge(key, isAlone ? together : await findRows([key], walk));
    }),
  );
}

function judge(key: RowKey, found: FoundRows<AuditEvent>): AuditEvent | Error | null {
  const known = found.rowOf(key) ?? found.failureOf(key);
  if (known) return known;
  if (found.hasDropped)
    return unknown(
      'UPSTREAM_BAD_RESPONSE',
      'The vendor gave a row that could not be understood, which may be this event.',
    );
  if (found.isStale)
    return unknown(
      'UPSTREAM_UNAVAILABLE',
      'The vendor failed, and the earlier answer that stands in does not hold this event.',
    );
  return null;
}

function isOutOfOrder(error: Error | null): boolean {
  return error instanceof UpstreamError && error.code === 'UPSTREAM_OUT_OF_ORDER';
}

function unknown(code: UpstreamCode, message: string): UpstreamError {
  return new UpstreamError({ code, source: 'EVENTS', operation: '/events', message });
}
