import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, expectTypeOf, test } from 'vitest';
import { generateVendorTypes, VENDOR_TYPES } from '../../scripts/generate-vendor-types.ts';
import type { Event } from './events-wire.generated.ts';
import type { ElementActivityBucket, UsageRecord } from './usage-wire.generated.ts';

const root = join(import.meta.dirname, '../..');

test.each(VENDOR_TYPES)('$types is what $contract says', async ({ contract, types }) => {
  expect(await readFile(join(root, types), 'utf8')).toBe(await generateVendorTypes(root, contract));
});

// These hold or break in `npm run check:types`, which reads the tests, too.
test('a number that may pass 2^53 is typed as one that may be a bigint', () => {
  expectTypeOf<Event['id']>().toEqualTypeOf<number | bigint | undefined>();
});

test('a record is in one dialect or the other', () => {
  expectTypeOf<{ traffic_id: string }>().not.toExtend<UsageRecord>();
  expectTypeOf<Extract<UsageRecord, { id: string }>['usageDate']>().toBeString();
});

test('the keys of elements are open', () => {
  expectTypeOf<ElementActivityBucket[string]>().toBeUnknown();
});
