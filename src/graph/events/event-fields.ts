import type { GraphQLResolveInfo } from 'graphql';
import { OPTIONAL_EVENT_FIELDS } from '../../sources/events/event-fields.ts';
import type { OptionalEventField } from '../../sources/events/event-fields.ts';
import { selectedFieldNames } from '../selection.ts';

/** The optional fields of an event that the selection of an `EventConnection` shows. */
export function selectedEventFields(info: GraphQLResolveInfo): ReadonlySet<OptionalEventField> {
  const names = new Set([...selectedFieldNames(info, 'nodes'), ...selectedFieldNames(info, 'edges', 'node')]);
  return new Set(OPTIONAL_EVENT_FIELDS.filter((field) => names.has(field)));
}
