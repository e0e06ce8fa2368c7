import { useCallback, useEffect, useRef, useState } from 'react';
import { graphql } from '../generated/gql.ts';
import type { LiveActivitySubscription, TimelineFilter } from '../generated/graphql.ts';
import { openStream } from '../graph/stream.ts';
import type { Failure } from '../graph/failures.ts';
import { NOTHING_FRESH, showFresh, takeFresh } from './fresh-rows.ts';
import type { Fresh, Gap } from './fresh-rows.ts';

export const LIVE_ACTIVITY = graphql(`
  subscription LiveActivity($filter: TimelineFilter, $since: DateTime, $resumeFrom: String) {
    activity(filter: $filter, since: $since, resumeFrom: $resumeFrom) {
      edges {
        node {
          kind: __typename
          id
          timestamp
          ...CallRow
          ...EventRow
        }
      }
      cursor
      coverage {
        source
        status
        from
        to
        code
        reason
      }
    }
  }
`);

type Update = LiveActivitySubscription['activity'];
export type LiveRow = Update['edges'][number]['node'];

export type LiveState =
  | { readonly kind: 'off' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  /** The connection was cut. It is tried again by itself, from the last cursor. */
  | { readonly kind: 'trying'; readonly inMs: number }
  | { readonly kind: 'refused'; readonly failure: Failure };

const MOST_WAIT_MS = 15_000;
/** The service says at least each 15 s that nothing has happened. */
const SILENCE_MS = 40_000;

/** What to follow, from when. `known`: ids that the list itself shows. */
export interface Followed {
  readonly filter: TimelineFilter;
  readonly since: string;
  readonly known: ReadonlySet<string>;
}

/** Follows new entries. A cut goes on from the last cursor, so that no entry is lost and none comes twice. */
export function useLive(followed: Followed | null) {
  const [state, setState] = useState<LiveState>({ kind: 'off' });
  const [fresh, setFresh] = useState<Fresh<LiveRow>>(NOTHING_FRESH);
  const key = followed && JSON.stringify([followed.filter, followed.since]);
  const latest = useRef(followed);
  latest.current = followed;
  useEffect(() => {
    const { current } = latest;
    setFresh(NOTHING_FRESH);
    if (key === null || !current) return setState({ kind: 'off' });
    return follow(current, setState, ({ edges, coverage }) => {
      const gaps = coverage.filter(({ status }) => status === 'TRUNCATED' || status === 'EXPIRED').map(toGap);
      const rows = edges.map(({ node }) => node);
      if (rows.length > 0 || gaps.length > 0)
        setFresh((before) => takeFresh(before, rows, gaps, latest.current?.known ?? new Set()));
    });
  }, [key]);
  return { state, fresh, show: useCallback(() => setFresh(showFresh), []) };
}

function toGap({ source, from, to, reason }: Update['coverage'][number]): Gap {
  return {
    kind: 'gap',
    id: ['gap', source, from, to].join(' '),
    fromMs: Date.parse(from),
    toMs: Date.parse(to),
    words: reason ?? 'Entries of this span may be missing.',
  };
}

function follow(
  { filter, since }: Followed,
  setState: (state: LiveState) => void,
  take: (update: Update) => void,
): () => void {
  let cursor: string | null = null;
  let tries = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let close = (): void => {};
  const again = (): void => {
    close();
    const inMs = Math.min(MOST_WAIT_MS, 1_000 * 2 ** tries);
    tries += 1;
    setState({ kind: 'trying', inMs });
    clearTimeout(timer);
    timer = setTimeout(connect, inMs);
  };
  const expectWord = (): void => {
    clearTimeout(timer);
    timer = setTimeout(again, SILENCE_MS);
  };
  const connect = (): void => {
    if (tries === 0) setState({ kind: 'connecting' });
    expectWord();
    close = openStream(
      LIVE_ACTIVITY,
      { filter, ...(cursor === null ? { since } : { resumeFrom: cursor }) },
      {
        next({ activity }) {
          tries = 0;
          cursor = activity.cursor;
          expectWord();
          setState({ kind: 'connected' });
          take(activity);
        },
        end({ failures: [failure] }) {
          if (!failure || failure.canRetry) return again();
          clearTimeout(timer);
          setState({ kind: 'refused', failure });
        },
      },
    );
  };
  connect();
  return () => {
    clearTimeout(timer);
    close();
  };
}
