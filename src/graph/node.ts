import { RequestError } from '../base/errors.ts';
import { estimateEvents } from '../sources/events/estimate.ts';
import type { AuditEvent } from '../sources/events/event.ts';
import type { CallNeeds } from '../sources/paging/estimate.ts';
import { estimateUsageRecords } from '../sources/usage/estimate.ts';
import type { UsageRecord } from '../sources/usage/record.ts';
import { requireAccess } from './access.ts';
import { builder } from './builder.ts';
import type { GraphContext, Limits } from './context.ts';
import { decodeGlobalId, encodeGlobalId } from './global-id.ts';
import type { GlobalId } from './global-id.ts';
import { maskedFields, MaskedFieldType, unlessMasked } from './masking.ts';
import { SourceType } from './source.ts';

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

/** What may be hidden of an entry. */
const MASKABLE = {
  USAGE: ['IP_ADDRESS', 'REQUEST_URI'],
  EVENTS: ['USERNAME', 'IP_ADDRESS', 'DESCRIPTION'],
} as const;

/** `Activity` in the graph. */
export const ActivityInterface = builder.interfaceRef<ActivityRow>('Activity').implement({
  description:
    'What both sources share: something happened, at a time, from an address. Order everywhere: newest first, USAGE before EVENTS at one instant, then id (usage by code unit, events as integers).',
  interfaces: [NodeInterface],
  resolveType: typeNameOf,
  fields: (t) => ({
    timestamp: t.expose('timestampMs', { type: 'DateTime', description: 'When it happened.' }),
    source: t.expose('source', { type: SourceType, description: 'The vendor that told it.' }),
    ipAddress: t.field({
      type: 'IP',
      nullable: true,
      description:
        'The address that it came from, without its port, where there is exactly one. Needs `pii:read`.',
      resolve: (row, _args, { viewer }) => unlessMasked(viewer, 'IP_ADDRESS', row.ipAddress),
    }),
    masked: t.field({
      type: [MaskedFieldType],
      description: 'Fields that are null, or cut, because the caller may not see them.',
      resolve: (row, _args, { viewer }) => maskedFields(viewer, MASKABLE[row.source]),
    }),
  }),
});

builder.queryField('node', (t) =>
  t.field({
    type: NodeInterface,
    nullable: true,
    requires: ['usage:read', 'events:read'],
    description: 'What stands behind a global id; null: nothing does.',
    args: { id: t.arg.id({ required: true, description: 'A global id.' }) },
    extensions: { estimate: ({ id }) => ({ calls: estimateNodes([decodeGlobalId(id)]) }) },
    resolve: (_root, { id }, context) => getNode(decodeGlobalId(id), context),
  }),
);

builder.queryField('nodes', (t) =>
  t.field({
    type: [NodeInterface],
    nullable: { list: false, items: true },
    description:
      "What stands behind each of the global ids, in their order; null where nothing does. Each entry needs the scope of its source, and is refused on its own: the list can't be null.",
    args: {
      ids: t.arg.idList({ required: true, description: 'Global ids, at most `service.limits.maxPageSize`.' }),
    },
    extensions: {
      estimate({ ids }, _fields, { limits }) {
        const nodes = readNodeIds(ids, limits);
        return { calls: estimateNodes(nodes), items: nodes.length };
      },
    },
    resolve: (_root, { ids }, context) => readNodeIds(ids, context.limits).map((id) => getNode(id, context)),
  }),
);

/**
 * The entries that are asked for, in their order; null: no entry has this id.
 * @throws RequestError `LIMIT_EXCEEDED` for more ids than `maxPageSize`
 */
function readNodeIds(
  ids: readonly string[],
  { maxPageSize: allowed }: Pick<Limits, 'maxPageSize'>,
): readonly (GlobalId | null)[] {
  if (ids.length > allowed) {
    throw new RequestError('LIMIT_EXCEEDED', `'ids' may hold at most ${allowed}. Ask in several parts.`, {
      argument: 'ids',
      limit: 'maxPageSize',
      allowed,
      requested: ids.length,
    });
  }
  return ids.map(decodeGlobalId);
}

function estimateNodes(found: readonly (GlobalId | null)[]): readonly CallNeeds[] {
  return [
    ...estimateUsageRecords(found.flatMap((id) => (id?.source === 'USAGE' ? [id] : []))),
    ...estimateEvents(found.flatMap((id) => (id?.source === 'EVENTS' ? [id] : []))),
  ];
}

/** Only a caller who may read the entry learns whether it exists. */
async function getNode(
  found: GlobalId | null,
  { usage, events, viewer }: GraphContext,
): Promise<ActivityRow | null> {
  if (!found) return null;
  requireAccess(viewer, [found.source === 'USAGE' ? 'usage:read' : 'events:read']);
  return found.source === 'USAGE'
    ? usage.getUsageRecord(found.id, found.timestampMs)
    : events.getEvent(found.id, found.timestampMs);
}
