import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, expectTypeOf, test } from 'vitest';
import { generateVendorTypes, VENDOR_TYPES } from '../../scripts/generate-vendor-types.ts';
import type { Event } from './events-wire.generated.ts';
import type { ElementActivityBucket, UsageRecord } from './usage-wire.generated.ts';

const root = join(import.meta.dirname, '../..');

test.each(VENDOR_TYPES)('$types is generated from $contract', async ({ contract, types }) => {
  expect(await readFile(join(root, types), 'utf8')).toBe(await generateVendorTypes(root, contract));
});

// `npm run check:types` checks these, because it reads the tests, too.
test('a number that may exceed 2^53 has the type number or bigint', () => {
  expectTypeOf<Event['id']>().toEqualTypeOf<number | bigint | undefined>();
});

test('a record has the fields of one dialect', () => {
  expectTypeOf<{ traffic_id: string }>().not.toExtend<UsageRecord>();
  expectTypeOf<Extract<UsageRecord, { id: string }>['usageDate']>().toBeString();
});

test('a bucket may have any element as a key', () => {
  expectTypeOf<ElementActivityBucket[string]>().toBeUnknown();
});
