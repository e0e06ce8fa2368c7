import type { TimelineFilter } from '../../sources/timeline/filter.ts';
import type { Viewer } from '../access.ts';
import { builder } from '../builder.ts';
import { EventFilterInput, readEventFilter } from '../events/filter.ts';
import { refuseMasked } from '../masking.ts';
import { SourceType } from '../source.ts';
import { readUsageFilter, UsageRecordFilterInput } from '../usage/filter.ts';

/** `TimelineFilter` in the graph. */
export const TimelineFilterInput = builder.inputType('TimelineFilter', {
  description:
    '`usage` and `events` narrow their own source only; `ipAddress` both; `sources` left out means both. An empty list matches nothing.',
  fields: (t) => ({
    sources: t.field({ type: [SourceType], description: 'Entries of these sources. Left out: of both.' }),
    ipAddress: t.field({
      type: 'IP',
      description:
        'From this address, or from any of this CIDR block, in both sources: a bounded scan. An entry that names several addresses matches by any of them. Needs `pii:read`.',
    }),
    usage: t.field({ type: UsageRecordFilterInput, description: 'Which usage records.' }),
    events: t.field({ type: EventFilterInput, description: 'Which events.' }),
  }),
});

export type TimelineFilterShape = typeof TimelineFilterInput.$inferInput;

/**
 * The filter as the source takes it, its nulls left out.
 * @throws RequestError `FORBIDDEN` for a part that would tell what the viewer may not see; `LIMIT_EXCEEDED`
 */
export function readTimelineFilter(
  input: TimelineFilterShape | null | undefined,
  viewer: Viewer,
): TimelineFilter {
  const { sources, ipAddress, usage, events } = input ?? {};
  if (ipAddress != null) refuseMasked(viewer, 'IP_ADDRESS', 'filter.ipAddress');
  return {
    ...(sources != null && { sources }),
    ...(ipAddress != null && { ipAddress }),
    ...(usage != null && { usage: readUsageFilter(usage, viewer, 'filter.usage') }),
    ...(events != null && { events: readEventFilter(events, viewer, 'filter.events') }),
  };
}
