import { expect, test } from 'vitest';
import { measuredSpans } from '../../src/archive/lateness.ts';
import type { Lateness } from '../../src/archive/lateness.ts';
import { describeLateness } from '../../src/cli/archive-lateness.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const REREADS = { overlapMs: 15 * MINUTE_MS, settleMs: DAY_MS };
const NOW = 100 * DAY_MS;
const readOf = (fromMs: number, toMs: number, firstReadMs: number) => ({
  fromMs,
  toMs,
  firstReadMs,
  lastReadMs: NOW,
  dropped: 0,
});
const said = (lateness: Partial<Lateness>) =>
  describeLateness(
    { rows: 10_000, late: 0, foundLast: 0, mostMs: 0, latestMs: 0, ...lateness },
    REREADS,
  ).join('\n');

test('spans of the last 30 days that were read soon after their time are measured, oldest first', () => {
  const soon = readOf(NOW - MINUTE_MS, NOW, NOW);
  const hour = readOf(NOW - 3 * HOUR_MS, NOW - 2 * HOUR_MS, NOW - 2 * HOUR_MS + 15 * MINUTE_MS);
  const backfilled = readOf(NOW - 9 * DAY_MS, NOW - DAY_MS, NOW - DAY_MS);
  const paused = readOf(NOW - 10 * DAY_MS, NOW - 10 * DAY_MS + MINUTE_MS, NOW - 9 * DAY_MS);
  const old = readOf(NOW - 31 * DAY_MS, NOW - 31 * DAY_MS + MINUTE_MS, NOW - 31 * DAY_MS + MINUTE_MS);
  expect(measuredSpans([soon, hour, backfilled, paused, old], REREADS)).toEqual([hour, soon]);
  expect(measuredSpans([], REREADS)).toEqual([]);
});

test('late rows are told in words', () => {
  expect(said({ rows: 0 })).toContain('unknown');
  expect(said({})).toBe('  late  none of 10000 rows that were read soon after their time');
  expect(said({ late: 7, latestMs: 18.2 * MINUTE_MS })).toBe(
    '  late  7 of 10000 rows that were read soon after their time; 99.9 % were found at the first reading, the latest after 19 min',
  );
});

test('more rows than one in a thousand after the second reading are a reason for a greater overlap', () => {
  const few = { late: 10, foundLast: 10, mostMs: 0, latestMs: 25 * HOUR_MS };
  expect(said(few)).not.toContain('SIGHTLINE_ARCHIVE_OVERLAP_MS');
  const many = said({ ...few, late: 11, foundLast: 11, mostMs: 24.5 * HOUR_MS });
  expect(many).toContain('99.9 % were found within 24.5 h, the latest after 25.0 h');
  expect(many).toContain('SIGHTLINE_ARCHIVE_OVERLAP_MS=1800000 (now 900000)');
});

test('any row that only the last reading has found is a reason for a later one', () => {
  expect(said({ late: 5, latestMs: HOUR_MS })).not.toContain('advice');
  expect(said({ late: 1, foundLast: 1, latestMs: 25 * HOUR_MS })).toContain(
    'SIGHTLINE_ARCHIVE_SETTLE_MS=172800000 (now 86400000)',
  );
});
