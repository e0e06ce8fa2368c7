import { RequestError } from '../../base/errors.ts';
import type { Source } from '../../base/source.ts';
import type { FeedUpdate } from '../../sources/live/feed.ts';
import { UPDATE_ROWS } from '../../sources/live/news.ts';
import { seenBefore, seenOnPage, seenUpTo } from '../../sources/live/seen-rows.ts';
import type { SeenRows } from '../../sources/live/seen-rows.ts';
import type { Coverage } from '../../sources/paging/coverage.ts';
import type { Activity } from '../../sources/timeline/activity.ts';
import type { TimelineFilter } from '../../sources/timeline/filter.ts';
import { requireAccess } from '../access.ts';
import { builder } from '../builder.ts';
import type { GraphContext } from '../context.ts';
import { CoverageType } from '../coverage.ts';
import type { Edge } from '../paging/connection.ts';
import { digestFilter, digestQuery } from '../paging/cursor.ts';
import { freezeRange } from '../paging/range.ts';
import { coverForbidden, splitSources } from './access.ts';
import { ActivityEdgeType } from './connection.ts';
import { readTimelineFilter, TimelineFilterInput } from './filter.ts';
import type { TimelineFilterShape } from './filter.ts';
import { isLiveCursor } from '../paging/live-cursor.ts';

/** An update as the graph shows it. */
interface ActivityUpdate {
  readonly edges: readonly Edge<Activity>[];
  cursor(): string;
  readonly coverage: readonly Coverage[];
}

const NOTHING = { rows: [], hasMore: false, end: null, coverage: [] };
const NEEDED = ['usage:read', 'events:read'] as const;

const ActivityUpdateType = builder.objectRef<ActivityUpdate>('ActivityUpdate').implement({
  description:
    'What a stream has to tell: new entries, a gap, a change of a vendor, or, as a heartbeat, that nothing has happened.',
  requires: NEEDED,
  fields: (t) => ({
    edges: t.field({
      type: [ActivityEdgeType],
      description:
        'New entries in the order of being seen: oldest first, but late entries come when the vendor shows them. Empty for heartbeats. The cursor of an edge is one of `timeline` with the same filter and without a range.',
      resolve: ({ edges }) => edges,
    }),
    cursor: t.string({
      description: 'The place in the stream after this update, for `resumeFrom`.',
      resolve: (update) => update.cursor(),
    }),
    coverage: t.field({
      type: [CoverageType],
      description:
        'Up to when each source was read, and how. A TRUNCATED or EXPIRED span is one in which entries may be missing: read it by the list.',
      resolve: ({ coverage }) => coverage,
    }),
  }),
});

builder.subscriptionType({ description: 'Everything that you can follow as it happens, over SSE.' });

builder.subscriptionField('activity', (t) =>
  t.field({
    type: ActivityUpdateType,
    description:
      'New entries of both sources as they are seen, late ones too. Heartbeats without entries come every 15 s. Reads `GET /usage` and `GET /events`, once for all streams.',
    args: {
      filter: t.arg({
        type: TimelineFilterInput,
        description:
          'Which entries to tell. Default: all. `usage.hub` and `usage.searchText` are refused, because the vendor alone can apply them.',
      }),
      since: t.arg({
        type: 'DateTime',
        description: 'Begin with the entries from this time on. Default: with entries that come from now on.',
      }),
      resumeFrom: t.arg.string({
        description:
          'Go on after this place: `cursor` of an update, or `startCursor` of `timeline` with the same filter. The header `Last-Event-ID` does the same. Do not combine it with `since`.',
      }),
    },
    extensions: {
      // The poller makes the calls, for all streams together.
      estimate: () => ({ calls: [], sizes: { edges: UPDATE_ROWS } }),
    },
    subscribe: (_root, args, context) => openActivity(args, context),
    resolve: (update: ActivityUpdate) => update,
  }),
);

