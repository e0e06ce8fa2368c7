import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { BodyTooLarge, BodyUnreadable, decodeText, decompressBody } from '../../src/upstream/body.ts';

const text = Buffer.from('{"a":"'.padEnd(5_000, 'x') + '"}');

test.each([
  ['gzip', gzipSync(text)],
  ['x-gzip', gzipSync(text)],
  ['GZip', gzipSync(text)],
  ['deflate', deflateSync(text)],
  ['deflate', deflateRawSync(text)],
  ['br', brotliCompressSync(text)],
  ['identity', text],
])('%s is decompressed', async (encoding, packed) => {
  expect((await decompressBody(packed, encoding, 10_000)).equals(text)).toBe(true);
});

const bomb = Buffer.alloc(64 * 1024 * 1024);
test.each([
  ['gzip', gzipSync(bomb)],
  ['deflate', deflateSync(bomb)],
  ['br', brotliCompressSync(bomb)],
])('a %s bomb of 64 MiB stops at the limit', async (encoding, packed) => {
  expect(packed.length).toBeLessThan(100_000);
  await expect(decompressBody(packed, encoding, 8 * 1024 * 1024)).rejects.toBeInstanceOf(BodyTooLarge);
});

test('a body as long as the limit passes, one byte more does not', async () => {
  expect((await decompressBody(gzipSync(text), 'gzip', text.length)).length).toBe(text.length);
  await expect(decompressBody(gzipSync(text), 'gzip', text.length - 1)).rejects.toBeInstanceOf(BodyTooLarge);
});

test.each([
  ['gzip', gzipSync(text).subarray(0, 30)],
  ['br', brotliCompressSync(text).subarray(0, 10)],
  ['gzip', text],
  ['deflate', Buffer.alloc(0)],
  ['zstd', text],
  ['gzip, br', text],
  ['__proto__', text],
])('%s: a broken body or an unknown encoding is unreadable', async (encoding, packed) => {
  await expect(decompressBody(packed, encoding, 10_000)).rejects.toBeInstanceOf(BodyUnreadable);
});

test('text must be UTF-8, and a byte order mark is removed', () => {
  expect(decodeText(Buffer.from('\uFEFF{"ä":1}'))).toBe('{"ä":1}');
  expect(() => decodeText(Buffer.from([0x22, 0xff, 0x22]))).toThrow(BodyUnreadable);
});
