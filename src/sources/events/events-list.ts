import { UpstreamError } from '../../base/upstream-error.ts';
import type { CallContext, Upstream } from '../../upstream/upstream.ts';
import { encodeSecond, type Query } from '../walk/query.ts';
import {
  isDropped,
  type DroppedRow,
  type TimeDirection,
  type VendorList,
  type VendorPage,
  type VendorWindow,
} from '../walk/vendor-list.ts';
import { decodeEvent } from './decode-event.ts';
import type { AuditEvent } from './event.ts';
import type { OptionalEventField } from './events-source.ts';

const OPERATION = '/events';

/** How the vendor wants to be asked, best first; the page leaves both open (`behaviour.md`, 'dates' and 'sort'). */
const DIALECTS = (['timestamp', 'id', 'none'] as const).flatMap((sort) =>
  ([true, false] as const).map((hasOperators) => ({ sort, hasOperators })),
);

/** What is learnt of the vendor by watching it; one per process, since it holds for every caller. */
export interface EventsLore {
  /** Into `DIALECTS`: the best one not yet refused. */
  dialect: number;
  /** An answer came in this dialect: a 400 from now on is about the query, not about how it is asked. */
  isProven: boolean;
  /** Ids have been seen to run against time: the order by id is no order in time. */
  isIdOrderBroken: boolean;
}

/** Nothing known yet. */
export function createEventsLore(): EventsLore {
  return { dialect: 0, isProven: false, isIdOrderBroken: false };
}

/** `GET /events` as the walk sees it: whole seconds, either direction, a short page ends the list. */
export function createEventsList(
  upstream: Upstream,
  context: CallContext,
  settings: { readonly largestPage: number; readonly staleIfErrorMs: number },
  lore: EventsLore,
  query: { readonly filter: Query; readonly fields: ReadonlySet<OptionalEventField> },
): VendorList<AuditEvent> {
  const fields = ['id', 'timestamp', 'category', 'action', ...[...query.fields].sort()].join(',');

  const readPage = async (
    window: VendorWindow,
    page: number,
    pageSize: number,
  ): Promise<VendorPage<AuditEvent>> => {
    for (;;) {
      const { sort, hasOperators } = DIALECTS[lore.dialect]!;
      try {
        const answer = await upstream.get(
          {
            operation: OPERATION,
            path: OPERATION,
            query: [
              ...query.filter,
              ['createdFrom', `${hasOperators ? 'gt:' : ''}${encodeSecond(window.lowerMs)}`],
              ['createdTo', `${hasOperators ? 'lt:' : ''}${encodeSecond(window.upperMs)}`],
              ['fields', fields],
              ['page', String(page)],
              ['pageSize', String(pageSize)],
              ...encodeSort(sort, window.direction),
            ],
            // Rows may still be slipped into the past; an earlier answer only stands in where the vendor fails.
            cache: { freshMs: 0, staleIfErrorMs: settings.staleIfErrorMs },
            decode: (response) => {
              if (response.status === 404) return { value: [], rows: 0 };
              if (!Array.isArray(response.body))
                throw new TypeError('The vendor did not answer with a list.');
              return { value: response.body.map(decodeEvent), rows: response.body.length };
            },
          },
          context,
        );
        lore.isProven = true;
        const entries = answer.value;
        return { entries, ended: entries.length < pageSize, readAtMs: answer.readAtMs, stale: answer.stale };
      } catch (error) {
        const isRefused = error instanceof UpstreamError && error.status === 400;
        if (!isRefused || lore.isProven || lore.dialect + 1 >= DIALECTS.length) throw error;
        lore.dialect += 1;
      }
    }
  };

  /** Where no order can be had from the vendor, the whole bounded window is read and sorted here. */
  const readWhole = async (window: VendorWindow): Promise<VendorPage<AuditEvent>> => {
    const entries: (AuditEvent | DroppedRow)[] = [];
    const ids = new Set<string>();
    for (let page = 1, readAtMs = Infinity, stale = false; ; page += 1) {
      const read = await readPage(window, page, settings.largestPage);
      readAtMs = Math.min(readAtMs, read.readAtMs);
      stale ||= read.stale;
      for (const entry of read.entries) {
        if (isDropped(entry)) continue;
        if (ids.has(entry.id)) throw outOfOrder();
        ids.add(entry.id);
      }
      entries.push(...read.entries);
      if (read.ended) return { entries: sortByTime(entries, window.direction), ended: true, readAtMs, stale };
    }
  };

  return {
    source: 'EVENTS',
    operation: OPERATION,
    unitMs: 1000,
    largestPage: settings.largestPage,
    open(window) {
      let pages = 0;
      let isWhole = false;
      return {
        async next() {
          pages += 1;
          if (isWhole) throw outOfOrder();
          const isSortedHere = (): boolean => {
            const { sort } = DIALECTS[lore.dialect]!;
            return sort === 'none' || (sort === 'id' && lore.isIdOrderBroken);
          };
          if (!isSortedHere()) {
            const page = await readPage(window, pages, window.pageSize);
            const { sort } = DIALECTS[lore.dialect]!;
            if (sort === 'timestamp' || (sort === 'id' && isInOrder(page.entries, window.direction)))
              return page;
            if (sort === 'id') lore.isIdOrderBroken = true;
          }
          if (pages > 1) throw outOfOrder(); // the walk reads the window anew, and then whole
          isWhole = true;
          return readWhole(window);
        },
      };
    },
  };
}

function encodeSort(sort: 'timestamp' | 'id' | 'none', direction: TimeDirection): Query {
  if (sort === 'none') return [];
  const suffix = direction === 'down' ? ':desc' : '';
  return [['sort', sort === 'id' ? `id${suffix}` : `timestamp${suffix},id${suffix}`]];
}

function isInOrder(entries: readonly (AuditEvent | DroppedRow)[], direction: TimeDirection): boolean {
  const times = entries.flatMap((entry) => (isDropped(entry) ? [] : [entry.timestampMs]));
  return times.every((time, at) => {
    const previous = times[at - 1];
    return previous === undefined || (direction === 'down' ? time <= previous : time >= previous);
  });
}

/** Stable, so that a dropped row without a time stays behind its neighbour. */
function sortByTime(
  entries: readonly (AuditEvent | DroppedRow)[],
  direction: TimeDirection,
): (AuditEvent | DroppedRow)[] {
  let latest = 0;
  const timed = entries.map((entry) => {
    latest = entry.timestampMs ?? latest;
    return { entry, timestampMs: latest };
  });
  timed.sort((a, b) =>
    direction === 'down' ? b.timestampMs - a.timestampMs : a.timestampMs - b.timestampMs,
  );
  return timed.map(({ entry }) => entry);
}

function outOfOrder(): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_OUT_OF_ORDER',
    source: 'EVENTS',
    operation: OPERATION,
    message:
      'The vendor gave one event twice within one list, so a page could lack rows; nothing was given out.',
  });
}
