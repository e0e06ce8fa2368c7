import { describe, expect, test } from 'vitest';
import { createCoverageLog, MAX_SPANS } from '../../../src/http/export/coverage.ts';
import type { CoverageAnswer } from '../../../src/http/export/coverage.ts';

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString();

function span(from: number, to: number, facts: Partial<CoverageAnswer> = {}): CoverageAnswer {
  return {
    source: 'USAGE',
    operation: null,
    status: 'COMPLETE',
    from: at(from),
    to: at(to),
    asOf: at(10_000),
    origin: 'VENDOR',
    scanned: 2,
    matched: 1,
    dropped: 0,
    code: null,
    reason: null,
    ...facts,
  };
}

describe('the coverage of an export', () => {
  test('joins the spans of pages that go on from each other, and adds up their rows', () => {
    const log = createCoverageLog();
    log.add([span(50, 60, { asOf: at(10_005) })]);
    log.add([span(30, 50)]);
    expect(log.list()).toEqual([span(30, 60, { scanned: 4, matched: 2 })]);
    expect(log.isWhole()).toBe(true);
  });

  test('keeps spans of another status, code or origin apart, and those of the other source', () => {
    const log = createCoverageLog();
    log.add([span(50, 60, { status: 'FILLING' }), span(40, 60, { source: 'EVENTS' })]);
    log.add([span(45, 50), span(30, 45, { origin: 'ARCHIVE' }), span(20, 40, { source: 'EVENTS' })]);
    expect(log.list().map(({ source, status, origin, from }) => [source, status, origin, from])).toEqual([
      ['USAGE', 'FILLING', 'VENDOR', at(50)],
      ['EVENTS', 'COMPLETE', 'VENDOR', at(20)],
      ['USAGE', 'COMPLETE', 'VENDOR', at(45)],
      ['USAGE', 'COMPLETE', 'ARCHIVE', at(30)],
    ]);
    expect([log.reached('USAGE'), log.reached('EVENTS')]).toEqual([at(30), at(20)]);
  });

  test.each(['EXPIRED', 'TRUNCATED', 'STALE', 'FAILED'] as const)(
    'with a span that is %s is not whole',
    (status) => {
      const log = createCoverageLog();
      log.add([span(50, 60), span(40, 50, { status }), span(30, 40)]);
      expect(log.isWhole()).toBe(false);
    },
  );

  test('counts skipped rows of all pages', () => {
    const log = createCoverageLog();
    const skipped = { status: 'TRUNCATED', code: 'ROWS_DROPPED' } as const;
    log.add([span(50, 60, { ...skipped, dropped: 1, reason: '1 row from the vendor could not be parsed.' })]);
    log.add([
      span(40, 50, { ...skipped, dropped: 2, reason: '2 rows from the vendor could not be parsed.' }),
    ]);
    expect(log.list()).toMatchObject([{ dropped: 3, reason: '3 rows could not be parsed.', from: at(40) }]);
  });

  test('of endless changes has a bounded number of spans, and the worst status of those that are joined', () => {
    const log = createCoverageLog();
    for (let page = 0; page < 3 * MAX_SPANS; page += 1) {
      const to = 9_000 - page;
      log.add([span(to - 1, to, page % 2 === 0 ? {} : { status: 'STALE', code: 'UPSTREAM' })]);
    }
    const list = log.list();
    expect(list).toHaveLength(MAX_SPANS);
    expect(list.at(-1)).toMatchObject({ status: 'STALE', from: at(9_000 - 3 * MAX_SPANS) });
  });
});
