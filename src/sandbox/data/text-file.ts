import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';

export type Compression = 'uncompressed' | 'gzip' | 'zstd';

/** What a text file holds, whatever its format. */
export interface TextScan {
  /** Its beginning, without a byte order mark: the first line at least, unless that has more than 64 KiB. */
  readonly head: string;
  readonly hasByteOrderMark: boolean;
  /** How its first line ends. */
  readonly newline: '\n' | '\r\n' | '\r';
  /** Lines with anything on them. */
  readonly lines: number;
}

const HEAD_BYTES = 65_536;
const LF = 10;
const CR = 13;

/**
 * Reads a text file to its end. The database counts only the lines that it has understood, and takes a compressed file that
 * is cut off for a whole one: so that nothing is lost in silence, both are checked here.
 *
 * @throws Error if it can't be read or unpacked, or is no UTF-8 to judge by its beginning
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

/** What the first line of a CSV file tells. */
export interface CsvHeader {
  readonly delimiter: Delimiter;
  /** The names of its columns, in their order. */
  readonly names: readonly string[];
}

const DELIMITERS = [',', ';', '\t'] as const;
type Delimiter = (typeof DELIMITERS)[number];

/**
 * Reads the header of a CSV file (RFC 4180). The delimiter is the one that brings out the most known names; if several do,
 * the one that brings out the most names.
 *
 * @param countKnown how many of these names are known
 */
export function readCsvHeader(line: string, countKnown: (names: readonly string[]) => number): CsvHeader {
  const [first, ...others] = DELIMITERS.map((delimiter) => {
    const names = splitLine(line, delimiter);
    return { delimiter, names, known: countKnown(names) };
  });
  const best = others.reduce(
    (left, right) =>
      right.known > left.known || (right.known === left.known && right.names.length > left.names.length)
        ? right
        : left,
    first!,
  );
  return { delimiter: best.delimiter, names: best.names };
}

function splitLine(line: string, delimiter: string): readonly string[] {
  const value = new RegExp(
    `(?: *"((?:[^"]|"")*)"[^${delimiter}]*|([^${delimiter}]*))(?:${delimiter}|$)`,
    'y',
  );
  const names: string[] = [];
  while (value.lastIndex <= line.length) {
    const [whole = '', quoted, plain = ''] = value.exec(line) ?? [];
    names.push((quoted?.replaceAll('""', '"') ?? plain).trim());
    if (!whole.endsWith(delimiter)) break;
  }
  return names;
}
