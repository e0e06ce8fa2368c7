import { expect, test } from 'vitest';
import { seriesCachePolicy } from '../../../../src/sources/usage/analytics/segments.ts';

const NOW = 1_000_000_000;
const AGE = { settleMs: 90_000, staleIfErrorMs: 7 };

test('a range that has settled is kept for a day, one that has not for seconds', () => {
  const closed = seriesCachePolicy({ fromMs: 0, toMs: NOW - 90_000 }, NOW, AGE);
  const live = seriesCachePolicy({ fromMs: 0, toMs: NOW - 89_999 }, NOW, AGE);
  expect(closed).toEqual({ freshMs: 86_400_000, staleIfErrorMs: 7 });
  expect(live).toEqual({ freshMs: 5_000, staleIfErrorMs: 7 });
});
