import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { chooseEncoding, compress } from '../../../src/http/export/compression.ts';

describe('the encoding of an export', () => {
  test.each([
    [undefined, null],
    ['', null],
    ['identity', null],
    ['gzip', 'gzip'],
    ['GZIP;q=0.5', 'gzip'],
    ['gzip;q=0', null],
    ['zstd, gzip', 'zstd'],
    ['*', 'zstd'],
    ['br', null],
    ['gzip;q=x', null],
  ])('for %j is %j', (header, encoding) => {
    expect(chooseEncoding(header)).toBe(encoding);
  });

  test('lets a reader have each piece when it is written', async () => {
    let given = 0;
    const pieces = async function* () {
      for (const text of ['one', 'two']) {
        given += 1;
        yield Buffer.from(text);
        if (text === 'two') await new Promise(() => {});
      }
    };
    const read: Buffer[] = [];
    for await (const piece of compress(pieces(), 'gzip')) {
      read.push(Buffer.from(piece));
      if (Buffer.concat(read).length > 10 && given === 2) break;
    }
    expect(gunzipSync(Buffer.concat(read), { finishFlush: 2 }).toString()).toContain('one');
  });

  test('fails if what it compresses fails', async () => {
    const pieces = async function* () {
      yield Buffer.from('one');
      throw new Error('broken');
    };
    const read = async () => {
      for await (const piece of compress(pieces(), 'zstd')) void piece;
    };
    await expect(read()).rejects.toThrow('broken');
  });
});
