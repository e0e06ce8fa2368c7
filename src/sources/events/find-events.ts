import { UpstreamError } from '../../base/upstream-error.ts';
import type { Step, Walk } from '../walk/walk-list.ts';
import type { AuditEvent } from './event.ts';

/** An event as its global id names it. */
export interface EventKey {
  readonly id: string;
  readonly timestampMs: number;
}

/** To either side of the time that an id carries: the vendor's precision. */
const WINDOW_MS = 1000;

/**
 * Finds events by id, where the vendor can only list: walks down from the newest, skips the stretches in which none is
 * looked for, and so needs a call for each group of near ones at most. null where there is none; an error where an earlier
 * answer that stands in does not hold it, since it may have come later. An event does not change, so one that is held is
 * right.
 * @throws UpstreamError, RequestError `LIMIT_EXCEEDED`
 */
export async function findEvents(
  keys: readonly EventKey[],
  walk: (walk: Walk) => AsyncGenerator<Step<AuditEvent>, void>,
): Promise<(AuditEvent | UpstreamError | null)[]> {
  const found = new Map<string, AuditEvent>();
  const sought = [...keys].sort((a, b) => b.timestampMs - a.timestampMs);
  const fromMs = Math.min(...keys.map(({ timestampMs }) => timestampMs)) - WINDOW_MS;
  let isStale = false;
  const isSingle = new Set(keys.map(({ timestampMs }) => timestampMs)).size === 1;
  while (sought[0]) {
    const range = { fromMs, toMs: sought[0].timestampMs + WINDOW_MS };
    const steps = walk({
      range,
      direction: 'down',
      after: null,
      // One time is a narrow window; many are met soonest in large pages.
      wanted: () => (isSingle ? 50 : Infinity),
    });
    for await (const step of steps) {
      for (const event of step.rows) found.set(event.id, event);
      isStale ||= step.stale;
      while (
        sought[0] &&
        (found.has(sought[0].id) || sought[0].timestampMs - WINDOW_MS >= step.edgeMs || step.ended)
      ) {
        sought.shift();
      }
      const next = sought[0];
      if (!next || next.timestampMs + WINDOW_MS < step.edgeMs) break;
    }
  }
  return keys.map(({ id, timestampMs }) => {
    const event = found.get(id);
    if (event && Math.abs(event.timestampMs - timestampMs) <= WINDOW_MS) return event;
    return isStale ? notHeld() : null;
  });
}

function notHeld(): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_UNAVAILABLE',
    source: 'EVENTS',
    operation: '/events',
    message: 'The vendor failed, and the earlier answer that stands in does not hold this event.',
  });
}
