import { describe, expect, test } from 'vitest';
import { createPageInfo } from '../../../src/graph/paging/page-info.ts';
import type { PageInfoFacts } from '../../../src/graph/paging/page-info.ts';
import type { Coverage } from '../../../src/sources/paging/coverage.ts';
import type { PageEnd } from '../../../src/sources/paging/page.ts';
import type { Position } from '../../../src/sources/paging/position.ts';

const at = (id: string): Position => ({ timestampMs: 1_000, source: 'USAGE', id });

const row = (id: string): PageEnd => ({ kind: 'row', position: at(id) });
const stoppedAt = (id: string): PageEnd => ({ kind: 'scan position', position: at(id) });

const STOPPED: Coverage = {
  source: 'USAGE',
  operation: null,
  status: 'TRUNCATED',
  fromMs: 0,
  toMs: 1,
  asOfMs: 1,
  origin: 'VENDOR',
  scanned: 10,
  matched: 2,
  dropped: 0,
  code: 'SCAN_LIMIT',
  reason: 'a bound',
};

interface Situation {
  readonly isFromEnd: boolean;
  readonly rows: readonly string[];
  readonly hasMore: boolean;
  readonly end: PageEnd | null;
  /** What the cursor of the request says about rows past it. */
  readonly cursor?: 'rows past' | 'nothing past';
  readonly coverage?: readonly Coverage[];
}

/** The page info of a page of at most two rows. */
function describeInfo({ isFromEnd, rows, hasMore, end, cursor, coverage = [] }: Situation) {
  const query = { list: 'usageRecords', digest: Buffer.alloc(20) } as const;
  const range = { fromMs: 0, toMs: 2_000 };
  const facts: PageInfoFacts = {
    choice: { count: 2, direction: isFromEnd ? 'ASC' : 'DESC', isFromEnd, cursor: cursor ? 'sealed' : null },
    cursor: cursor ? { query, range, position: at('given'), hasRowsPast: cursor === 'rows past' } : null,
    page: { rows, hasMore, end, coverage },
    positions: rows.map(at),
    seal: (position, hasRowsPast) => (hasRowsPast ? position.id : `${position.id}, nothing past`),
  };
  const info = createPageInfo(facts);
  return [info.hasPreviousPage, info.startCursor(), info.endCursor(), info.hasNextPage];
}

describe('a page read forward', () => {
  const isFromEnd = false;
  test.each<[string, Situation, unknown[]]>([
    [
      'that is the whole list',
      { isFromEnd, rows: ['a', 'b'], hasMore: false, end: row('b') },
      [false, 'a', 'b', false],
    ],
    [
      'with more rows to come',
      { isFromEnd, rows: ['a', 'b'], hasMore: true, end: row('b') },
      [false, 'a', 'b', true],
    ],
    ['of an empty list', { isFromEnd, rows: [], hasMore: false, end: null }, [false, null, null, false]],
    [
      'of a scan that found nothing can be continued, and knows that nothing is past',
      { isFromEnd, rows: [], hasMore: true, end: stoppedAt('x') },
      [false, null, 'x, nothing past', true],
    ],
    [
      'of a scan that found nothing, after another one that found nothing, knows that nothing is past',
      { isFromEnd, rows: [], hasMore: true, end: stoppedAt('x'), cursor: 'nothing past' },
      [false, null, 'x, nothing past', true],
    ],
    [
      'of a scan that found nothing after earlier rows still knows of those rows',
      { isFromEnd, rows: [], hasMore: true, end: stoppedAt('x'), cursor: 'rows past' },
      [true, null, 'x', true],
    ],
    [
      'with a span that could not be read says that rows may be past',
      {
        isFromEnd,
        rows: [],
        hasMore: true,
        end: stoppedAt('x'),
        coverage: [{ ...STOPPED, status: 'FAILED' }],
      },
      [false, null, 'x', true],
    ],
    [
      'of a scan that stopped after its last match',
      { isFromEnd, rows: ['a'], hasMore: true, end: stoppedAt('x') },
      [false, 'a', 'x', true],
    ],
    [
      'of a scan that stopped at its last match',
      { isFromEnd, rows: ['a'], hasMore: true, end: stoppedAt('a') },
      [false, 'a', 'a', true],
    ],
    [
      'that is full, of a scan that stopped before it knew if more follow',
      { isFromEnd, rows: ['a', 'b'], hasMore: true, end: stoppedAt('x'), coverage: [STOPPED] },
      [false, 'a', 'x', true],
    ],
    [
      'that is full continues from its own last row, not from the row that proved there is more',
      { isFromEnd, rows: ['a', 'b'], hasMore: true, end: row('c') },
      [false, 'a', 'b', true],
    ],
    [
      'after a row of an earlier page',
      { isFromEnd, rows: ['a'], hasMore: false, end: row('a'), cursor: 'rows past' },
      [true, 'a', 'a', false],
    ],
    [
      'after a position that a scan reached, with rows before it',
      { isFromEnd, rows: ['a'], hasMore: false, end: row('a'), cursor: 'rows past' },
      [true, 'a', 'a', false],
    ],
    [
      'after a position up to which a scan found nothing',
      { isFromEnd, rows: ['a'], hasMore: false, end: row('a'), cursor: 'nothing past' },
      [false, 'a', 'a', false],
    ],
    [
      'without any examined row returns the position of the request',
      { isFromEnd, rows: [], hasMore: true, end: null, cursor: 'rows past' },
      [true, null, 'given', true],
    ],
  ])('%s', (_name, situation, expected) => {
    expect(describeInfo(situation)).toEqual(expected);
  });
});

describe('a page read backward', () => {
  const isFromEnd = true;
  test.each<[string, Situation, unknown[]]>([
    [
      'that is the whole list',
      { isFromEnd, rows: ['a', 'b'], hasMore: false, end: row('a') },
      [false, 'a', 'b', false],
    ],
    [
      'with more rows to come',
      { isFromEnd, rows: ['a', 'b'], hasMore: true, end: row('a') },
      [true, 'a', 'b', false],
    ],
    [
      'of a scan that found nothing can be continued',
      { isFromEnd, rows: [], hasMore: true, end: stoppedAt('x'), cursor: 'rows past' },
      [true, 'x', null, true],
    ],
    [
      'before a row of another page',
      { isFromEnd, rows: ['a'], hasMore: false, end: row('a'), cursor: 'rows past' },
      [false, 'a', 'a', true],
    ],
    [
      'before a position up to which a scan found nothing',
      { isFromEnd, rows: ['a'], hasMore: false, end: row('a'), cursor: 'nothing past' },
      [false, 'a', 'a', false],
    ],
  ])('%s', (_name, situation, expected) => {
    expect(describeInfo(situation)).toEqual(expected);
  });
});
