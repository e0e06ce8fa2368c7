import type { Clock } from '../base/time.ts';
import type { TransportAnswer } from './transport.ts';

/** The time for which a vendor asked us not to call. It binds all calls, not only the one whose answer asked for it. */
export interface VendorPause {
  /** How long the pause still lasts, in milliseconds; 0: there is none. */
  leftMs(): number;
  /** Pauses for `forMs` milliseconds from now. A shorter pause does not end a longer one. */
  ask(forMs: number): void;
}

export function createVendorPause(clock: Clock): VendorPause {
  let untilMs = -Infinity;
  return {
    leftMs: () => Math.max(0, untilMs - clock.now()),
    ask(forMs) {
      untilMs = Math.max(untilMs, clock.now() + forMs);
    },
  };
}

/** The pause that an answer asks for, in milliseconds from `nowMs`: only 429 and 503 can. undefined: none. */
export function decodePauseOf(
  { status, headers }: Pick<TransportAnswer, 'status' | 'headers'>,
  nowMs: number,
  maxMs: number,
): number | undefined {
  return status === 429 || status === 503
    ? decodeRetryAfter(headers['retry-after'], nowMs, maxMs)
    : undefined;
}

const SECONDS = /^\d+$/;
// The three forms of RFC 9110 5.6.7: the preferred one, RFC 850's, and asctime's, which names no zone and means GMT.
const HTTP_DATE =
  /^(?:[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} [\d:]{8} GMT|[A-Z][a-z]{5,8}, [0-3]\d-[A-Z][a-z]{2}-\d{2} [\d:]{8} GMT|[A-Z][a-z]{2} [A-Z][a-z]{2} [ 1-3]\d [\d:]{8} \d{4})$/;

/**
 * The pause of a `Retry-After` header (RFC 9110 10.2.3: seconds, or a date), in milliseconds from `nowMs`. undefined: the
 * header is missing or is neither. A past date is 0. A longer pause is cut to `maxMs`, because a wrong header must not
 * switch a source off.
 */
export function decodeRetryAfter(
  header: string | undefined,
  nowMs: number,
  maxMs: number,
): number | undefined {
  const text = header?.trim() ?? '';
  if (SECONDS.test(text)) return Math.min(maxMs, Number(text) * 1_000);
  if (!HTTP_DATE.test(text)) return undefined;
  const atMs = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(atMs) ? undefined : Math.min(maxMs, Math.max(0, atMs - nowMs));
}
