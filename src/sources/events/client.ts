import { UpstreamError } from '../../base/errors.ts';
import type { Direction } from '../../base/time.ts';
import type { CallContext, Query } from '../../upstream/upstream.ts';
import { isSkipped } from '../paging/vendor-list.ts';
import type { VendorPage } from '../paging/vendor-list.ts';
import { readVendorPage } from '../paging/vendor-page.ts';
import type { ListDeps } from '../paging/vendor-page.ts';
import { encodeSecond } from '../shared/timestamps.ts';
import { decodeEvent } from './decode.ts';
import type { AuditEvent, OptionalEventField } from './event.ts';
import { EVENTS_DIALECTS } from './quirks.ts';
import type { EventsDialect, EventsQuirks } from './quirks.ts';

/** What reading the Events API needs in one operation. */
export interface EventsDeps extends ListDeps {
  /** What was learnt with the same credentials. */
  readonly quirks: EventsQuirks;
  /** The optional fields that the operation's caller may see; left out: all. No others are asked for. */
  readonly visible?: ReadonlySet<OptionalEventField>;
}

/** The vendor's path template. */
export const OPERATION = '/events';
/** The vendor's times are whole seconds. */
export const SECOND_MS = 1000;

/** One page of one vendor query. */
export interface EventsPageQuery {
  readonly lowerMs: number;
  readonly upperMs: number;
  readonly direction: Direction;
  /** From 1. */
  readonly page: number;
  readonly pageSize: number;
}

/** Reads one page, and tells what the vendor could sort it by. */
export type EventsPageReader = (
  query: EventsPageQuery,
) => Promise<VendorPage<AuditEvent> & { readonly sort: EventsDialect['sort'] }>;

/**
 * `GET /events`, asked in the best way that the vendor takes: only an answer that is understood proves one. What one reader
 * has been answered in it keeps to, since pages in different orders don't fit together.
 * @throws UpstreamError, the first refusal where the vendor takes none
 */
export function createEventsPageReader(
  deps: EventsDeps,
  context: CallContext,
  asked: { readonly filter: Query; readonly fields: ReadonlySet<OptionalEventField> },
): EventsPageReader {
  const { quirks, nowMs, visible } = deps;
  const optional = visible ? asked.fields.intersection(visible) : asked.fields;
  const fields = ['id', 'timestamp', 'category', 'action', ...[...optional].sort()].join(',');
  let answered: EventsDialect | null = null;
  return async (query) => {
    const refused = new Set<EventsDialect>();
    let refusal: unknown;
    for (;;) {
      const known = answered ?? quirks.dialectAt(nowMs);
      const mayTryOthers = !known || (!answered && refused.has(known));
      const dialect = mayTryOthers ? EVENTS_DIALECTS.find((one) => !refused.has(one)) : known;
      if (!dialect || refused.has(dialect)) throw refusal;
      const { sort, hasOperators } = dialect;
      try {
        const read = await readVendorPage(deps, context, {
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
        const { entries, stale } = read;
        const isUnderstood = entries.length === 0 || entries.some((entry) => !isSkipped(entry));
        if (!stale && isUnderstood) {
          answered = dialect;
          quirks.learn(dialect, nowMs);
          quirks.pages.note(entries.length, query.pageSize, nowMs);
        }
        const ended = quirks.pages.isLast(entries.length, query.pageSize, stale ? null : nowMs);
        return { ...read, ended, sort };
      } catch (error) {
        if (!(error instanceof UpstreamError) || error.status !== 400) throw error;
        if (dialect === known && (answered || !quirks.mayDoubt(nowMs))) throw error;
        refusal ??= error;
        refused.add(dialect);
      }
    }
  };
}

function encodeSort(sort: EventsDialect['sort'], direction: Direction): Query {
  if (sort === 'none') return [];
  const suffix = direction === 'DESC' ? ':desc' : '';
  return [['sort', sort === 'id' ? `id${suffix}` : `timestamp${suffix},id${suffix}`]];
}
