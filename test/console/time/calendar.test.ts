import { describe, expect, test } from 'vitest';
import { listCalendarRanges } from '../../../src/console/time/calendar.ts';

const at = (time: string, zone: string) =>
  listCalendarRanges(Date.parse(time), zone).map(({ label, days, words }) => [
    label,
    days,
    words.from,
    words.to,
  ]);

describe('ranges of the calendar', () => {
  test('they are whole, have ended, and touch each other', () => {
    expect(at('2026-03-04T12:00:00Z', 'UTC')).toEqual([
      ['Yesterday', 'Tue 03 Mar', '2026-03-03T00:00:00.000Z', '2026-03-04T00:00:00.000Z'],
      ['Last week', 'Mon 23 Feb – Sun 01 Mar', '2026-02-23T00:00:00.000Z', '2026-03-02T00:00:00.000Z'],
      ['Last month', 'February', '2026-02-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'],
    ]);
  });

  test('they follow the days of the time zone, also across a change of its clocks', () => {
    expect(at('2026-03-31T22:30:00Z', 'Europe/Berlin')).toEqual([
      ['Yesterday', 'Tue 31 Mar', '2026-03-30T22:00:00.000Z', '2026-03-31T22:00:00.000Z'],
      ['Last week', 'Mon 23 Mar – Sun 29 Mar', '2026-03-22T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
      ['Last month', 'March', '2026-02-28T23:00:00.000Z', '2026-03-31T22:00:00.000Z'],
    ]);
  });
});
