import type { createFindings } from './finding.ts';
import type { ExaminedVendor } from './vendor.ts';

/** Up to here a difference may come from the header, which has whole seconds. */
const SMALL_SKEW_MS = 2_000;
/** From here on `last` and FILLING mean another time than the vendor's. */
const GREAT_SKEW_MS = 10_000;
const RATE_HEADER = /^(?:x-)?rate-?limit|^retry-after$|^x-rate-limit/;
/** What such a header may say: numbers and their names. Nothing else is printed. */
const RATE_VALUE = /^[\w ,;="-]{1,60}$/;

/** What the answers of a vendor say beside their rows: its clock, how long they took, and how many calls it allows. */
export function judgeAnswers(
  { transport: { exchanges }, attemptTimeoutMs, isClockMoved }: ExaminedVendor,
  findings: ReturnType<typeof createFindings>,
): void {
  if (exchanges.length === 0) return;
  const asked = `${exchanges.length} ${exchanges.length === 1 ? 'answer' : 'answers'}`;
  if (isClockMoved) findings.add('clock', 'ok', 'nothing', "the service follows the sandbox's clock");
  else judgeClock(exchanges, `the Date header of ${asked}`, findings);

  const times = exchanges.map(({ sentMs, receivedMs }) => receivedMs - sentMs).sort((a, b) => a - b);
  const [median, slowest] = [times[Math.floor(times.length / 2)] ?? 0, times.at(-1) ?? 0];
  const isSlow = slowest > attemptTimeoutMs / 2;
  findings.add(
    'latency',
    isSlow ? 'note' : 'ok',
    asked,
    `median ${median} ms, slowest ${slowest} ms; the service waits ${attemptTimeoutMs} ms`,
    isSlow
      ? 'Raise SIGHTLINE_ATTEMPT_TIMEOUT_MS and SIGHTLINE_OPERATION_TIMEOUT_MS, or ask for smaller pages.'
      : undefined,
  );

  const limits = new Map<string, string>();
  for (const { headers } of exchanges) {
    for (const [name, value] of Object.entries(headers))
      if (RATE_HEADER.test(name) && RATE_VALUE.test(value)) limits.set(name, value);
  }
  const isUsedUp = [...limits].some(([name, value]) => name.endsWith('remaining') && value.trim() === '0');
  findings.add(
    'rate limit',
    isUsedUp ? 'wrong' : limits.size > 0 ? 'note' : 'ok',
    `the headers of ${asked}`,
    limits.size === 0
      ? 'none names a limit'
      : [...limits].map(([name, value]) => `${name}: ${value}`).join(', '),
    limits.size === 0
      ? undefined
      : isUsedUp
        ? 'The limit is used up: wait, and find out who else uses this account.'
        : 'Compare it with what the service may use: the archive, exports and streams each have a setting (docs/operations.md).',
  );
}

function judgeClock(
  exchanges: ExaminedVendor['transport']['exchanges'],
  asked: string,
  findings: ReturnType<typeof createFindings>,
): void {
  const dated = exchanges.flatMap(({ headers, sentMs, receivedMs }) => {
    const dateMs = Date.parse(headers['date'] ?? '');
    // The header leaves out the part of a second, which is half a second on average.
    return Number.isNaN(dateMs)
      ? []
      : [{ skewMs: dateMs + 500 - (sentMs + receivedMs) / 2, tookMs: receivedMs - sentMs }];
  });
  // The quickest answer says it best.
  const [best] = dated.toSorted((a, b) => a.tookMs - b.tookMs);
  if (!best) return findings.add('clock', 'unknown', asked, 'the vendor sends none');
  const size = Math.max(Math.abs(best.skewMs) - best.tookMs / 2, 0);
  const seconds = (Math.abs(best.skewMs) / 1_000).toFixed(1);
  const side = best.skewMs > 0 ? 'ahead of' : 'behind';
  if (size <= SMALL_SKEW_MS) return findings.add('clock', 'ok', asked, 'the same time as on this machine');
  findings.add(
    'clock',
    size > GREAT_SKEW_MS ? 'wrong' : 'note',
    asked,
    `the vendor's clock is ${seconds} s ${side} this machine's`,
    "Synchronise this machine's clock (NTP). If it is right, the vendor's is wrong: raise SIGHTLINE_SETTLE_MS by the difference.",
  );
}
