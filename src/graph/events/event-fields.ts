import type { GraphQLResolveInfo } from 'graphql';
import { OPTIONAL_EVENT_FIELDS } from '../../sources/events/event-fields.ts';
import type { OptionalEventField } from '../../sources/events/event-fields.ts';
import { maskedFields } from '../masking.ts';
import type { MaskedField } from '../masking.ts';
import { selectedFieldNames } from '../selection.ts';
import type { Viewer } from '../viewer.ts';

/** What a field of an event is made from, beyond itself. */
const MADE_FROM: Readonly<Record<string, OptionalEventField>> = { relatedUsage: 'ipAddress' };

/** The optional fields of an event that the selection of an `EventConnection`, or of an `ActivityConnection`, needs. */
export function selectedEventFields(info: GraphQLResolveInfo): ReadonlySet<OptionalEventField> {
  const names = new Set([...selectedFieldNames(info, 'nodes'), ...selectedFieldNames(info, 'edges', 'node')]);
  const needed = new Set(
    [...names].map((name) => (Object.hasOwn(MADE_FROM, name) && MADE_FROM[name]) || name),
  );
  return new Set(OPTIONAL_EVENT_FIELDS.filter((field) => needed.has(field)));
}

const HIDDEN_WITH: Readonly<Record<OptionalEventField, MaskedField>> = {
  description: 'DESCRIPTION',
  username: 'USERNAME',
  ipAddress: 'IP_ADDRESS',
};

/** The optional fields of an event that the viewer may see: the vendor is asked for no others on their behalf. */
export function visibleEventFields(viewer: Viewer): ReadonlySet<OptionalEventField> {
  return new Set(
    OPTIONAL_EVENT_FIELDS.filter((field) => maskedFields(viewer, [HIDDEN_WITH[field]]).length === 0),
  );
}
