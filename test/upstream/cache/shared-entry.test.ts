import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeEntry, encodeEntry } from '../../../src/upstream/cache/shared-tier.ts';

const entries = fc.record({
  scope: fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
  policy: fc.record({ freshMs: fc.nat(), staleIfErrorMs: fc.nat() }),
  readAtMs: fc.maxSafeNat(),
  status: fc.constantFrom(200 as const, 404 as const),
  headers: fc.dictionary(fc.stringMatching(/^[a-z-]{1,20}$/), fc.string()).map((one) => ({ ...one })),
  body: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
});

test('an entry is decoded as it was encoded', () => {
  fc.assert(
    fc.property(entries, (entry) => {
      expect(decodeEntry(encodeEntry(entry))).toEqual(entry);
    }),
  );
});

test('bytes that are not an entry, or a part of its head, are null', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(decodeEntry(Buffer.from(bytes))).toBeNull();
    }),
  );
  fc.assert(
    fc.property(entries, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (entry, share) => {
      const bytes = encodeEntry({ ...entry, body: Buffer.alloc(0) });
      expect(decodeEntry(bytes.subarray(0, Math.floor(bytes.length * share)))).toBeNull();
    }),
  );
});

test('a head of another version is null', () => {
  const head = Buffer.from(JSON.stringify({ scope: 'a', status: 500 }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  expect(decodeEntry(Buffer.concat([length, head]))).toBeNull();
});
