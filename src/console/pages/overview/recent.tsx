import { graphql } from '../../generated/gql.ts';
import { usePanelQuery } from '../../graph/use-panel-query.ts';
import { Panel } from '../../parts/panel.tsx';
import { useRange } from '../../state/use-range.ts';
import { writeMs, writeRowTime, writeZone } from '../../time/words.ts';
import { MoreLink, WhatIsDifferent } from './more-link.tsx';
import { Nothing } from './nothing.tsx';

const FAILURES = graphql(`
  query OverviewFailures($range: DateTimeRange!) {
    usageRecords(range: $range, first: 8, filter: { status: FAILED }) {
      nodes {
        id
        timestamp
        elementKey
        elementApi
        responseStatus
        processTime
      }
      coverage {
        ...CoverageFields
      }
    }
  }
`);

export function RecentFailures() {
  const { range, timeZone, span } = useRange();
  const answer = usePanelQuery(FAILURES, { range });
  const list = answer.data?.usageRecords;
  return (
    <Panel
      title="Recent failures"
      answer={answer}
      coverage={list?.coverage}
      height={250}
      actions={
        <>
          <WhatIsDifferent className="button" />
          <MoreLink to="/log" search={{ status: 'failed' }} words="All failures" />
        </>
      }
    >
      {() =>
        !list ? null : list.nodes.length === 0 ? (
          <Nothing what="failed calls" coverage={list.coverage} />
        ) : (
          <div className="recent" tabIndex={0} role="region" aria-label="The newest failed calls">
            <table>
              <thead>
                <tr>
                  <th scope="col">Time ({writeZone(span.toMs, timeZone)})</th>
                  <th scope="col">Element</th>
                  <th scope="col">API</th>
                  <th scope="col" className="number">
                    HTTP
                  </th>
                  <th scope="col" className="number">
                    Took
                  </th>
                </tr>
              </thead>
              <tbody>
                {list.nodes.map(({ id, timestamp, elementKey, elementApi, responseStatus, processTime }) => (
                  <tr key={id}>
                    <td>{writeRowTime(Date.parse(timestamp), timeZone)}</td>
                    <td>{elementKey ?? '–'}</td>
                    <td>{elementApi ?? '–'}</td>
                    <td className="number">{responseStatus ?? '–'}</td>
                    <td className="number">{processTime === null ? '–' : writeMs(processTime)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )
      }
    </Panel>
  );
}

/** What changes who may do what, or tells of an attempt to get in. Successful log-ins would drown them. */
const SECURITY_ACTIONS = [
  'user-login-failure',
  'user-locked-out',
  'password-changed',
  'role-created',
  'role_assigned',
  'api_key_created',
  'api_key_revoked',
];

const SECURITY = graphql(`
  query OverviewSecurity($range: DateTimeRange!, $actions: [String!]!) {
    events(range: $range, first: 8, filter: { action: { in: $actions } }) {
      nodes {
        id
        timestamp
        action
        username
        ipAddress
        masked
      }
      coverage {
        ...CoverageFields
      }
    }
  }
`);

export function RecentSecurityEvents() {
  const { range, timeZone, span } = useRange();
  const answer = usePanelQuery(SECURITY, { range, actions: SECURITY_ACTIONS });
  const list = answer.data?.events;
  return (
    <Panel
      title="Recent security events"
      answer={answer}
      coverage={list?.coverage}
      height={250}
      actions={<MoreLink to="/events" search={{ action: SECURITY_ACTIONS }} words="All of them" />}
    >
      {() =>
        !list ? null : list.nodes.length === 0 ? (
          <Nothing what="security events" coverage={list.coverage} />
        ) : (
          <div className="recent" tabIndex={0} role="region" aria-label="The newest security events">
            <table>
              <thead>
                <tr>
                  <th scope="col">Time ({writeZone(span.toMs, timeZone)})</th>
                  <th scope="col">Action</th>
                  <th scope="col">User</th>
                  <th scope="col">Address</th>
                </tr>
              </thead>
              <tbody>
                {list.nodes.map(({ id, timestamp, action, username, ipAddress, masked }) => (
                  <tr key={id}>
                    <td>{writeRowTime(Date.parse(timestamp), timeZone)}</td>
                    <td>{action}</td>
                    <td>{username ?? (masked.includes('USERNAME') ? 'hidden' : '–')}</td>
                    <td>{ipAddress ?? (masked.includes('IP_ADDRESS') ? 'hidden' : '–')}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )
      }
    </Panel>
  );
}
