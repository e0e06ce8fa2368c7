import { describe, expect, test } from 'vitest';
import { runCase } from '../support/fuzz/case.ts';
import { LAWS } from '../support/fuzz/violation.ts';
import type { Law } from '../support/fuzz/violation.ts';

// A part of what `npm run test:fuzz` does at length; a seed that fails there comes here, once it is mended.

const SEEDS = Array.from({ length: 30 }, (_, at) => at + 25);

describe('over vendors that the service has never met, what coverage vouches for is so, and every walk ends', () => {
  test.each(SEEDS)('seed %i', async (seed) => {
    const { walks, charts, violations } = await runCase(seed);
    expect(violations).toEqual([]);
    expect(walks.length + charts.length).toBeGreaterThan(1);
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

/** What a service could do wrong, and the law that is to find it. */
const WRONGS: readonly (readonly [wrong: string, law: Law, spoil: (data: Data) => void])[] = [
  [
    'a row is left out',
    'coverage that vouches for a stretch equals the log',
    onPage(({ edges }) => void edges.splice(1, 1)),
  ],
  [
    'a row is given twice',
    'a row is given once, in order',
    onPage(({ edges }) => void edges.push(...edges.slice(-1))),
  ],
  [
    'two rows change places',
    'a row is given once, in order',
    onPage(({ edges }) => void edges.push(...edges.splice(-2, 1))),
  ],
  ['coverage leaves out a stretch', 'coverage has no gap', onPage(({ coverage }) => void coverage.pop())],
  [
    'a list ends too early',
    'a row that stands is given, or a stretch says otherwise',
    onPage((page) => {
      page.edges = [];
      page.pageInfo = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
    }),
  ],
  [
    'a page says that more follows, and not where',
    'a walk ends',
    onPage((page) => {
      page.pageInfo = { hasNextPage: true, hasPreviousPage: true, startCursor: null, endCursor: null };
    }),
  ],
  [
    'a page says that nothing comes before it',
    'page info is right',
    onPage(({ pageInfo }) => {
      const hasMore = pageInfo.hasNextPage;
      pageInfo.hasNextPage = pageInfo.hasPreviousPage;
      pageInfo.hasPreviousPage = hasMore;
    }),
  ],
  [
    'a count is one too many',
    'a count is what it says',
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
    'what was given can be had by its id',
    (data) => {
      if (data.nodes) data.nodes = data.nodes.map(() => null);
    },
  ],
  [
    'a failure has no code',
    'an error is coded',
    (data) => {
      if (data.list) data.list = null;
    },
  ],
];

describe('the laws are broken by a service in which', () => {
  test.each(WRONGS)(
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

  test('there is one of them for each law', () => {
    expect(new Set(WRONGS.map(([, law]) => law))).toEqual(new Set(LAWS));
  });
});
