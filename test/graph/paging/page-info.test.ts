import { describe, expect, test } from 'vitest';
import { createPageInfo } from '../../../src/graph/paging/page-info.ts';
import type { PageInfoFacts } from '../../../src/graph/paging/page-info.ts';
import type { Coverage } from '../../../src/sources/paging/coverage.ts';
import type { Position } from '../../../src/sources/paging/position.ts';

const at = (id: string): Position => ({ timestampMs: 1_000, source: 'USAGE', id });

const STOPPED: Coverage = {
  source: 'USAGE',
  operation: null,
  status: 'TRUNCATED',
  fromMs: 0,
  toMs: 1,
  asOfMs: 1,
  scanned: 10,
  matched: 2,
  dropped: 0,
  code: 'SCAN_LIMIT',
  reason: 'a bound',
};

interface Situation {
  readonly travel: 'forward' | 'backward';
  readonly rows: readonly string[];
  readonly hasMore: boolean;
  readonly resume: string | null;
  /** What the cursor of the request says about rows behind it. */
  readonly cursor?: 'rows behind' | 'nothing behind';
  readonly coverage?: readonly Coverage[];
}

/** The page info of a page of at most two rows. */
function describeInfo({ travel, rows, hasMore, resume, cursor, coverage = [] }: Situation) {
  const query = { list: 'usageRecords', digest: Buffer.alloc(20) } as const;
  const range = { fromMs: 0, toMs: 2_000 };
  const facts: PageInfoFacts = {
    choice: { count: 2, travel, cursor: cursor ? 'sealed' : null },
    cursor: cursor ? { query, range, position: at('given'), hasRowsBehind: cursor === 'rows behind' } : null,
    page: { rows, hasMore, resume: resume === null ? null : at(resume), coverage },
    positions: rows.map(at),
    seal: (position, hasRowsBehind) => (hasRowsBehind ? position.id : `${position.id}, nothing behind`),
  };
  const info = createPageInfo(facts);
  return [info.hasPreviousPage, info.startCursor(), info.endCursor(), info.hasNextPage];
}

describe('a page read forward', () => {
  const travel = 'forward';
  test.each<[string, Situation, unknown[]]>([
    [
      'that is the whole list',
      { travel, rows: ['a', 'b'], hasMore: false, resume: 'b' },
      [false, 'a', 'b', false],
    ],
    [
      'with more rows to come',
      { travel, rows: ['a', 'b'], hasMore: true, resume: 'b' },
      [false, 'a', 'b', true],
    ],
    ['of an empty list', { travel, rows: [], hasMore: false, resume: null }, [false, null, null, false]],
    [
      'of a scan that found nothing can be continued, and knows that nothing is behind',
      { travel, rows: [], hasMore: true, resume: 'x' },
      [false, null, 'x, nothing behind', true],
    ],
    [
      'of a scan that found nothing, after another one that found nothing, knows that nothing is behind',
      { travel, rows: [], hasMore: true, resume: 'x', cursor: 'nothing behind' },
      [false, null, 'x, nothing behind', true],
    ],
    [
      'of a scan that found nothing after earlier rows still knows of those rows',
      { travel, rows: [], hasMore: true, resume: 'x', cursor: 'rows behind' },
      [true, null, 'x', true],
    ],
    [
      'with a span that could not be read says that rows may be behind',
      { travel, rows: [], hasMore: true, resume: 'x', coverage: [{ ...STOPPED, status: 'FAILED' }] },
      [false, null, 'x', true],
    ],
    [
      'of a scan that stopped after its last match',
      { travel, rows: ['a'], hasMore: true, resume: 'x' },
      [false, 'a', 'x', true],
    ],
    [
      'of a scan that stopped at its last match',
      { travel, rows: ['a'], hasMore: true, resume: 'a' },
      [false, 'a', 'a', true],
    ],
    [
      'that is full, of a scan that stopped before it knew if more follow',
      { travel, rows: ['a', 'b'], hasMore: true, resume: 'x', coverage: [STOPPED] },
      [false, 'a', 'x', true],
    ],
    [
      'that is full continues from its own last row, not from the row that proved there is more',
      { travel, rows: ['a', 'b'], hasMore: true, resume: 'c' },
      [false, 'a', 'b', true],
    ],
    [
      'after a row of an earlier page',
      { travel, rows: ['a'], hasMore: false, resume: 'a', cursor: 'rows behind' },
      [true, 'a', 'a', false],
    ],
    [
      'after a position that a scan reached, with rows before it',
      { travel, rows: ['a'], hasMore: false, resume: 'a', cursor: 'rows behind' },
      [true, 'a', 'a', false],
    ],
    [
      'after a position up to which a scan found nothing',
      { travel, rows: ['a'], hasMore: false, resume: 'a', cursor: 'nothing behind' },
      [false, 'a', 'a', false],
    ],
    [
      'without any examined row returns the position of the request',
      { travel, rows: [], hasMore: true, resume: null, cursor: 'rows behind' },
      [true, null, 'given', true],
    ],
  ])('%s', (_name, situation, expected) => {
    expect(describeInfo(situation)).toEqual(expected);
  });
});

describe('a page read backward', () => {
  const travel = 'backward';
  test.each<[string, Situation, unknown[]]>([
    [
      'that is the whole list',
      { travel, rows: ['a', 'b'], hasMore: false, resume: 'a' },
      [false, 'a', 'b', false],
    ],
    [
      'with more rows to come',
      { travel, rows: ['a', 'b'], hasMore: true, resume: 'a' },
      [true, 'a', 'b', false],
    ],
    [
      'of a scan that found nothing can be continued',
      { travel, rows: [], hasMore: true, resume: 'x', cursor: 'rows behind' },
      [true, 'x', null, true],
    ],
    [
      'before a row of another page',
      { travel, rows: ['a'], hasMore: false, resume: 'a', cursor: 'rows behind' },
      [false, 'a', 'a', true],
    ],
    [
      'before a position up to which a scan found nothing',
      { travel, rows: ['a'], hasMore: false, resume: 'a', cursor: 'nothing behind' },
      [false, 'a', 'a', false],
    ],
  ])('%s', (_name, situation, expected) => {
    expect(describeInfo(situation)).toEqual(expected);
  });
});
