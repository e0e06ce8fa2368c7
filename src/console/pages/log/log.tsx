import { BreakDownLink } from '../breakdown/break-down-link.tsx';
import { ExportButton } from '../../export/export-button.tsx';
import { graphql } from '../../generated/gql.ts';
import { CALL_KEYS, readCallFilter } from '../../lists/call-filter.ts';
import { CALL_COLUMNS } from '../../lists/cells.tsx';
import { EntryList } from '../../lists/entry-list.tsx';
import { readConnection } from '../../lists/read-page.ts';
import { toRows } from '../../lists/to-rows.ts';
import { Available } from '../../lists/available.tsx';
import { useRange } from '../../state/use-range.ts';
import { useSearchState } from '../../state/use-search.ts';

const CALLS_PAGE = graphql(`
  query CallsPage($range: DateTimeRange!, $filter: UsageRecordFilter, $first: Int!, $after: String) {
    usageRecords(range: $range, filter: $filter, first: $first, after: $after) {
      nodes {
        kind: __typename
        id
        timestamp
        ...CallRow
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

const CALLS_TOTAL = graphql(`
  query CallsTotal($range: DateTimeRange!, $filter: UsageRecordFilter) {
    usageRecords(range: $range, filter: $filter, first: 1) {
      totalCount {
        value
        accuracy
      }
    }
  }
`);

const MENUS = ['status', 'element', 'api', 'user', 'account', 'instance', 'ip', 'tag', 'code'];

/** All calls of the range that meet the conditions, newest first. */
export function Log() {
  const [search] = useSearchState();
  const { range } = useRange();
  const filter = readCallFilter(search);
  return (
    <Available sources={['USAGE']}>
      <EntryList
        actions={
          <>
            <BreakDownLink source="calls" />
            <ExportButton list="usage" range={range} filter={filter} />
          </>
        }
        what="calls"
        label="Calls"
        hint="Filter: status:failed, element:…, ip:…"
        keys={CALL_KEYS}
        menus={MENUS}
        sourceOf={() => 'USAGE'}
        columns={CALL_COLUMNS}
        question={{
          document: CALLS_PAGE,
          variables: { range, filter },
          readPage: ({ usageRecords }) => readConnection(usageRecords),
        }}
        total={{
          document: CALLS_TOTAL,
          variables: { range, filter },
          readTotal: ({ usageRecords }) => usageRecords?.totalCount ?? null,
        }}
        toLines={toRows}
        followed={{ sources: ['USAGE'], usage: filter }}
        notFollowed={['hub', 'q']}
      />
    </Available>
  );
}
