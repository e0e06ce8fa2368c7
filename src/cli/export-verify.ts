import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRunningDigest } from '../base/sealing.ts';
import type { Receipt } from '../http/export/receipts.ts';
import { readReceiptLine } from './export-receipt.ts';

/** `cut`: the file has no receipt. `changed`: it is not what its receipt is about. */
export type Verdict =
  | { readonly kind: 'cut' }
  | { readonly kind: 'changed' | 'intact'; readonly receipt: Receipt };

const NEW_LINE = 10;

/**
 * Compares a file with its receipt: the last line of NDJSON, or `FILE.receipt.json` beside CSV.
 * @throws Error of the system if the file can't be read
 */
export async function verifyExport(file: string): Promise<Verdict> {
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
  return { kind: isIntact ? 'intact' : 'changed', receipt };
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(NEW_LINE); at !== -1; at = bytes.indexOf(NEW_LINE, at + 1)) lines += 1;
  return lines;
}
