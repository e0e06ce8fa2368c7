import { builder } from './builder.ts';

/** `Source` in the graph. */
export const SourceType = builder.enumType('Source', {
  description: 'The two vendors. At one instant, USAGE comes before EVENTS.',
  values: {
    USAGE: { description: 'The Usage API: calls of elements.' },
    EVENTS: { description: 'The Events API: what people did in the billing system.' },
  } as const,
});
