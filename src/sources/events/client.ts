import { UpstreamError } from '../../base/errors.ts';
import type { Direction } from '../../base/time.ts';
import type { CallContext, Query } from '../../upstream/upstream.ts';
import type { ArchivedRows } from '../paging/archived-rows.ts';
import { isSkipped, readVendorPage } from '../paging/vendor-page.ts';
import type { ListDeps, VendorPage } from '../paging/vendor-page.ts';
import { encodeSecond } from '../shared/timestamps.ts';
import { decodeEvent } from './event.ts';
import type { AuditEvent, OptionalEventField } from './event.ts';
import type { EventFilter } from './filter.ts';
import { EVENTS_REQUEST_FORMS } from './quirks.ts';
import type { EventsQuirks, EventsRequestForm } from './quirks.ts';

/** What reading the Events API needs in one GraphQL operation. */
export interface EventsDeps extends ListDeps {
  /** What was learnt with the same credentials. */
  readonly quirks: EventsQuirks;
  /** The copy of the log; left out: there is none. */
  readonly archive?: ArchivedRows<AuditEvent, EventFilter> | undefined;
  /** The optional fields that the caller may see. No others are requested; left out: all. */
  readonly visible?: ReadonlySet<OptionalEventField>;
}

/** The vendor operation: its path template. */
export const LIST_OPERATION = '/events';

/** The vendor's times are in whole seconds. */
export const UNIT_MS = 1000;

/** Which page of the vendor's list to read. */
export interface EventsPageBounds {
  readonly lowerMs: number;
  readonly upperMs: number;
  readonly direction: Direction;
  /** From 1. */
  readonly page: number;
  readonly pageSize: number;
}

/** Reads one page of `GET /events`. */
export type EventsPageReader = (bounds: EventsPageBounds) => Promise<
  VendorPage<AuditEvent> & {
    /** What the vendor has sorted the page by. */
    readonly sort: EventsRequestForm['sort'];
  }
>;

/** What every page of a list is asked with. */
export interface EventsQuestion {
  /** The vendor's parameters for its part of the filter. */
  readonly parameters: Query;
  readonly fields: ReadonlySet<OptionalEventField>;
}

/**
 * The reader of `GET /events` for one filter. It keeps the filter's parameters and adds the bounds of each page. It uses the best
 * request form that the vendor takes, and learns the vendor's quirks from answers that can be parsed. Once a form is answered, the
 * reader keeps it, because pages in different orders do not fit together.
 * @throws UpstreamError (the reader); if the vendor refuses every form, the first refusal
 */
export function createEventsPageReader(
  deps: EventsDeps,
  context: CallContext,
  asked: EventsQuestion,
): EventsPageReader {
  const { quirks, nowMs, visible } = deps;
  const optional = visible ? asked.fields.intersection(visible) : asked.fields;
  const fields = ['id', 'timestamp', 'category', 'action', ...[...optional].sort()].join(',');
  let answered: EventsRequestForm | null = null;
  return async (bounds) => {
    const refused = new Set<EventsRequestForm>();
    let refusal: unknown;
    for (;;) {
      const known = answered ?? quirks.requestFormAt(nowMs);
      const isFormOpen = !known || (!answered && refused.has(known));
      const form = isFormOpen ? EVENTS_REQUEST_FORMS.find((one) => !refused.has(one)) : known;
      if (!form || refused.has(form)) throw refusal;
      const { sort, hasOperators } = form;
      try {
        const read = await readVendorPage(deps, context, {
          source: 'EVENTS',
          operation: LIST_OPERATION,
          query: [
            ...asked.parameters,
            ['createdFrom', `${hasOperators ? 'gt:' : ''}${encodeSecond(bounds.lowerMs)}`],
            ['createdTo', `${hasOperators ? 'lt:' : ''}${encodeSecond(bounds.upperMs)}`],
            ['fields', fields],
            ['page', String(bounds.page)],
            ['pageSize', String(bounds.pageSize)],
            ...encodeSort(sort, bounds.direction),
          ],
          upperMs: bounds.upperMs,
          unitMs: UNIT_MS,
          notFound: 'refusal',
          decodeRow: decodeEvent,
        });
        const { entries, stale } = read;
        const isParsed = entries.length === 0 || entries.some((entry) => !isSkipped(entry));
        if (!stale && isParsed) {
          answered = form;
          quirks.learn(form, nowMs);
          quirks.pages.note(entries.length, bounds.pageSize, nowMs);
        }
        const ended = quirks.pages.isLast(entries.length, bounds.pageSize, stale ? null : nowMs);
        return { ...read, ended, sort };
      } catch (error) {
        if (!(error instanceof UpstreamError) || error.status !== 400) throw error;
        if (form === known && (answered || !quirks.beginTryingOthers(nowMs))) throw error;
        refusal ??= error;
        refused.add(form);
      }
    }
  };
}

/** The vendor's parameter for the order of a list. */
export function encodeSort(sort: EventsRequestForm['sort'], direction: Direction): Query {
  if (sort === 'none') return [];
  const suffix = direction === 'DESC' ? ':desc' : '';
  return [['sort', sort === 'id' ? `id${suffix}` : `timestamp${suffix},id${suffix}`]];
}
