import { builder } from '../builder.ts';

/** `DateTimeRange` in the graph; frozen by `freezeRange`. */
export const DateTimeRangeInput = builder.inputType('DateTimeRange', {
  description:
    "Half-open: `from` is in, `to` is out. Either `from` (`to` defaults to now), or `last`, counted back from `to`. One 'now' per operation, frozen into every cursor; a future `to` is clamped to it. Over served files, a range that is left out is the last 7 days up to their last row.",
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'Where the range begins; it is in.' }),
    to: t.field({ type: 'DateTime', description: 'Where the range ends; it is out. Left out: now.' }),
    last: t.field({
      type: 'Duration',
      description: 'How long the range is, counted back from `to` in the UTC calendar.',
    }),
  }),
});
