import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { decodeEvent } from '../../../src/sources/events/event.ts';
import { isSkipped } from '../../../src/sources/paging/vendor-page.ts';
import { decodeAddresses } from '../../../src/sources/shared/addresses.ts';
import { decodeTimestamp } from '../../../src/sources/shared/timestamps.ts';
import { arbitraryRow } from '../../support/odd-rows.ts';

const optional = z
  .string()
  .nullish()
  .transform((value) => (value === undefined || value === '' ? null : value));

/** The decoder as a schema: slower, but each field says what it takes. */
const eventRow = z.object({
  id: z
    .union([z.int(), z.bigint(), z.string().regex(/^-?\d{1,19}$/)])
    .transform((value) => BigInt(value))
    .refine((value) => BigInt.asIntN(64, value) === value)
    .transform(String),
  category: z.string().min(1),
  action: z.string().min(1),
  description: optional,
  username: optional,
  ipAddress: optional,
});

const PLAIN = {
  id: 1,
  timestamp: '2019-08-24T14:15:22Z',
  category: 'authentication',
  action: 'user-login-success',
  username: 'bob.smith',
  ipAddress: '12.34.56.78',
};

function decodeBySchema(row: Readonly<Record<string, unknown>>): unknown {
  const timestampMs = decodeTimestamp(row['timestamp']);
  const parsed = eventRow.safeParse(row);
  if (timestampMs === null || !parsed.success) return { dropped: true, timestampMs };
  return { source: 'EVENTS', timestampMs, ...parsed.data, ...decodeAddresses(parsed.data.ipAddress) };
}

test('20,000 odd rows decode as the schema says', () => {
  const names = [...Object.keys(PLAIN), 'description'];
  let decoded = 0;
  fc.assert(
    fc.property(arbitraryRow(PLAIN, names), (row) => {
      const event = decodeEvent(row);
      if (!isSkipped(event)) decoded += 1;
      expect(event).toStrictEqual(decodeBySchema(row));
    }),
    { numRuns: 20_000 },
  );
  // Otherwise the rows would be too odd to compare more than the skipping.
  expect(decoded).toBeGreaterThan(4_000);
});
