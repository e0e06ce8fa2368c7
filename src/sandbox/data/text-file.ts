import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';

export type Compression = 'uncompressed' | 'gzip' | 'zstd';

/** A summary of a text file in any format. */
export interface TextScan {
  /** The beginning, without a byte order mark. It holds the whole first line if that is at most 64 KiB long. */
  readonly head: string;
  readonly hasByteOrderMark: boolean;
  /** The end of the first line. */
  readonly newline: '\n' | '\r\n' | '\r';
  /** How many lines are not empty. */
  readonly lines: number;
}

const HEAD_BYTES = 65_536;
const LF = 10;
const CR = 13;

/**
 * Reads a text file to its end. This finds two losses that the database does not report: it counts only the lines that it
 * could parse, and it accepts a compressed file that is cut off.
 *
 * @throws Error if the file can't be read or unpacked, or begins like UTF-16
 */
export async function scanTextFile(file: string, compression: Compression): Promise<TextScan> {
  let head = Buffer.alloc(0);
  let counter: LineCounter | null = null;
  const take = (chunk: Buffer) => {
    if (counter) {
      counter.add(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length >= HEAD_BYTES) counter = startCounting(head);
  };
  const consume = async (source: AsyncIterable<Buffer>) => {
    for await (const chunk of source) take(chunk);
  };
  const packed = createReadStream(file);
  if (compression === 'uncompressed') await pipeline(packed, consume);
  else await pipeline(packed, compression === 'gzip' ? createGunzip() : createZstdDecompress(), consume);

  if (/^(?:\xff\xfe|\xfe\xff)/.test(head.toString('latin1', 0, 2)))
    throw new Error('it is UTF-16; save it as UTF-8');
  const { lines } = (counter ?? startCounting(head)).end();
  const text = head.toString('utf8', 0, HEAD_BYTES);
  const hasByteOrderMark = text.startsWith('\uFEFF');
  return {
    head: hasByteOrderMark ? text.slice(1) : text,
    hasByteOrderMark,
    newline: findNewline(head),
    lines,
  };
}

interface LineCounter {
  add(chunk: Buffer): void;
  end(): { readonly lines: number };
}

function startCounting(head: Buffer): LineCounter {
  const end = findNewline(head) === '\r' ? CR : LF;
  let lines = 0;
  let hasText = false;
  const isFilled = (chunk: Buffer, from: number, to: number) => {
    for (let at = from; at < to; at += 1) if (chunk[at] !== CR) return true;
    return false;
  };
  const add = (chunk: Buffer) => {
    let from = 0;
    for (let to = chunk.indexOf(end); to !== -1; to = chunk.indexOf(end, from)) {
      if (hasText || isFilled(chunk, from, to)) lines += 1;
      hasText = false;
      from = to + 1;
    }
    hasText ||= isFilled(chunk, from, chunk.length);
  };
  add(head);
  return { add, end: () => ({ lines: hasText ? lines + 1 : lines }) };
}

function findNewline(head: Buffer): TextScan['newline'] {
  const feed = head.indexOf(LF);
  if (feed === -1) return head.includes(CR) ? '\r' : '\n';
  return feed > 0 && head[feed - 1] === CR ? '\r\n' : '\n';
}
