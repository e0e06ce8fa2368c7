import { readFragment } from '../generated/fragment-masking.ts';
import { graphql } from '../generated/gql.ts';
import { usePanelQuery } from '../graph/use-panel-query.ts';
import { Panel } from '../parts/panel.tsx';
import { useService } from '../state/service.ts';
import { useSearchState } from '../state/use-search.ts';
import { toRange } from '../time/span.ts';
import { writeLength } from '../time/words.ts';

const FIRST_LOG_IN = graphql(`
  fragment FirstLogIn on EventConnection {
    nodes {
      id
      timestamp
      username
      ipAddress
    }
    coverage {
      ...CoverageFields
    }
  }
`);

const AFTERWARDS = graphql(`
  query Afterwards(
    $range: DateTimeRange!
    $user: EventFilter!
    $address: EventFilter!
    $withUser: Boolean!
    $withAddress: Boolean!
  ) {
    ofUser: events(range: $range, last: 1, filter: $user) @include(if: $withUser) {
      ...FirstLogIn
    }
    fromAddress: events(range: $range, last: 1, filter: $address) @include(if: $withAddress) {
      ...FirstLogIn
    }
  }
`);

const LOG_IN = { eq: 'user-login-success' };

/** Events after which a log-in is of interest. */
const ATTEMPTS: ReadonlySet<string> = new Set(['user-locked-out', 'user-login-failure']);

export const isAttempt = (action: string): boolean => ATTEMPTS.has(action);

/** Whether the user got in after all, and whether the address did: the first log-in of each in the hour after a lock-out or a failed log-in. */
export function Afterwards({
  timestamp,
  username,
  ipAddress,
  withinMs,
}: {
  readonly timestamp: string;
  readonly username: string | null;
  readonly ipAddress: string | null;
  readonly withinMs: number;
}) {
  const { scopes, clockOffsetMs } = useService();
  const fromMs = Date.parse(timestamp);
  const toMs = fromMs + withinMs;
  const canAsk = scopes.has('pii:read') && (username !== null || ipAddress !== null);
  const answer = usePanelQuery(
    AFTERWARDS,
    {
      range: toRange({ fromMs, toMs }),
      user: { action: LOG_IN, ...(username === null ? {} : { username: { eq: username } }) },
      address: { action: LOG_IN, ...(ipAddress === null ? {} : { ipAddress }) },
      withUser: username !== null,
      withAddress: ipAddress !== null,
    },
    { pause: !canAsk },
  );
  if (!canAsk) return null;
  const { ofUser, fromAddress } = answer.data ?? {};
  const lists = [ofUser, fromAddress].flatMap((list) => (list ? [readFragment(FIRST_LOG_IN, list)] : []));
  const coverage = lists.flatMap((list) => list.coverage);
  const logIns = lists.flatMap(({ nodes }) => nodes.slice(0, 1));
  // One log-in may be both.
  const shown = [...new Map(logIns.map((each) => [each.id, each])).values()].toSorted(
    (one, other) => Date.parse(one.timestamp) - Date.parse(other.timestamp),
  );
  const isOver = toMs <= Date.now() + clockOffsetMs;
  return (
    <Panel title="Afterwards" answer={answer} coverage={coverage} height={24}>
      {() =>
        shown.length > 0 ? (
          <ul className="related">
            {shown.map((logIn) => (
              <LogIn key={logIn.id} logIn={logIn} fromMs={fromMs} username={username} ipAddress={ipAddress} />
            ))}
          </ul>
        ) : (
          <p>
            No log-in of {[username, ipAddress].filter((each) => each !== null).join(' or from ')}{' '}
            {isOver ? `in the ${writeLength(withinMs)} after it` : 'so far'}.
          </p>
        )
      }
    </Panel>
  );
}

function LogIn({
  logIn,
  fromMs,
  username,
  ipAddress,
}: {
  readonly logIn: {
    readonly id: string;
    readonly timestamp: string;
    readonly username: string | null;
    readonly ipAddress: string | null;
  };
  readonly fromMs: number;
  readonly username: string | null;
  readonly ipAddress: string | null;
}) {
  const [, change] = useSearchState();
  const isSameUser = logIn.username === username;
  const isSameAddress = logIn.ipAddress !== null && logIn.ipAddress === ipAddress;
  const from = isSameAddress ? 'the same address' : (logIn.ipAddress ?? 'an unknown address');
  return (
    <li>
      <button type="button" className="related-entry" onClick={() => change({ open: logIn.id })}>
        <span>
          {writeLength(Date.parse(logIn.timestamp) - fromMs)} later{' '}
          <strong>{logIn.username ?? 'an unknown user'}</strong>
          {isSameUser ? '' : ', another user,'} logged in from {from}
        </span>
      </button>
    </li>
  );
}
