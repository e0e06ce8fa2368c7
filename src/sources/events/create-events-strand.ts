import { grantScan } from '../../upstream/grant-scan.ts';
import type { CallContext } from '../../upstream/upstream.ts';
import { seekIn } from '../walk/held-files.ts';
import type { Strand } from '../walk/strand.ts';
import { checkEventFilter } from './check-event-filter.ts';
import type { AuditEvent } from './event.ts';
import { createEventTest } from './event-test.ts';
import type { OptionalEventField } from './event-fields.ts';
import type { EventFilter } from './event-filter.ts';
import type { EventsDeps } from './events-deps.ts';
import { createEventsWalk } from './events-walk.ts';
import { planEventFilter } from './plan-event-filter.ts';

/**
 * The events that a filter lets through, with the fields that are needed besides its own; null: nothing can match it.
 * @param argument where the filter stands among the caller's arguments
 * @throws RequestError `BAD_USER_INPUT`
 */
export function createEventsStrand(
  deps: EventsDeps,
  context: CallContext,
  filter: EventFilter,
  fields: Iterable<OptionalEventField>,
  argument = 'filter',
): Strand<AuditEvent> | null {
  checkEventFilter(filter, argument);
  const isMatch = createEventTest(filter);
  const plan = planEventFilter(filter);
  if (plan.kind === 'nothing') return null;
  return {
    source: 'EVENTS',
    walk: createEventsWalk(deps, plan.isScan ? grantScan(context) : context, {
      filter: plan.query,
      fields: new Set([...fields, ...plan.fields]),
    }),
    isMatch,
    maxScannedRows: plan.isScan ? deps.settings.maxScannedRows : null,
    age: seekIn(
      deps.settings.age,
      plan.fields.map((field) => [field]),
    ),
  };
}
