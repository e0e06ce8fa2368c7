import { Temporal } from 'temporal-polyfill';
import { toRange } from './span.ts';
import type { RangeWords } from './span.ts';

/** A whole day, week or month that has ended, with the days that it means. */
export interface CalendarRange {
  readonly label: string;
  /** Such as `Tue 03 Mar`, `Mon 23 Feb – Sun 01 Mar` or `February`. */
  readonly days: string;
  readonly words: RangeWords;
}

/** Yesterday, last week (from Monday on) and last month of a time zone. They are absolute, so that a link to them shows the same tomorrow. */
export function listCalendarRanges(nowMs: number, timeZone: string): readonly CalendarRange[] {
  const today = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(timeZone).toPlainDate();
  const monday = today.subtract({ days: today.dayOfWeek - 1 });
  const first = today.with({ day: 1 });
  const yesterday = today.subtract({ days: 1 });
  const lastMonday = monday.subtract({ days: 7 });
  const lastMonth = first.subtract({ months: 1 });
  const range = (from: Temporal.PlainDate, to: Temporal.PlainDate): RangeWords =>
    toRange({
      fromMs: from.toZonedDateTime(timeZone).epochMilliseconds,
      toMs: to.toZonedDateTime(timeZone).epochMilliseconds,
    });
  return [
    { label: 'Yesterday', days: writeDay(yesterday), words: range(yesterday, today) },
    {
      label: 'Last week',
      days: `${writeDay(lastMonday)} – ${writeDay(monday.subtract({ days: 1 }))}`,
      words: range(lastMonday, monday),
    },
    {
      label: 'Last month',
      days: lastMonth.toLocaleString('en-GB', { month: 'long' }),
      words: range(lastMonth, first),
    },
  ];
}

const writeDay = (day: Temporal.PlainDate): string =>
  day.toLocaleString('en-GB', { weekday: 'short', day: '2-digit', month: 'short' }).replace(',', '');
