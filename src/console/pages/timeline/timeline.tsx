import { graphql } from '../../generated/gql.ts';
import { Available } from '../../lists/available.tsx';
import { likeness, TIMELINE_COLUMNS } from '../../lists/cells.tsx';
import { EntryList } from '../../lists/entry-list.tsx';
import { readConnection } from '../../lists/read-page.ts';
import { quietMs, tellStory } from '../../lists/story.ts';
import { leavesCallsOut, readTimelineFilter, TIMELINE_KEYS } from '../../lists/timeline-filter.ts';
import { useRange } from '../../state/use-range.ts';
import { useSearchState } from '../../state/use-search.ts';

const TIMELINE_PAGE = graphql(`
  query TimelinePage($range: DateTimeRange!, $filter: TimelineFilter, $first: Int!, $after: String) {
    timeline(range: $range, filter: $filter, first: $first, after: $after) {
      nodes {
        kind: __typename
        id
        timestamp
        ...CallRow
        ...EventRow
      }
      pageInfo {
        hasNextPage
        endCursor
      }
      coverage {
        ...CoverageFields
      }
    }
  }
`);

const TIMELINE_TOTAL = graphql(`
  query TimelineTotal($range: DateTimeRange!, $filter: TimelineFilter) {
    timeline(range: $range, filter: $filter, first: 1) {
      totalCount {
        value
        accuracy
      }
    }
  }
`);

const OF_CALLS = new Set(['status', 'element', 'api', 'account']);

/** Both sources in one stream, newest first, as the story of an address or a user. */
export function Timeline() {
  const [search] = useSearchState();
  const { range, span } = useRange();
  const filter = readTimelineFilter(search);
  const quiet = quietMs(span.toMs - span.fromMs);
  return (
    <Available sources={['USAGE', 'EVENTS']}>
      {leavesCallsOut(search) && (
        <p className="notice">
          Calls are left out, because the Usage API names its users by other ids. To see calls too, take the
          address from one of these events.
        </p>
      )}
      <EntryList
        what="entries"
        label="Timeline of both sources"
        hint="Follow an address or a user: ip:…, user:…"
        keys={TIMELINE_KEYS}
        menus={['ip', 'user', 'action', 'element', 'status']}
        sourceOf={({ key }) => (OF_CALLS.has(key) ? 'USAGE' : 'EVENTS')}
        columns={TIMELINE_COLUMNS}
        question={{
          document: TIMELINE_PAGE,
          variables: { range, filter },
          readPage: ({ timeline }) => readConnection(timeline),
        }}
        total={{
          document: TIMELINE_TOTAL,
          variables: { range, filter },
          readTotal: ({ timeline }) => timeline?.totalCount ?? null,
        }}
        toLines={(rows, before, opened) => tellStory(rows, before, { likeness, quiet, opened })}
        followed={filter}
      />
    </Available>
  );
}
