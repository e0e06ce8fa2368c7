import type { EventOrder } from '../../sources/events/order.ts';
import type { Viewer } from '../access.ts';
import { builder } from '../builder.ts';
import { refuseMasked } from '../masking.ts';

const EventOrderFieldType = builder.enumType('EventOrderField', {
  description:
    'The fields that events can be sorted by. Texts are sorted by their UTF-16 codes: capital letters before small ones.',
  values: {
    TIMESTAMP: { description: 'The time of the event.' },
    ID: { description: "The vendor's id, as a number." },
    CATEGORY: { description: 'The category.' },
    ACTION: { description: 'The action.' },
    USERNAME: { description: 'The username. Needs `pii:read`.' },
  } as const,
});

const OrderDirectionType = builder.enumType('OrderDirection', {
  description: 'The direction of a sort.',
  values: {
    ASC: { description: 'Smallest or oldest first.' },
    DESC: { description: 'Largest or newest first.' },
  } as const,
});

export const EventOrderInput = builder.inputType('EventOrder', {
  description:
    'One sort key. Events without a value come last. Any order other than by time reads the whole range first: if it holds more rows than `service.limits.maxScannedRows`, the query fails with LIMIT_EXCEEDED. Shorten the range then.',
  fields: (t) => ({
    field: t.field({ type: EventOrderFieldType, required: true, description: 'The field to sort by.' }),
    direction: t.field({
      type: OrderDirectionType,
      required: true,
      defaultValue: 'DESC',
      description: 'The direction of the sort.',
    }),
  }),
});

/**
 * The order for the source. Empty: newest first.
 * @throws RequestError `FORBIDDEN` for an order that would reveal what the viewer may not see
 */
export function readEventOrder(
  input: readonly (typeof EventOrderInput.$inferInput)[] | null | undefined,
  viewer: Viewer,
): readonly EventOrder[] {
  const orderBy = input ?? [];
  if (orderBy.some(({ field }) => field === 'USERNAME')) refuseMasked(viewer, 'USERNAME', 'orderBy');
  return orderBy;
}
