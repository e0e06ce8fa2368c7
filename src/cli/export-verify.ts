import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import type { FileMetaData } from 'hyparquet';
import { createRunningDigest } from '../base/sealing.ts';
import { PARQUET_RECEIPT_KEY } from '../http/export/lists.ts';
import type { Receipt } from '../http/export/receipts.ts';
import { digestFile } from './export-file.ts';
import { isOfFile, readOf } from './export-of.ts';
import type { SeenFile } from './export-of.ts';
import { readReceiptLine } from './export-receipt.ts';

/**
 * `cut`: the file has no receipt. `changed`: its bytes are not those of the receipt. `unlike`: they are, but the receipt says that it is
 * of another format, other columns or another range.
 */
export type Verdict =
  | { readonly kind: 'cut' }
  | { readonly kind: 'changed' | 'unlike' | 'intact'; readonly receipt: Receipt };

const NEW_LINE = 10;

/**
 * Compares a file with its receipt: the last line of NDJSON, `FILE.receipt.json` beside CSV, or the metadata of Parquet.
 * @throws Error of the system if the file can't be read
 */
export async function verifyExport(file: string): Promise<Verdict> {
  if (await isParquet(file)) return verifyParquet(file);
  const beside = await readFile(`${file}.receipt.json`, 'utf8').catch(() => null);
  const digest = createRunningDigest();
  let held: Buffer = Buffer.alloc(0);
  let lines = 0;
  for await (const piece of createReadStream(file) as AsyncIterable<Buffer>) {
    if (beside !== null) {
      digest.update(piece);
      continue;
    }
    // The last line is no part of what its receipt is about.
    const all = Buffer.concat([held, piece]);
    const lastEnd = all.lastIndexOf(NEW_LINE);
    const start = lastEnd <= 0 ? 0 : all.lastIndexOf(NEW_LINE, lastEnd - 1) + 1;
    digest.update(all.subarray(0, start));
    lines += countLines(all.subarray(0, start));
    held = all.subarray(start);
  }
  const receipt = readReceiptLine(beside ?? (held.at(-1) === NEW_LINE ? held.toString('utf8') : ''));
  if (!receipt) return { kind: 'cut' };
  const isIntact = digest.hex() === receipt.sha256 && (beside !== null || lines === receipt.rows);
  if (!isIntact) return { kind: 'changed', receipt };
  const seen: SeenFile =
    beside === null
      ? { format: 'ndjson', columns: receipt.rows > 0 ? readKeys(await readFirstLine(file)) : null }
      : // The part of a list behind a cursor has no header.
        { format: 'csv', columns: readOf(receipt)?.after ? null : readHeader(await readFirstLine(file)) };
  return { kind: isOfFile(receipt, seen) ? 'intact' : 'unlike', receipt };
}

/** More than the line of a row or a header takes. */
const LINE_BYTES = 1_048_576;

async function readFirstLine(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(LINE_BYTES), 0);
    const [line = ''] = buffer.toString('utf8', 0, bytesRead).split(/\r?\n/, 1);
    return line;
  } finally {
    await handle.close();
  }
}

/** null: it is no row. */
function readKeys(line: string): readonly string[] | null {
  try {
    return Object.keys(JSON.parse(line) as object);
  } catch {
    return null;
  }
}

const readHeader = (line: string): readonly string[] => line.replace('\uFEFF', '').split(',');

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(NEW_LINE); at !== -1; at = bytes.indexOf(NEW_LINE, at + 1)) lines += 1;
  return lines;
}

/** A Parquet file begins and ends with it. */
const PARQUET_MAGIC = 'PAR1';
/** At the end of a Parquet file: the length of its metadata, and the magic. */
const TRAILER_BYTES = 8;

async function isParquet(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(PARQUET_MAGIC.length), 0);
    return buffer.toString('latin1', 0, bytesRead) === PARQUET_MAGIC;
  } finally {
    await handle.close();
  }
}

/** The receipt of a Parquet file is in its metadata, and is about all bytes before them. */
async function verifyParquet(file: string): Promise<Verdict> {
  const metadata = await readMetadata(file);
  const receipt = readReceiptLine(
    metadata?.key_value_metadata?.find(({ key }) => key === PARQUET_RECEIPT_KEY)?.value ?? '',
  );
  if (!metadata || !receipt) return { kind: 'cut' };
  const { size } = await stat(file);
  const digest = createRunningDigest();
  await digestFile(file, digest, 0, size - TRAILER_BYTES - metadata.metadata_length);
  const isIntact = digest.hex() === receipt.sha256 && Number(metadata.num_rows) === receipt.rows;
  if (!isIntact) return { kind: 'changed', receipt };
  const { parquetSchema } = await import('hyparquet');
  const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
  return { kind: isOfFile(receipt, { format: 'parquet', columns }) ? 'intact' : 'unlike', receipt };
}

/** null: the file is cut, or its end is no metadata. The library is loaded for a Parquet file alone. */
async function readMetadata(file: string): Promise<FileMetaData | null> {
  const { asyncBufferFromFile, parquetMetadataAsync } = await import('hyparquet');
  return parquetMetadataAsync(await asyncBufferFromFile(file)).catch(() => null);
}
