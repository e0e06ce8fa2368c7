import { LRUCache } from 'lru-cache';
import { RequestError } from '../../base/errors.ts';
import { Temporal } from '../../base/time.ts';
import type { Interval, Range } from '../../base/time.ts';

/**
 * Lists the edges of all buckets that a range touches, in milliseconds since the epoch, ascending: bucket `i` is
 * `[edges[i], edges[i + 1])`. The first starts at or before `range.fromMs`, the last ends at or after `range.toMs`.
 *
 * Days and longer buckets begin with the first moment of their first day in the zone. So a day has 23 or 25 hours when the clock
 * changes, and a day that the zone leaves out (Apia, 2011-12-30) has no bucket. Hours, minutes and seconds begin when the zone's
 * clock shows a full one. None crosses a change of the clock, so an hour that comes twice is two buckets.
 *
 * null: there are more than `atMost` buckets.
 */
export function listBucketEdges(
  range: Range,
  interval: Interval,
  timeZone: string,
  atMost: number,
): readonly number[] | null {
  const key = [range.fromMs, range.toMs, interval, timeZone, atMost].join();
  const known = latest.get(key);
  if (known) return known;
  const edges = findBucketEdges(range, interval, timeZone, atMost);
  if (edges) latest.set(key, edges);
  return edges;
}

/** An operation's edges are listed when it is estimated and when it runs. */
const latest = new LRUCache<string, readonly number[]>({ max: 16 });

function findBucketEdges(
  range: Range,
  interval: Interval,
  timeZone: string,
  atMost: number,
): readonly number[] | null {
  const edges: number[] = [];
  for (const edge of generateEdges(range, interval, timeZone)) {
    // A day that the zone leaves out begins when the next one does. A range may begin between the two midnights of a day. Then two
    // edges lie before it, and only the later one begins its first bucket.
    if (edge === edges.at(-1)) continue;
    if (edge <= range.fromMs) edges.length = 0;
    edges.push(edge);
    if (edge >= range.toMs) return edges;
    if (edges.length > atMost) return null;
  }
  return edges;
}

function generateEdges(range: Range, interval: Interval, timeZone: string): Generator<number> {
  const lengthMs = timeZone === 'UTC' ? UTC_MS[interval] : undefined;
  if (lengthMs !== undefined) return equalEdges(range, lengthMs);
  return interval in CLOCK_MS ? clockEdges(range, interval, timeZone) : dayEdges(range, interval, timeZone);
}

/** In UTC these have one length each. To ask the calendar for each edge would take most of the time of a chart. */
const UTC_MS: Partial<Record<Interval, number>> = {
  WEEK: 604_800_000,
  DAY: 86_400_000,
  HOUR: 3_600_000,
  MINUTE: 60_000,
  SECOND: 1_000,
};
/** From a Monday all of them begin. */
const MONDAY_MS = Date.parse('1970-01-05T00:00:00Z');

function* equalEdges({ fromMs }: Range, lengthMs: number): Generator<number> {
  for (let edge = MONDAY_MS + Math.floor((fromMs - MONDAY_MS) / lengthMs) * lengthMs; ; edge += lengthMs)
    yield edge;
}

const CLOCK_MS: Partial<Record<Interval, number>> = { HOUR: 3_600_000, MINUTE: 60_000, SECOND: 1_000 };

function* clockEdges({ fromMs }: Range, interval: Interval, timeZone: string): Generator<number> {
  const unitMs = CLOCK_MS[interval] ?? 1_000;
  // Temporal looks strictly before a moment. A change at `fromMs` counts too, hence + 1.
  const changedMs = clockChange(fromMs + 1, timeZone, 'previous') ?? -Infinity;
  let offsetMs = offsetAt(fromMs, timeZone);
  let edge = Math.max(floorTo(fromMs, unitMs, offsetMs), changedMs);
  let nextChangeMs = clockChange(fromMs, timeZone, 'next') ?? Infinity;
  for (;;) {
    yield edge;
    edge = floorTo(edge, unitMs, offsetMs) + unitMs;
    if (edge >= nextChangeMs) {
      edge = nextChangeMs;
      offsetMs = offsetAt(edge, timeZone);
      nextChangeMs = clockChange(edge, timeZone, 'next') ?? Infinity;
    }
  }
}

