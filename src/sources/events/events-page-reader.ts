import { UpstreamError } from '../../base/upstream-error.ts';
import type { CallContext, Upstream } from '../../upstream/upstream.ts';
import { encodeSecond, type Query } from '../walk/query.ts';
import type { TimeDirection, VendorPage } from '../walk/vendor-list.ts';
import { decodeEvent } from './decode-event.ts';
import type { AuditEvent } from './event.ts';
import type { EventsDialect, EventsLore } from './events-lore.ts';
import type { OptionalEventField } from './event-fields.ts';

const OPERATION = '/events';

/** One page of one vendor query. */
export interface EventsPageQuery {
  readonly lowerMs: number;
  readonly upperMs: number;
  readonly direction: TimeDirection;
  /** From 1. */
  readonly page: number;
  readonly pageSize: number;
}

/** Reads one page, and tells what the vendor could sort it by. */
export type EventsPageReader = (
  query: EventsPageQuery,
) => Promise<VendorPage<AuditEvent> & { readonly sort: EventsDialect['sort'] }>;

/**
 * `GET /events`, asked in the best way that the vendor takes. A page shorter than asked is the last.
 * @throws UpstreamError
 */
export function createEventsPageReader(
  deps: {
    readonly upstream: Upstream;
    readonly lore: EventsLore;
    readonly settings: { readonly staleIfErrorMs: number };
  },
  context: CallContext,
  asked: { readonly filter: Query; readonly fields: ReadonlySet<OptionalEventField> },
): EventsPageReader {
  const { upstream, lore, settings } = deps;
  const fields = ['id', 'timestamp', 'category', 'action', ...[...asked.fields].sort()].join(',');
  return async (query) => {
    for (;;) {
      const { sort, hasOperators } = lore.dialect();
      try {
        const answer = await upstream.get(
          {
            operation: OPERATION,
            path: OPERATION,
            query: [
              ...asked.filter,
              ['createdFrom', `${hasOperators ? 'gt:' : ''}${encodeSecond(query.lowerMs)}`],
              ['createdTo', `${hasOperators ? 'lt:' : ''}${encodeSecond(query.upperMs)}`],
              ['fields', fields],
              ['page', String(query.page)],
              ['pageSize', String(query.pageSize)],
              ...encodeSort(sort, query.direction),
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
        lore.noteAccepted();
        const { value: entries, readAtMs, stale } = answer;
        return { entries, ended: entries.length < query.pageSize, readAtMs, stale, sort };
      } catch (error) {
        const isRejected = error instanceof UpstreamError && error.status === 400;
        if (!isRejected || !lore.noteRejected()) throw error;
      }
    }
  };
}

function encodeSort(sort: EventsDialect['sort'], direction: TimeDirection): Query {
  if (sort === 'none') return [];
  const suffix = direction === 'down' ? ':desc' : '';
  return [['sort', sort === 'id' ? `id${suffix}` : `timestamp${suffix},id${suffix}`]];
}
