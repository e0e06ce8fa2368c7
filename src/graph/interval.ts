import { builder } from './builder.ts';

export const IntervalType = builder.enumType('Interval', {
  description: 'The length of a bucket.',
  values: {
    YEAR: { description: 'A calendar year.' },
    QUARTER: { description: 'Three calendar months, starting with January, April, July or October.' },
    MONTH: { description: 'A calendar month.' },
    WEEK: { description: 'An ISO week, starting with Monday.' },
    DAY: { description: 'A calendar day. It has 23 or 25 hours if the clocks change.' },
    HOUR: {
      description:
        "An hour on the time zone's clock. If the clocks change and an hour comes twice, it is two buckets.",
    },
    MINUTE: { description: 'A minute.' },
    SECOND: { description: 'A second.' },
  } as const,
});
