import type { Clock } from '../base/time.ts';

/** A vendor that has asked to be left alone is left alone by every call, not only by the one that was told. */
export interface VendorPause {
  /** How long it still rests, in milliseconds; 0: it may be asked. */
  leftMs(): number;
  /** The vendor asked for this long, in milliseconds. A shorter wish never cuts a longer rest. */
  ask(forMs: number): void;
}

/** A vendor that is awake. */
export function createVendorPause(clock: Clock): VendorPause {
  let untilMs = -Infinity;
  return {
    leftMs: () => Math.max(0, untilMs - clock.now()),
    ask(forMs) {
      untilMs = Math.max(untilMs, clock.now() + forMs);
    },
  };
}

const SECONDS = /^\d+$/;
// The three forms of RFC 9110 5.6.7: the preferred one, RFC 850's, and asctime's, which names no zone and means GMT.
const HTTP_DATE =
  /^(?:[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} [\d:]{8} GMT|[A-Z][a-z]{5,8}, [0-3]\d-[A-Z][a-z]{2}-\d{2} [\d:]{8} GMT|[A-Z][a-z]{2} [A-Z][a-z]{2} [ 1-3]\d [\d:]{8} \d{4})$/;

/**
 * How long a `Retry-After` header (RFC 9110 10.2.3: seconds, or a date) asks us to wait, in milliseconds from `nowMs`;
 * undefined where it is missing or says neither. A date that has passed is 0. No more than `capMs` is believed: a wrong
 * header must not switch a source off.
 */
export function decodeRetryAfter(
  header: string | undefined,
  nowMs: number,
  capMs: number,
): number | undefined {
  const text = header?.trim() ?? '';
  if (SECONDS.test(text)) return Math.min(capMs, Number(text) * 1_000);
  if (!HTTP_DATE.test(text)) return undefined;
  const atMs = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(atMs) ? undefined : Math.min(capMs, Math.max(0, atMs - nowMs));
}
