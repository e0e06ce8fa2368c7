import type { EventOrder } from '../../sources/events/order.ts';
import type { Viewer } from '../access.ts';
import { builder } from '../builder.ts';
import { refuseMasked } from '../masking.ts';

const EventOrderFieldType = builder.enumType('EventOrderField', {
  description: 'What events can be sorted by.',
  values: {
    TIMESTAMP: { description: 'When it happened.' },
    ID: { description: "The vendor's id, as a number." },
    CATEGORY: { description: 'The category, by code unit.' },
    ACTION: { description: 'The action, by code unit.' },
    USERNAME: { description: 'The user, by code unit. Needs `pii:read`.' },
  } as const,
});

const OrderDirectionType = builder.enumType('OrderDirection', {
  description: 'Which end comes first.',
  values: {
    ASC: { description: 'The smallest or oldest first.' },
    DESC: { description: 'The largest or newest first.' },
  } as const,
});

/** `EventOrder` in the graph. */
export const EventOrderInput = builder.inputType('EventOrder', {
  description:
    "One key to sort by. Nulls last. An order that can't be kept exactly over the range is refused with LIMIT_EXCEEDED.",
  fields: (t) => ({
    field: t.field({ type: EventOrderFieldType, required: true, description: 'What to sort by.' }),
    direction: t.field({
      type: OrderDirectionType,
      required: true,
      defaultValue: 'DESC',
      description: 'Which end comes first.',
    }),
  }),
});

/**
 * The order as the source takes it; empty: newest first.
 * @throws RequestError `FORBIDDEN` for an order that would tell what the viewer may not see
 */
export function readEventOrder(
  input: readonly (typeof EventOrderInput.$inferInput)[] | null | undefined,
  viewer: Viewer,
): readonly EventOrder[] {
  const orderBy = input ?? [];
  if (orderBy.some(({ field }) => field === 'USERNAME')) refuseMasked(viewer, 'USERNAME', 'orderBy');
  return orderBy;
}
