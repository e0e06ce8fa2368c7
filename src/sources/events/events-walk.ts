import type { CallContext, Query } from '../../upstream/upstream.ts';
import { walkByWindows } from '../walk/walk-by-windows.ts';
import { walkList, type Step, type Walk } from '../walk/walk-list.ts';
import type { AuditEvent } from './event.ts';
import { createEventsList, TimeOrderRefused } from './events-list.ts';
import type { EventsDeps } from './events-deps.ts';
import { createEventsPageReader } from './events-page-reader.ts';
import type { OptionalEventField } from './event-fields.ts';
import { readEventsWindow } from './read-events-window.ts';

/**
 * A walk over the rows that the vendor gives for the part of a filter that it understands: by its own order in time
 * where it has one, else by windows of time that are sorted here.
 */
export function createEventsWalk(
  deps: EventsDeps,
  context: CallContext,
  query: { readonly filter: Query; readonly fields: ReadonlySet<OptionalEventField> },
): (walk: Walk) => AsyncGenerator<Step<AuditEvent>, void> {
  const { largestPage } = deps.settings;
  const readPage = createEventsPageReader(deps, context, query);
  const walkWindows = (walk: Walk) =>
    walkByWindows('EVENTS', walk, largestPage, readEventsWindow(readPage, largestPage));
  return async function* walkEvents(walk) {
    const dialect = deps.lore.dialectAt(deps.nowMs);
    if (dialect && dialect.sort !== 'timestamp') return yield* walkWindows(walk);
    try {
      yield* walkList(createEventsList(readPage, largestPage), walk);
    } catch (error) {
      // Told by the vendor's first answer at the latest, so nothing has been given out yet.
      if (!(error instanceof TimeOrderRefused)) throw error;
      yield* walkWindows(walk);
    }
  };
}
