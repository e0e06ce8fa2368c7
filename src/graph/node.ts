import { RequestError } from '../base/errors.ts';
import { estimateEvents } from '../sources/events/estimate.ts';
import type { AuditEvent } from '../sources/events/event.ts';
import type { CallNeeds } from '../sources/paging/estimate.ts';
import { estimateUsageRecords } from '../sources/usage/estimate.ts';
import type { UsageRecord } from '../sources/usage/record.ts';
import { requireAccess } from './access.ts';
import { builder } from './builder.ts';
import type { GraphContext, Limits } from './context.ts';
import { SourceType } from './coverage.ts';
import { decodeGlobalId, encodeGlobalId } from './global-id.ts';
import type { GlobalId } from './global-id.ts';
import { maskedFields, MaskedFieldType, unlessMasked } from './masking.ts';

/** An entry of either source. */
export type ActivityRow = UsageRecord | AuditEvent;

/** The name of an entry's type in the graph. */
export function typeNameOf({ source }: ActivityRow): 'UsageRecord' | 'Event' {
  return source === 'USAGE' ? 'UsageRecord' : 'Event';
}

export const NodeInterface = builder.interfaceRef<ActivityRow>('Node').implement({
  description: 'Something that you can read again by its global id.',
  resolveType: typeNameOf,
  fields: (t) => ({
    id: t.id({
      description: 'The global id, for `node` and `nodes`. Do not parse it.',
      resolve: (row) => encodeGlobalId(row),
    }),
  }),
});

/** The fields that may be hidden, by source. */
const MASKABLE = {
  USAGE: ['USERNAME', 'IP_ADDRESS', 'REQUEST_URI'],
  EVENTS: ['USERNAME', 'IP_ADDRESS', 'DESCRIPTION'],
} as const;

export const ActivityInterface = builder.interfaceRef<ActivityRow>('Activity').implement({
  description:
    'An entry of either source: something happened at a time, from an address. Lists are newest first. Entries with the same time are sorted by source (USAGE before EVENTS), then by id (usage records by their UTF-16 codes, events as integers).',
  interfaces: [NodeInterface],
  resolveType: typeNameOf,
  fields: (t) => ({
    timestamp: t.expose('timestampMs', { type: 'DateTime', description: 'When it happened.' }),
    source: t.expose('source', { type: SourceType, description: 'The source that this entry comes from.' }),
    ipAddress: t.field({
      type: 'IP',
      nullable: true,
      description:
        'The address that the entry names, without a port. Null if the vendor names none or several. Needs `pii:read`.',
      resolve: (row, _args, { viewer }) => unlessMasked(viewer, 'IP_ADDRESS', row.ipAddress),
    }),
    masked: t.field({
      type: [MaskedFieldType],
      description:
        'Personal data that is null or shortened because the caller lacks `pii:read`. The list is the same for every entry of a type, even if the entry has no such value.',
      resolve: (row, _args, { viewer }) => maskedFields(viewer, MASKABLE[row.source]),
    }),
  }),
});

builder.queryField('node', (t) =>
  t.field({
    type: NodeInterface,
    nullable: true,
    requires: ['usage:read', 'events:read'],
    description: 'The entry with this global id. Null if there is none.',
    args: { id: t.arg.id({ required: true, description: 'The global id of an entry.' }) },
    extensions: { estimate: ({ id }) => ({ calls: estimateNodes([decodeGlobalId(id)]) }) },
    resolve: (_root, { id }, context) => getNode(decodeGlobalId(id), context),
  }),
);

builder.queryField('nodes', (t) =>
  t.field({
    type: [NodeInterface],
    nullable: { list: false, items: true },
    description:
      'The entries with these global ids, in the same order. An item is null if there is no such entry. Each entry needs the scope of its source: if the scope is missing, that item alone is null and has an error.',
    args: {
      ids: t.arg.idList({
        required: true,
        description: 'Global ids, at most `service.limits.maxPageSize` of them.',
      }),
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
  limits: Pick<Limits, 'maxPageSize'>,
): readonly (GlobalId | null)[] {
  checkCount('ids', ids, limits);
  return ids.map(decodeGlobalId);
}

/**
 * Checks an argument whose items each ask for an entry. Its name says what they are.
 * @throws RequestError `LIMIT_EXCEEDED` for more of them than `maxPageSize`
 */
export function checkCount(
  argument: string,
  { length: requested }: readonly unknown[],
  { maxPageSize: allowed }: Pick<Limits, 'maxPageSize'>,
): void {
  if (requested <= allowed) return;
  throw new RequestError(
    'LIMIT_EXCEEDED',
    `'${argument}' may hold at most ${allowed} ${argument}. Send the others in further operations.`,
    { argument, limit: 'maxPageSize', allowed, requested },
  );
}

/** What reading these entries by their ids needs. */
export function estimateNodes(found: readonly (GlobalId | null)[]): readonly CallNeeds[] {
  return [
    ...estimateUsageRecords(found.flatMap((id) => (id?.source === 'USAGE' ? [id] : []))),
    ...estimateEvents(found.flatMap((id) => (id?.source === 'EVENTS' ? [id] : []))),
  ];
}

/** Reads one entry. Checks the scope before, because only a caller with the scope may learn whether there is such an entry. */
export async function getNode(
  found: GlobalId | null,
  { usage, events, viewer }: GraphContext,
): Promise<ActivityRow | null> {
  if (!found) return null;
  requireAccess(viewer, [found.source === 'USAGE' ? 'usage:read' : 'events:read']);
  return found.source === 'USAGE'
    ? usage.getUsageRecord(found.id, found.timestampMs)
    : events.getEvent(found.id, found.timestampMs);
}
