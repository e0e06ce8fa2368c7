import { graphql } from '../generated/gql.ts';
import type { Confidence, CorrelationBasis } from '../generated/graphql.ts';
import { usePanelQuery } from '../graph/use-panel-query.ts';
import { Panel } from '../parts/panel.tsx';
import { useService } from '../state/service.ts';
import { useRange } from '../state/use-range.ts';
import { useSearchState } from '../state/use-search.ts';
import { writeRowTime } from '../time/words.ts';
import { What, Who } from './cells.tsx';
import type { Entry } from './entry.ts';

const RELATED_ENTRIES = graphql(`
  query RelatedEntries($id: ID!, $by: [CorrelationBasis!]!) {
    node(id: $id) {
      kind: __typename
      id
      ... on UsageRecord {
        relatedEvents(by: $by, first: 20) {
          edges {
            basis
            confidence
            node {
              kind: __typename
              id
              timestamp
              ...EventRow
            }
          }
          pageInfo {
            hasNextPage
          }
          coverage {
            ...CoverageFields
          }
        }
      }
      ... on Event {
        relatedUsage(by: $by, first: 20) {
          edges {
            basis
            confidence
            node {
              kind: __typename
              id
              timestamp
              ...CallRow
            }
          }
          pageInfo {
            hasNextPage
          }
          coverage {
            ...CoverageFields
          }
        }
      }
    }
  }
`);

/** Entries of the other source near in time, with why they are held to belong to this one. */
export function Related({
  id,
  isCall,
  hasAddress,
}: {
  readonly id: string;
  readonly isCall: boolean;
  readonly hasAddress: boolean;
}) {
  const { scopes } = useService();
  const scope = isCall ? 'events:read' : 'usage:read';
  const by: CorrelationBasis[] = scopes.has('pii:read') && hasAddress ? ['IP'] : ['TIME'];
  const answer = usePanelQuery(RELATED_ENTRIES, { id, by }, { pause: !scopes.has(scope) });
  const title = isCall ? 'Events within 5 minutes' : 'Calls within 5 minutes';
  if (!scopes.has(scope))
    return (
      <p className="notice">
        To see {title.toLowerCase()} you need the scope {scope}.
      </p>
    );
  const node = answer.data?.node;
  const found =
    node?.kind === 'UsageRecord' ? node.relatedEvents : node?.kind === 'Event' ? node.relatedUsage : null;
  return (
    <Panel title={title} answer={answer} coverage={found?.coverage} height={60}>
      {() => (
        <>
          {found && found.edges.length > 0 ? (
            <ul className="related">
              {found.edges.map(({ node: entry, basis, confidence }) => (
                <RelatedEntry key={entry.id} entry={entry} basis={basis} confidence={confidence} />
              ))}
            </ul>
          ) : (
            <p className="muted">
              {by[0] === 'IP' ? 'None from the same address.' : 'None at the same time.'}
            </p>
          )}
          {/* A longer time is asked only on demand, because the vendor's rows of all addresses are read for it. */}
          <p className="muted">
            {found?.pageInfo.hasNextPage ? 'There are more. ' : ''}What came later, up to an hour after, is in
            ‘What happened around it’.
          </p>
        </>
      )}
    </Panel>
  );
}

function RelatedEntry({
  entry,
  basis,
  confidence,
}: {
  readonly entry: Entry;
  readonly basis: readonly CorrelationBasis[];
  readonly confidence: Confidence;
}) {
  const [, change] = useSearchState();
  const { timeZone } = useRange();
  const why = basis.map((each) => (each === 'IP' ? 'same address' : 'same time')).join(', ');
  return (
    <li>
      <button type="button" className="related-entry" onClick={() => change({ open: entry.id })}>
        <span className="muted">{writeRowTime(Date.parse(entry.timestamp), timeZone)}</span>
        <span>
          <What entry={entry} /> · <Who entry={entry} />
        </span>
        <span className="muted related-why">
          {why}, confidence {confidence.toLowerCase()}
        </span>
      </button>
    </li>
  );
}
