import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scanTextFile } from '../../../src/sandbox/data/text-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sightline-scan-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function scan(content: string | Buffer, compression: 'uncompressed' | 'gzip' = 'uncompressed') {
  const file = join(folder, 'text');
  await writeFile(file, content);
  return await scanTextFile(file, compression);
}

test('every line that is not empty is counted, with any line end and any size of chunks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('', 'a', ' ', 'ä', 'x'.repeat(70_000)), { maxLength: 6 }),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      async (lines, newline, ends) => {
        const text = lines.join(newline) + (ends ? newline : '');
        const filled = lines.filter((line) => line !== '').length;
        expect(await scan(text)).toMatchObject({ lines: filled });
        expect(await scan(gzipSync(text), 'gzip')).toMatchObject({ lines: filled });
      },
    ),
    { numRuns: 50 },
  );
});

test('the end of the first line is recognised, and a byte order mark is not part of the line', async () => {
  expect(await scan('a\nb\r\n')).toMatchObject({ newline: '\n', head: 'a\nb\r\n', hasByteOrderMark: false });
  expect(await scan('\uFEFFa\r\nb\n')).toMatchObject({
    newline: '\r\n',
    head: 'a\r\nb\n',
    hasByteOrderMark: true,
  });
  expect(await scan('a\rb\r\rc')).toMatchObject({ newline: '\r', lines: 3 });
  expect(await scan('')).toMatchObject({ newline: '\n', head: '', lines: 0 });
});

test('UTF-16 is refused with the way out, and a compressed file that is cut off is refused', async () => {
  await expect(scan(Buffer.from('\uFEFFid,usageDate', 'utf16le'))).rejects.toThrow('save it as UTF-8');
  const packed = gzipSync('a\n'.repeat(10_000));
  await expect(scan(packed.subarray(0, packed.length - 9), 'gzip')).rejects.toThrow('unexpected end of file');
});
