import { builder } from '../builder.ts';

/** `Interval` in the graph. */
export const AnalyticsIntervalType = builder.enumType('Interval', {
  description: 'How long a bucket of a series is.',
  values: {
    YEAR: { description: 'A calendar year.' },
    QUARTER: { description: 'Three calendar months, from January, April, July or October.' },
    MONTH: { description: 'A calendar month.' },
    WEEK: { description: 'An ISO week, from Monday.' },
    DAY: { description: 'A calendar day; 23 or 25 hours where clocks change.' },
    HOUR: { description: "An hour as the zone's clock shows it; one that comes twice is two buckets." },
    MINUTE: { description: 'A minute.' },
    SECOND: { description: 'A second.' },
  } as const,
});
