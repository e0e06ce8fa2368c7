import { describe, expect, test } from 'vitest';
import type { CoverageFieldsFragment as CoverageEntry } from '../../../src/console/generated/graphql.ts';
import { readSoFar } from '../../../src/console/lists/read-so-far.ts';

const span = (patch: Partial<CoverageEntry> = {}): CoverageEntry => ({
  source: 'USAGE',
  operation: 'GET /usage',
  from: '2026-03-04T10:00:00.000Z',
  to: '2026-03-04T12:00:00.000Z',
  status: 'COMPLETE',
  code: null,
  reason: null,
  origin: 'VENDOR',
  asOf: '2026-03-04T12:00:00.000Z',
  scanned: 100,
  matched: 100,
  dropped: 0,
  ...patch,
});
const unread = span({ status: 'TRUNCATED', code: 'SCAN_LIMIT', from: '2026-03-01T10:00:00.000Z' });
const reachedMs = Date.parse('2026-03-04T10:00:00.000Z');

describe('what a list says of itself before its end', () => {
  test('a list with further pages is complete only as far as it was read', () => {
    expect(readSoFar('waiting', [span()])).toEqual({ isRead: true, isReading: false, reachedMs });
  });

  test('a list of two sources is known back to where both of them were read', () => {
    const events = span({ source: 'EVENTS', from: '2026-03-04T11:00:00.000Z' });
    expect(readSoFar('waiting', [span(), events])?.reachedMs).toBe(Date.parse(events.from));
  });

  test('a scan that a bound has stopped goes on, so nothing is missing yet', () => {
    expect(readSoFar('reading', [span(), unread])).toEqual({ isRead: false, isReading: true, reachedMs });
    expect(readSoFar('reading', [unread])?.reachedMs).toBeNull();
  });

  test('if the reader stops a scan, its unread part is missing', () => {
    expect(readSoFar('stopped', [span(), unread])).toBeNull();
  });

  test('what no further page brings is missing at once', () => {
    for (const status of ['FAILED', 'STALE', 'EXPIRED'] as const)
      expect(readSoFar('reading', [span(), span({ status })])).toBeNull();
    expect(readSoFar('reading', [span({ status: 'TRUNCATED', code: 'FORBIDDEN' })])).toBeNull();
  });

  test('after the last page the coverage alone says it', () => {
    expect(readSoFar('ended', [span()])).toBeNull();
    expect(readSoFar('reading', [])).toBeNull();
  });
});
