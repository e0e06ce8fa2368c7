import { expect, test } from 'vitest';
import { readTimeZone, requireBucketEdges } from '../../../src/sources/shared/bucket-bounds.ts';
import { listBucketEdges } from '../../../src/sources/shared/buckets.ts';

const DAY = { fromMs: Date.parse('2026-03-01T00:00:00Z'), toMs: Date.parse('2026-03-02T00:00:00Z') };

test('a range within the bound has the edges of its buckets', () => {
  expect(requireBucketEdges(DAY, 'HOUR', 'UTC', 24)).toEqual(listBucketEdges(DAY, 'HOUR', 'UTC', 24));
});

test('a range with too many buckets is refused, and the message names the finest interval that is allowed', () => {
  const refusalOf = (maxBuckets: number) => () => requireBucketEdges(DAY, 'MINUTE', 'UTC', maxBuckets);
  expect(refusalOf(100)).toThrow(
    expect.objectContaining({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringContaining("Ask for 'interval: HOUR' or a shorter range."),
      details: { argument: 'interval', limit: 'maxBuckets', allowed: 100, requested: 1_440 },
    }),
  );
  expect(refusalOf(0)).toThrow(/ at most\. Ask for a shorter range\.$/);
});

test('a zone has the name that the runtime writes; a text that is none is refused', () => {
  expect(readTimeZone('europe/berlin')).toBe('Europe/Berlin');
  expect(() => readTimeZone('Nowhere/Land')).toThrow(
    expect.objectContaining({
      code: 'BAD_USER_INPUT',
      message: "'timeZone' must be an IANA time zone.",
      details: { argument: 'timeZone' },
    }),
  );
});
