import type { Source } from '../../base/source.ts';
import { estimateEventList } from '../events/estimate.ts';
import type { CallNeeds, ListQuestion, ListRole } from '../paging/estimate.ts';
import { estimateUsageList } from '../usage/estimate.ts';
import { splitTimelineFilter } from './filter.ts';
import type { TimelineFilter } from './filter.ts';

/** How many of the page's rows one source has is not known, and a page of both is no count of either. */
const PART: ListRole = { list: 'timeline', pageSize: Infinity, isCountedByPage: false };

/**
 * The calls for a page of the timeline, or for its count: those of each source that it asks for.
 * @throws RequestError `BAD_USER_INPUT` as the timeline itself
 */
export function estimateTimeline(question: ListQuestion<TimelineFilter>): readonly CallNeeds[] {
  const { usage, events } = splitTimelineFilter(question.filter);
  return [
    ...(usage ? estimateUsageList({ ...question, filter: usage }, PART) : []),
    ...(events ? estimateEventList({ ...question, filter: events, orderBy: [] }, PART) : []),
  ];
}

/** The calls for what is related to entries: one scan of the other source for all entries, none if there is no entry. */
export function estimateRelated(source: Source): readonly CallNeeds[] {
  return [{ source, possibleScans: [`related ${source}`], isOpen: true }];
}
