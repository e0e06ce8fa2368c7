import { BreakDownLink } from '../breakdown/break-down-link.tsx';
import { ExportButton } from '../../export/export-button.tsx';
import { graphql } from '../../generated/gql.ts';
import { Available } from '../../lists/available.tsx';
import { EVENT_COLUMNS } from '../../lists/cells.tsx';
import { EntryList } from '../../lists/entry-list.tsx';
import { EVENT_KEYS, findExclusionFault, readEventFilter } from '../../lists/event-filter.ts';
import { readConnection } from '../../lists/read-page.ts';
import { toRows } from '../../lists/to-rows.ts';
import { useRange } from '../../state/use-range.ts';
import { useSearchState } from '../../state/use-search.ts';

const EVENTS_PAGE = graphql(`
  query EventsPage($range: DateTimeRange!, $filter: EventFilter, $first: Int!, $after: String) {
    events(range: $range, filter: $filter, first: $first, after: $after) {
      nodes {
        kind: __typename
        id
        timestamp
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

const EVENTS_TOTAL = graphql(`
  query EventsTotal($range: DateTimeRange!, $filter: EventFilter) {
    events(range: $range, filter: $filter, first: 1) {
      totalCount {
        value
        accuracy
      }
    }
  }
`);

/** All events of the range that meet the conditions, newest first. */
export function Events() {
  const [search] = useSearchState();
  const { range } = useRange();
  const fault = findExclusionFault(search);
  const filter = fault === null ? readEventFilter(search) : {};
  return (
    <Available sources={['EVENTS']}>
      <EntryList
        actions={
          <>
            <BreakDownLink source="events" />
            <ExportButton list="events" range={range} filter={filter} />
          </>
        }
        what="events"
        label="Events"
        hint="Filter: action:user-locked-out, user:…, -action:user-logout"
        keys={EVENT_KEYS}
        menus={['category', 'action', 'user', 'ip']}
        sourceOf={() => 'EVENTS'}
        columns={EVENT_COLUMNS}
        question={{
          document: EVENTS_PAGE,
          variables: { range, filter },
          readPage: ({ events }) => readConnection(events),
        }}
        total={{
          document: EVENTS_TOTAL,
          variables: { range, filter },
          readTotal: ({ events }) => events?.totalCount ?? null,
        }}
        toLines={toRows}
        followed={{ sources: ['EVENTS'], events: filter }}
        fault={fault}
      />
    </Available>
  );
}
