import { RequestError } from '../../../base/errors.ts';
import { Temporal } from '../../../base/time.ts';
import type { Range } from '../../../base/time.ts';
import { zonedAt } from './buckets.ts';

/**
 * The period to compare a range with: `offset` (an ISO 8601 duration) earlier by the zone's calendar, or if it is null directly
 * before the range.
 *
 * Directly before a range of whole months are as many months, before whole days as many days, even if they have other hours.
 * Before any other range is one of the same length.
 * @throws RequestError `BAD_USER_INPUT` if the offset is not a duration, or not longer than zero
 */
export function previousRange(range: Range, offset: string | null, timeZone: string): Range {
  const from = zonedAt(range.fromMs, timeZone);
  const to = zonedAt(range.toMs, timeZone);
  if (offset === null) return { fromMs: rangeBefore(from, to), toMs: range.fromMs };
  const earlier = earlierBy(readOffset(offset));
  const fromMs = earlier(from);
  const toMs = earlier(to);
  // One month before both 30 and 31 March is 28 February. The period then keeps the length of the range.
  return { fromMs, toMs: toMs > fromMs ? toMs : fromMs + (range.toMs - range.fromMs) };
}

function rangeBefore(from: Temporal.ZonedDateTime, to: Temporal.ZonedDateTime): number {
  const lengthMs = to.epochMilliseconds - from.epochMilliseconds;
  if (!isDayStart(from) || !isDayStart(to)) return from.epochMilliseconds - lengthMs;
  const inMonths = from.day === 1 && to.day === 1;
  const length = from.toPlainDate().until(to.toPlainDate(), { largestUnit: inMonths ? 'month' : 'day' });
  return from.toPlainDate().subtract(length).toZonedDateTime(from.timeZoneId).epochMilliseconds;
}

function earlierBy(offset: Temporal.Duration): (moment: Temporal.ZonedDateTime) => number {
  return (moment) => {
    try {
      return moment.subtract(offset).epochMilliseconds;
    } catch {
      throw offsetFault('reaches too far back; use a shorter duration.');
    }
  };
}

function readOffset(text: string): Temporal.Duration {
  let offset: Temporal.Duration;
  try {
    offset = Temporal.Duration.from(text);
  } catch {
    throw offsetFault('must be an ISO 8601 duration, such as P1M.');
  }
  if (offset.sign <= 0) throw offsetFault('must be longer than zero.');
  return offset;
}

function offsetFault(sentence: string): RequestError {
  return new RequestError('BAD_USER_INPUT', `'previous.offset' ${sentence}`, { argument: 'previous.offset' });
}

function isDayStart(moment: Temporal.ZonedDateTime): boolean {
  return moment.startOfDay().epochMilliseconds === moment.epochMilliseconds;
}
