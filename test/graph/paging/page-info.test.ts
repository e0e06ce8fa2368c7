import { describe, expect, test } from 'vitest';
import { createPageInfo } from '../../../src/graph/paging/page-info.ts';
import type { PageInfoFacts } from '../../../src/graph/paging/page-info.ts';
import type { Coverage } from '../../../src/sources/walk/coverage.ts';
import type { Position } from '../../../src/sources/walk/position.ts';

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
  readonly cursor?: 'edge' | 'scan';
  readonly isRowBehind?: boolean;
  readonly coverage?: readonly Coverage[];
}

/** The page info of a page of two rows at most. */
async function tell({ travel, rows, hasMore, resume, cursor, isRowBehind, coverage = [] }: Situation) {
  const query = { list: 'usageRecords', digest: Buffer.alloc(20) } as const;
  const range = { fromMs: 0, toMs: 2_000 };
  const facts: PageInfoFacts = {
    choice: { count: 2, travel, cursor: cursor ? 'sealed' : null },
    cursor: cursor ? { query, range, position: at('given'), kind: cursor } : null,
    page: { rows, hasMore, resume: resume === null ? null : at(resume), coverage },
    positions: rows.map(at),
    seal: (position, kind) => `${kind} ${position.id}`,
    hasRowBehind: async () => isRowBehind ?? expect.fail('the source is asked'),
  };
  const info = createPageInfo(facts);
  return [await info.hasPreviousPage(), info.startCursor(), info.endCursor(), await info.hasNextPage()];
}

describe('a page read forward', () => {
  const travel = 'forward';
  test.each<[string, Situation, unknown[]]>([
    [
      'that is the whole list',
      { travel, rows: ['a', 'b'], hasMore: false, resume: 'b' },
      [false, 'edge a', 'edge b', false],
    ],
    [
      'with more to come',
      { travel, rows: ['a', 'b'], hasMore: true, resume: 'b' },
      [false, 'edge a', 'edge b', true],
    ],
    ['of an empty list', { travel, rows: [], hasMore: false, resume: null }, [false, null, null, false]],
    [
      'of a scan that found nothing still resumes',
      { travel, rows: [], hasMore: true, resume: 'x' },
      [false, null, 'scan x', true],
    ],
    [
      'of a scan that stopped behind its last match',
      { travel, rows: ['a'], hasMore: true, resume: 'x' },
      [false, 'edge a', 'scan x', true],
    ],
    [
      'of a scan that stopped at its last match',
      { travel, rows: ['a'], hasMore: true, resume: 'a' },
      [false, 'edge a', 'edge a', true],
    ],
    [
      'that is full, of a scan that stopped before it knew',
      { travel, rows: ['a', 'b'], hasMore: true, resume: 'x', coverage: [STOPPED] },
      [false, 'edge a', 'scan x', true],
    ],
    [
      'that is full never goes on behind the row that proved there is more',
      { travel, rows: ['a', 'b'], hasMore: true, resume: 'c' },
      [false, 'edge a', 'edge b', true],
    ],
    [
      'behind a row that was given out',
      { travel, rows: ['a'], hasMore: false, resume: 'a', cursor: 'edge' },
      [true, 'edge a', 'edge a', false],
    ],
    [
      'behind a place that a scan passed, with a row before it',
      { travel, rows: ['a'], hasMore: false, resume: 'a', cursor: 'scan', isRowBehind: true },
      [true, 'edge a', 'edge a', false],
    ],
    [
      'behind a place that a scan passed, with no row before it',
      { travel, rows: ['a'], hasMore: false, resume: 'a', cursor: 'scan', isRowBehind: false },
      [false, 'edge a', 'edge a', false],
    ],
    [
      'of which nothing could be examined gives its own place again',
      { travel, rows: [], hasMore: true, resume: null, cursor: 'edge' },
      [true, null, 'edge given', true],
    ],
  ])('%s', async (_name, situation, expected) => {
    expect(await tell(situation)).toEqual(expected);
  });
});

describe('a page read backward', () => {
  const travel = 'backward';
  test.each<[string, Situation, unknown[]]>([
    [
      'that is the whole list',
      { travel, rows: ['a', 'b'], hasMore: false, resume: 'a' },
      [false, 'edge a', 'edge b', false],
    ],
    [
      'with more to come',
      { travel, rows: ['a', 'b'], hasMore: true, resume: 'a' },
      [true, 'edge a', 'edge b', false],
    ],
    [
      'of a scan that found nothing still resumes',
      { travel, rows: [], hasMore: true, resume: 'x', cursor: 'edge' },
      [true, 'scan x', null, true],
    ],
    [
      'ahead of a row that was given out',
      { travel, rows: ['a'], hasMore: false, resume: 'a', cursor: 'edge' },
      [false, 'edge a', 'edge a', true],
    ],
    [
      'ahead of a place that a scan passed',
      { travel, rows: ['a'], hasMore: false, resume: 'a', cursor: 'scan', isRowBehind: false },
      [false, 'edge a', 'edge a', false],
    ],
  ])('%s', async (_name, situation, expected) => {
    expect(await tell(situation)).toEqual(expected);
  });
});
