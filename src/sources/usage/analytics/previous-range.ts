import { RequestError } from '../../../base/errors.ts';
import { Temporal } from '../../../base/time.ts';
import type { Range } from '../../../base/time.ts';

/**
 * The period to compare a range with: the one directly before it, or the one `offset` (an ISO 8601 duration) earlier by
 * the zone's calendar.
 *
 * Directly before, without an offset: whole months are preceded by as many months, whole days by as many days, whatever
 * their hours; any other range by one that lasts exactly as long.
 * @throws RequestError `BAD_USER_INPUT` for an offset that is not a duration longer than nothing
 */
export function previousRange(range: Range, offset: string | null, timeZone: string): Range {
  const from = zonedAt(range.fromMs, timeZone);
  const to = zonedAt(range.toMs, timeZone);
  if (offset === null) return { fromMs: rangeBefore(from, to), toMs: range.fromMs };
  const earlier = earlierBy(readOffset(offset));
  const fromMs = earlier(from);
  const toMs = earlier(to);
  // 30 March and 31 March less a month are both 28 February; the period then keeps its length instead.
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
      throw offsetFault('reaches back further than time can be written.');
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
  if (offset.sign <= 0) throw offsetFault('must be longer than nothing.');
  return offset;
}

function offsetFault(sentence: string): RequestError {
  return new RequestError('BAD_USER_INPUT', `'previous.offset' ${sentence}`, { argument: 'previous.offset' });
}

function isDayStart(moment: Temporal.ZonedDateTime): boolean {
  return moment.startOfDay().epochMilliseconds === moment.epochMilliseconds;
}

function zonedAt(ms: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone);
}
