import type { AuditEvent } from '../../sources/events/event.ts';
import { builder } from '../builder.ts';
import { unlessMasked } from '../masking.ts';
import { ActivityInterface, NodeInterface } from '../node.ts';

/**
 * `Event` in the graph. Names are the vendor's, except `eventId` (`id` is the global id). `id`, `timestamp`, `ipAddress` and `masked`
 * come from the interfaces in `node.ts`.
 */
export const EventType = builder.objectRef<AuditEvent>('Event').implement({
  description: 'One entry of the Events API: an action of a user.',
  requires: ['events:read'],
  interfaces: [NodeInterface, ActivityInterface],
  fields: (t) => ({
    eventId: t.exposeID('id', { description: "The vendor's id, a whole number of up to 64 bits." }),
    category: t.exposeString('category', {
      description: 'The category, such as `authentication`. The vendor may add categories at any time.',
    }),
    action: t.exposeString('action', {
      description: 'The action, such as `user-login-success`. The vendor may add actions at any time.',
    }),
    description: t.string({
      nullable: true,
      description: 'The action as a sentence. Null if the vendor gives none. Needs `pii:read`.',
      resolve: (event, _args, { viewer }) => unlessMasked(viewer, 'DESCRIPTION', event.description),
    }),
    username: t.string({
      nullable: true,
      description: 'The user. Null if the vendor names none. Needs `pii:read`.',
      resolve: (event, _args, { viewer }) => unlessMasked(viewer, 'USERNAME', event.username),
    }),
    firstSeenAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When the archive first saw this event. Null if there is no archive, or if it has not seen the event.',
      resolve: ({ firstSeenMs }) => firstSeenMs ?? null,
    }),
  }),
});
