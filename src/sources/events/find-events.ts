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
 * looked for, and so needs a call for each group of near ones at most. null where there is none.
 * @throws UpstreamError, RequestError `LIMIT_EXCEEDED`
 */
export async function findEvents(
  keys: readonly EventKey[],
  walk: (walk: Walk) => AsyncGenerator<Step<AuditEvent>, void>,
): Promise<(AuditEvent | null)[]> {
  const found = new Map<string, AuditEvent>();
  const sought = [...keys].sort((a, b) => b.timestampMs - a.timestampMs);
  const fromMs = Math.min(...keys.map(({ timestampMs }) => timestampMs)) - WINDOW_MS;
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
    return event && Math.abs(event.timestampMs - timestampMs) <= WINDOW_MS ? event : null;
  });
}