interface ActivityArguments {
  readonly filter?: TimelineFilterShape | null | undefined;
  readonly since?: number | null | undefined;
  readonly resumeFrom?: string | null | undefined;
}

/** @throws RequestError `UNAUTHENTICATED`, `FORBIDDEN`, `BAD_USER_INPUT`, `CURSOR_INVALID`, before anything is read */
function openActivity(
  { filter: input, since = null, resumeFrom = null }: ActivityArguments,
  context: GraphContext,
): AsyncIterableIterator<ActivityUpdate> {
  const { viewer, nowMs, live } = context;
  // The schema checks the access to a type only when a field is resolved.
  requireAccess(viewer, NEEDED);
  const filter = readTimelineFilter(input, viewer);
  const { readable, forbidden } = splitSources(filter, viewer);
  // A client that reconnects sends the header beside the arguments of its first request.
  const resume = live.lastEventId ?? resumeFrom;
  if (since !== null && resumeFrom !== null)
    throw fault('since', "can't be combined with 'resumeFrom'. Give one of the two.");
  if (since !== null && since > nowMs) throw fault('since', 'must not be after now.');
  const query = digestQuery('activity', { filter, binding: live.binding }).digest;
  const startOf =
    resume === null
      ? () => (since === null ? null : seenBefore(since))
      : readPlace(resume, filter, query, context);
  const range = { fromMs: nowMs - 1, toMs: nowMs };
  const feed = live.open({
    filter: forbidden.length > 0 ? { ...filter, sources: readable } : filter,
    startOf,
    fixed: coverForbidden(NOTHING, forbidden, range).coverage,
  });
  return showUpdates(feed, filter, query, context);
}

/** Where a stream goes on, for each source; null: it begins now. */
function readPlace(
  resume: string,
  filter: TimelineFilter,
  query: Buffer,
  { live, cursors }: GraphContext,
): (source: Source) => SeenRows | null {
  const argument = live.lastEventId === null ? 'resumeFrom' : 'Last-Event-ID';
  if (isLiveCursor(resume)) {
    const parts = live.cursors.open(resume, query, argument);
    return (source) => parts.get(source) ?? null;
  }
  const { position, shown } = cursors.openPlace(
    resume,
    'timeline',
    digestFilter('timeline', filter),
    argument,
  );
  if (!shown) return () => seenUpTo(position);
  const { fromMs, last, sums } = shown;
  return (source) => seenOnPage(position, { fromMs, last, ...sums[source] });
}

/** The feed's updates as the graph shows them. Not a generator, which could not be ended while it waits. */
function showUpdates(
  feed: AsyncIterableIterator<FeedUpdate>,
  filter: TimelineFilter,
  query: Buffer,
  context: GraphContext,
): AsyncIterableIterator<ActivityUpdate> {
  const { live, cursors } = context;
  const list = digestQuery('timeline', { filter });
  const show = ({ kind, rows, parts, coverage }: FeedUpdate): ActivityUpdate => {
    let sealed: string | null = null;
    const cursor = (): string => (sealed ??= live.cursors.seal(query, parts));
    // A heartbeat without an id leaves a client at the entries that it has.
    const hasId = kind === 'entries' || kind === 'gap' || kind === 'opening';
    live.onUpdate(hasId ? cursor() : null);
    return {
      cursor,
      coverage,
      edges: rows.map((node) => ({
        node,
        cursor() {
          const { timestampMs, source, id } = node;
          const range = freezeRange(null, { nowMs: timestampMs + 1, hasArchive: false });
          return cursors.seal({
            query: list,
            range,
            position: { timestampMs, source, id },
            hasRowsPast: true,
          });
        },
      })),
    };
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const read = await feed.next();
      return read.done ? read : { done: false, value: show(read.value) };
    },
    async return() {
      await feed.return?.();
      return { done: true, value: undefined };
    },
  };
}

function fault(argument: string, rule: string): RequestError {
  return new RequestError('BAD_USER_INPUT', `'${argument}' ${rule}`, { argument });
}
