import type { TimelineFilter } from '../../sources/timeline/filter.ts';
import type { Viewer } from '../access.ts';
import { builder } from '../builder.ts';
import { SourceType } from '../coverage.ts';
import { EventFilterInput, readEventFilter } from '../events/filter.ts';
import { refuseMasked } from '../masking.ts';
import { readUsageFilter, UsageRecordFilterInput } from '../usage/filter.ts';

export const TimelineFilterInput = builder.inputType('TimelineFilter', {
  description:
    'An entry must match all given fields that apply to its source. `usage` applies to usage records, `events` to events, and `ipAddress` to both. An empty list matches nothing.',
  fields: (t) => ({
    sources: t.field({ type: [SourceType], description: 'Entries of these sources. Default: both.' }),
    ipAddress: t.field({
      type: 'IP',
      description:
        'Entries of both sources from this address, or from any address in this CIDR block. This is a bounded scan: coverage says how far it got. If an entry names several addresses, one match is enough. Needs `pii:read`.',
    }),
    usage: t.field({ type: UsageRecordFilterInput, description: 'Further conditions for usage records.' }),
    events: t.field({ type: EventFilterInput, description: 'Further conditions for events.' }),
  }),
});

export type TimelineFilterShape = typeof TimelineFilterInput.$inferInput;

/**
 * The filter for the source, without nulls.
 * @throws RequestError `FORBIDDEN` for a field that would reveal what the viewer may not see; `LIMIT_EXCEEDED` if `not` is
 *   nested too deeply
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
