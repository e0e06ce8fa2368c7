import type { AuditEvent } from '../../sources/events/event.ts';
import { builder } from '../builder.ts';
import { unlessMasked } from '../masking.ts';
import { ActivityInterface, NodeInterface } from '../node.ts';

/** `Event` in the graph; fields keep the vendor's spelling. */
export const EventType = builder.objectRef<AuditEvent>('Event').implement({
  description: 'One entry of the Events API: somebody did something.',
  requires: ['events:read'],
  interfaces: [NodeInterface, ActivityInterface],
  fields: (t) => ({
    eventId: t.exposeID('id', { description: "The vendor's id, a whole number of up to 64 bits." }),
    category: t.exposeString('category', {
      description: 'The category, such as `authentication`. More may come at any time.',
    }),
    action: t.exposeString('action', {
      description: 'What was done, such as `user-login-success`. More may come at any time.',
    }),
    description: t.string({
      nullable: true,
      description: 'The same as a sentence. Needs `pii:read`.',
      resolve: (event, _args, { viewer }) => unlessMasked(viewer, 'DESCRIPTION', event.description),
    }),
    username: t.string({
      nullable: true,
      description: 'Who did it. Needs `pii:read`.',
      resolve: (event, _args, { viewer }) => unlessMasked(viewer, 'USERNAME', event.username),
    }),
  }),
});
