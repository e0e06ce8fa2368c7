import { RequestError } from '../base/request-error.ts';
import { builder } from './builder.ts';
import type { GraphContext } from './context.ts';
import { decodeGlobalId } from './global-id.ts';
import { NodeInterface } from './node-interface.ts';
import type { ActivityRow } from './node-interface.ts';
import { requireAccess } from './require-access.ts';

builder.queryField('node', (t) =>
  t.field({
    type: NodeInterface,
    nullable: true,
    requires: ['usage:read', 'events:read'],
    description: 'What stands behind a global id; null: nothing does.',
    args: { id: t.arg.id({ required: true, description: 'A global id.' }) },
    resolve: (_root, { id }, context) => getNode(id, context),
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
    resolve(_root, { ids }, context) {
      const allowed = context.limits.maxPageSize;
      if (ids.length > allowed) {
        throw new RequestError('LIMIT_EXCEEDED', `'ids' may hold at most ${allowed}. Ask in several parts.`, {
          argument: 'ids',
          limit: 'maxPageSize',
          allowed,
          requested: ids.length,
        });
      }
      return ids.map((id) => getNode(id, context));
    },
  }),
);

/** Whether there is such an entry is told to those alone who may read it. */
async function getNode(text: string, { usage, events, viewer }: GraphContext): Promise<ActivityRow | null> {
  const found = decodeGlobalId(text);
  if (!found) return null;
  requireAccess(viewer, [found.source === 'USAGE' ? 'usage:read' : 'events:read']);
  return found.source === 'USAGE'
    ? usage.getUsageRecord(found.id, found.timestampMs)
    : events.getEvent(found.id, found.timestampMs);
}
