import { createLongestPage, LEAST_LIMIT } from '../paging/longest-page.ts';
import type { LongestPage } from '../paging/longest-page.ts';

/** The request forms that the vendor may take, best first (`docs/vendors.md#events-times-sort-and-request-form`). */
export const EVENTS_REQUEST_FORMS = (['timestamp', 'id', 'none'] as const).flatMap((sort) =>
  ([true, false] as const).map((hasOperators) => ({ sort, hasOperators })),
);

/** What the vendor sorts by, and whether times carry `gt:` and `lt:`. */
export type EventsRequestForm = (typeof EVENTS_REQUEST_FORMS)[number];

/** How long a form that is not the best is used before the best is tried again. */
const RETRY_BEST_MS = 15 * 60_000;
/** The shortest time between two tries of the other forms, because a refusal may be about the query and not its form. */
const RETRY_OTHERS_MS = 60_000;

/**
 * What was learnt about the vendor's behaviour (`docs/vendors.md#both-vendor-quirks`). A forgotten quirk costs calls, never rows.
 */
export interface EventsQuirks {
  readonly pages: LongestPage;
  /** The form that the vendor has answered; null: not known, or it is time to try the best form again. */
  requestFormAt(nowMs: number): EventsRequestForm | null;
  /** Notes that an answer to this form could be parsed. */
  learn(form: EventsRequestForm, nowMs: number): void;
  /**
   * Whether to try the other forms, because the vendor has refused the known one. If true, the next minute of waiting begins;
   * all reads with the same `nowMs` may try.
   */
  beginTryingOthers(nowMs: number): boolean;
}

/** Nothing known yet. */
export function createEventsQuirks(): EventsQuirks {
  let known: { readonly form: EventsRequestForm; readonly sinceMs: number } | null = null;
  let triedOthersAtMs = -Infinity;
  const requestFormAt = (nowMs: number): EventsRequestForm | null => {
    if (!known) return null;
    const isOver = known.form !== EVENTS_REQUEST_FORMS[0] && nowMs - known.sinceMs >= RETRY_BEST_MS;
    return isOver ? null : known.form;
  };
  return {
    pages: createLongestPage(LEAST_LIMIT),
    requestFormAt,
    learn(form, nowMs) {
      if (requestFormAt(nowMs) !== form) known = { form, sinceMs: nowMs };
    },
    beginTryingOthers(nowMs) {
      if (nowMs !== triedOthersAtMs && nowMs - triedOthersAtMs < RETRY_OTHERS_MS) return false;
      triedOthersAtMs = nowMs;
      return true;
    },
  };
}
