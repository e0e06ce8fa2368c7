import type { AuditEvent } from '../sources/events/event.ts';
import type { UsageRecord } from '../sources/usage/usage-record.ts';
import { builder } from './builder.ts';
import { encodeGlobalId } from './global-id.ts';

/** An entry of either source. */
export type ActivityRow = UsageRecord | AuditEvent;

/** The name of a row's type in the graph. */
export function typeNameOf({ source }: ActivityRow): 'UsageRecord' | 'Event' {
  return source === 'USAGE' ? 'UsageRecord' : 'Event';
}

/** `Node` in the graph. */
export const NodeInterface = builder.interfaceRef<ActivityRow>('Node').implement({
  description: 'What can be read again by its global id.',
  resolveType: typeNameOf,
  fields: (t) => ({
    id: t.id({
      description: 'The global id: text to hand back, not to read.',
      resolve: (row) => encodeGlobalId(row),
    }),
  }),
});
