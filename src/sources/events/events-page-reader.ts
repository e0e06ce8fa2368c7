import { UpstreamError } from '../../base/upstream-error.ts';
import type { CallContext, Query } from '../../upstream/upstream.ts';
import { encodeSecond } from '../walk/encode-instant.ts';
import { readVendorList } from '../walk/read-vendor-list.ts';
import { isDropped, type TimeDirection, type VendorPage } from '../walk/vendor-list.ts';
import { decodeEvent } from './decode-event.ts';
import type { AuditEvent } from './event.ts';
import type { EventsDeps } from './events-deps.ts';
import { EVENTS_DIALECTS, type EventsDialect } from './events-lore.ts';
import type { OptionalEventField } from './event-fields.ts';

const OPERATION = '/events';
/** The vendor's times are whole seconds. */
export const SECOND_MS = 1000;

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
 * `GET /events`, asked in the best way that the vendor takes: only an answer proves one. A page shorter than asked is the
 * last.
 * @throws UpstreamError, the first refusal where the vendor takes none
 */
export function createEventsPageReader(
  deps: EventsDeps,
  context: CallContext,
  asked: { readonly filter: Query; readonly fields: ReadonlySet<OptionalEventField> },
): EventsPageReader {
  const { lore, visible } = deps;
  const optional = visible ? asked.fields.intersection(visible) : asked.fields;
  const fields = ['id', 'timestamp', 'category', 'action', ...[...optional].sort()].join(',');
  return async (query) => {
    const refused = new Set<EventsDialect>();
    let refusal: unknown;
    for (;;) {
      const dialect = lore.dialect ?? EVENTS_DIALECTS.find((one) => !refused.has(one));
      if (!dialect || refused.has(dialect)) throw refusal;
      const { sort, hasOperators } = dialect;
      try {
        const read = await readVendorList(deps, context, {
          source: 'EVENTS',
          operation: OPERATION,
          query: [
            ...asked.filter,
            ['createdFrom', `${hasOperators ? 'gt:' : ''}${encodeSecond(query.lowerMs)}`],
            ['createdTo', `${hasOperators ? 'lt:' : ''}${encodeSecond(query.upperMs)}`],
            ['fields', fields],
            ['page', String(query.page)],
            ['pageSize', String(query.pageSize)],
            ...encodeSort(sort, query.direction),
          ],
          upperMs: query.upperMs,
          unitMs: SECOND_MS,
          notFound: 'refusal',
          decodeRow: decodeEvent,
        });
        // An answer that can't be understood proves nothing.
        if (read.entries.length === 0 || !read.entries.every(isDropped)) lore.dialect ??= dialect;
        return { ...read, ended: read.entries.length < query.pageSize, sort };
      } catch (error) {
        if (!(error instanceof UpstreamError) || error.status !== 400) throw error;
        refusal ??= error;
        refused.add(dialect);
      }
    }
  };
}

function encodeSort(sort: EventsDialect['sort'], direction: TimeDirection): Query {
  if (sort === 'none') return [];
  const suffix = direction === 'down' ? ':desc' : '';
  return [['sort', sort === 'id' ? `id${suffix}` : `timestamp${suffix},id${suffix}`]];
}
