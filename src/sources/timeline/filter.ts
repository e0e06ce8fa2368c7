import { RequestError } from '../../base/errors.ts';
import { SOURCES } from '../../base/source.ts';
import type { Source } from '../../base/source.ts';
import { checkEventFilter } from '../events/filter.ts';
import type { EventFilter } from '../events/filter.ts';
import { checkAddress } from '../shared/addresses.ts';
import { checkUsageFilter } from '../usage/filter.ts';
import type { UsageFilter } from '../usage/filter.ts';

/** `usage` and `events` narrow their own source only, `ipAddress` both; without `sources`, both sources are read. */
export interface TimelineFilter {
  readonly sources?: readonly Source[];
  readonly ipAddress?: string;
  readonly usage?: UsageFilter;
  readonly events?: EventFilter;
}

/** The filter of each source; null: the timeline does not ask for this source. */
export interface TimelineFilterSplit {
  readonly usage: UsageFilter | null;
  readonly events: EventFilter | null;
}

/**
 * Splits a timeline's filter into those of its sources. The part of a source that is not asked for is not checked.
 * @throws RequestError `BAD_USER_INPUT` naming the argument, such as `filter.events.not.action.eq`
 */
export function splitTimelineFilter({
  sources = SOURCES,
  ipAddress,
  usage = {},
  events = {},
}: TimelineFilter): TimelineFilterSplit {
  const wanted = new Set(sources);
  if (ipAddress !== undefined) checkAddress(ipAddress, 'filter.ipAddress');
  if (wanted.has('USAGE')) checkUsageFilter(usage, 'filter.usage');
  if (wanted.has('EVENTS')) checkEventFilter(events, 'filter.events');
  return {
    usage: wanted.has('USAGE') ? { ...usage, ...oneAddress('usage', ipAddress, usage.ipAddress) } : null,
    events: wanted.has('EVENTS') ? { ...events, ...oneAddress('events', ipAddress, events.ipAddress) } : null,
  };
}

function oneAddress(
  part: string,
  shared: string | undefined,
  own: string | undefined,
): { readonly ipAddress?: string } {
  if (shared !== undefined && own !== undefined && shared !== own) {
    throw new RequestError(
      'BAD_USER_INPUT',
      `'filter.ipAddress' narrows both sources already; leave out 'filter.${part}.ipAddress' or ask for one of the two.`,
      { argument: `filter.${part}.ipAddress` },
    );
  }
  const ipAddress = shared ?? own;
  return ipAddress === undefined ? {} : { ipAddress };
}
