const SECONDS = /^\d{1,10}$/;
// The preferred form of RFC 9110 5.6.7; the two obsolete ones are not sent by anything that sends this header today.
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * How long a `Retry-After` header (RFC 9110 10.2.3: seconds, or a date) asks us to wait, in milliseconds from `nowMs`;
 * undefined where it is missing or says neither. A date that has passed is 0.
 */
export function decodeRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? '';
  if (SECONDS.test(text)) return Number(text) * 1_000;
  if (!HTTP_DATE.test(text)) return undefined;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}
