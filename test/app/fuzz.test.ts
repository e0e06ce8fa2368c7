import { describe, expect, test } from 'vitest';
import { runCase } from '../support/fuzz/case.ts';
import { LAWS } from '../support/fuzz/violation.ts';
import type { Law } from '../support/fuzz/violation.ts';

// A small part of `npm run test:fuzz`. Add a seed that failed there when it is fixed.

const SEEDS = Array.from({ length: 30 }, (_, at) => at + 25);

describe('over randomly generated vendors no law is broken', () => {
  test.each(SEEDS)('seed %i', async (seed) => {
    const { lists, charts, violations } = await runCase(seed);
    expect(violations).toEqual([]);
    expect(lists.length + charts.length).toBeGreaterThan(1);
  });
});

interface Page {
  totalCount?: { value: number; accuracy: string } | null;
  edges: object[];
  coverage: { from: string; to: string; status: string; dropped: number }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}
interface Data {
  list?: Page | null;
  nodes?: (object | null)[] | null;
  usageAnalytics?: { buckets: { count?: number | null }[] } | null;
}

const onPage = (spoil: (page: Page) => void) => (data: Data) => {
  if (data.list) spoil(data.list);
};

/** Mistakes that a service could make, and the law that each breaks. */
const MISTAKES: readonly (readonly [mistake: string, law: Law, spoil: (data: Data) => void])[] = [
  ['a row is left out', 'coverage agrees with the log', onPage(({ edges }) => void edges.splice(1, 1))],
  [
    'a row is given twice',
    'a row is given once, in order',
    onPage(({ edges }) => void edges.push(...edges.slice(-1))),
  ],
  [
    'two rows are swapped',
    'a row is given once, in order',
    onPage(({ edges }) => void edges.push(...edges.splice(-2, 1))),
  ],
  ['coverage leaves out a span', 'coverage has no gap', onPage(({ coverage }) => void coverage.pop())],
  [
    'a list ends too early',
    'a row that exists is given, or coverage says why it may be missing',
    onPage((page) => {
      page.edges = [];
      page.pageInfo = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
    }),
  ],
  [
    'a page says that more follows, but has no cursor',
    'a list ends',
    onPage((page) => {
      page.pageInfo = { hasNextPage: true, hasPreviousPage: true, startCursor: null, endCursor: null };
    }),
  ],
  [
    'a page says that nothing comes before it',
    'page info is correct',
    onPage(({ pageInfo }) => {
      const hasMore = pageInfo.hasNextPage;
      pageInfo.hasNextPage = pageInfo.hasPreviousPage;
      pageInfo.hasPreviousPage = hasMore;
    }),
  ],
  [
    'a count is one too many',
    'a count is as accurate as it says',
    onPage(({ totalCount }) => {
      if (totalCount) totalCount.value += 1;
    }),
  ],
  [
    'a bucket counts one call too many',
    'a series equals the log',
    ({ usageAnalytics }) => {
      const [bucket] = usageAnalytics?.buckets ?? [];
      if (bucket && typeof bucket.count === 'number') bucket.count += 1;
    },
  ],
  [
    'a node is not found again',
    'a given row is found by its id',
    (data) => {
      if (data.nodes) data.nodes = data.nodes.map(() => null);
    },
  ],
  [
    'a failure has no code',
    'an error has a code',
    (data) => {
      if (data.list) data.list = null;
    },
  ],
];

describe('a law is broken if', () => {
  test.each(MISTAKES)(
    '%s',
    async (_, law, spoil) => {
      const found = new Set<Law>();
      for (const seed of SEEDS) {
        const { violations } = await runCase(seed, {
          tamper: (data) => {
            if (data !== null && typeof data === 'object') spoil(data);
            return data;
          },
        });
        for (const violation of violations) found.add(violation.law);
        if (found.has(law)) break;
      }
      expect(found).toContain(law);
    },
    120_000,
  );

  test('each law has a mistake that breaks it', () => {
    expect(new Set(MISTAKES.map(([, law]) => law))).toEqual(new Set(LAWS));
  });
});
