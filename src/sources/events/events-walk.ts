import type { CallContext, Upstream } from '../../upstream/upstream.ts';
import type { Query } from '../walk/query.ts';
import type { SourceSettings } from '../walk/source-settings.ts';
import { walkList, type Step, type Walk } from '../walk/walk-list.ts';
import type { AuditEvent } from './event.ts';
import { createEventsList, type EventsLore } from './events-list.ts';
import type { OptionalEventField } from './events-source.ts';

/** What reading the Events API needs, for as long as the process runs. */
export interface EventsDeps {
  readonly upstream: Upstream;
  readonly lore: EventsLore;
  readonly settings: SourceSettings;
}

/** A walk over the rows that the vendor gives for the part of a filter that it understands; it sorts either way. */
export function createEventsWalk(
  deps: EventsDeps,
  context: CallContext,
  query: { readonly filter: Query; readonly fields: ReadonlySet<OptionalEventField> },
): (walk: Walk) => AsyncGenerator<Step<AuditEvent>, void> {
  const list = createEventsList(deps.upstream, context, deps.settings, deps.lore, query);
  return (walk) => walkList(list, walk);
}