function* dayEdges({ fromMs }: Range, interval: Interval, timeZone: string): Generator<number> {
  let date = firstDay(zonedAt(fromMs, timeZone).toPlainDate(), interval);
  for (;;) {
    yield date.toZonedDateTime(timeZone).epochMilliseconds;
    date = date.add(CALENDAR_LENGTH[interval] ?? { days: 1 });
  }
}

const CALENDAR_LENGTH: Partial<Record<Interval, Temporal.DurationLike>> = {
  YEAR: { years: 1 },
  QUARTER: { months: 3 },
  MONTH: { months: 1 },
  WEEK: { weeks: 1 },
  DAY: { days: 1 },
};

function firstDay(date: Temporal.PlainDate, interval: Interval): Temporal.PlainDate {
  if (interval === 'YEAR') return date.with({ month: 1, day: 1 });
  if (interval === 'QUARTER') return date.with({ month: date.month - ((date.month - 1) % 3), day: 1 });
  if (interval === 'MONTH') return date.with({ day: 1 });
  return interval === 'WEEK' ? date.subtract({ days: date.dayOfWeek - 1 }) : date;
}

/** The next or the previous change of the zone's offset; null: there is none. */
function clockChange(ms: number, timeZone: string, direction: 'next' | 'previous'): number | null {
  return zonedAt(ms, timeZone).getTimeZoneTransition(direction)?.epochMilliseconds ?? null;
}

function offsetAt(ms: number, timeZone: string): number {
  return zonedAt(ms, timeZone).offsetNanoseconds / 1e6;
}

/** The last full unit on a clock that is `offsetMs` ahead of UTC. */
function floorTo(ms: number, unitMs: number, offsetMs: number): number {
  return Math.floor((ms + offsetMs) / unitMs) * unitMs - offsetMs;
}

/** A moment in a time zone. */
export function zonedAt(ms: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone);
}

/** The longest range that is shown in each interval by default. */
const LONGEST = [
  ['MINUTE', { hours: 2 }],
  ['HOUR', { days: 3 }],
  ['DAY', { days: 92 }],
  ['MONTH', { years: 2 }],
] as const;

/** Chooses the interval if the caller names none, because the vendor's choice is unknown (`docs/vendors.md#series-requests-and-intervals`). */
export function chooseInterval(range: Range, timeZone: string): Interval {
  for (const [interval, length] of LONGEST) {
    // When the clock changes, three days have 71 or 73 hours. A range of three days by the zone or by UTC is short enough.
    const longestMs = Math.max(addTo(range.fromMs, length, timeZone), addTo(range.fromMs, length, 'UTC'));
    if (range.toMs <= longestMs) return interval;
  }
  return 'YEAR';
}

function addTo(fromMs: number, length: Temporal.DurationLike, timeZone: string): number {
  return zonedAt(fromMs, timeZone).add(length).epochMilliseconds;
}

/**
 * The period to compare a range with: `offset` (an ISO 8601 duration) earlier by the zone's calendar, or if it is null directly
 * before the range.
 *
 * Directly before a range of whole months are as many months, before whole days as many days, even if they have other hours.
 * Before any other range is one of the same length.
 * @throws RequestError `BAD_USER_INPUT` if the offset is not a duration, is not longer than zero, or reaches too far back
 */
export function previousRange(range: Range, offset: string | null, timeZone: string): Range {
  const from = zonedAt(range.fromMs, timeZone);
  const to = zonedAt(range.toMs, timeZone);
  if (offset === null) return { fromMs: startBefore(from, to), toMs: range.fromMs };
  const earlier = earlierBy(readOffset(offset));
  const fromMs = earlier(from);
  const toMs = earlier(to);
  // One month before both 30 and 31 March is 28 February. The period then keeps the length of the range.
  return { fromMs, toMs: toMs > fromMs ? toMs : fromMs + (range.toMs - range.fromMs) };
}

function startBefore(from: Temporal.ZonedDateTime, to: Temporal.ZonedDateTime): number {
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
