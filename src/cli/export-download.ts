import { writeFile } from 'node:fs/promises';
import { createRunningDigest } from '../base/sealing.ts';
import { writeReceiptLine } from '../http/export/ndjson.ts';
import type { ReadReceipt, Receipt } from '../http/export/receipts.ts';
import { askForExport, CHECK_EVERY_MS, explainBreak, readReceipt, readRefusal } from './export-answer.ts';
import type { Download, DownloadOptions } from './export-answer.ts';
import { bytesOf, openPart } from './export-file.ts';
import type { Checkpoint, PartFile } from './export-file.ts';
import { joinReceipts, listUnread, readReceiptLine, withoutUnread } from './export-receipt.ts';
import { receiveWhole } from './export-whole.ts';

/**
 * Downloads an export to `FILE.part`, and puts it in its place when its receipt fits. Asks now and then for the receipt of what was sent,
 * because that is where a later run goes on.
 */
export async function downloadExport(options: DownloadOptions): Promise<Download> {
  const { question, out, signal } = options;
  const part = await openPart(out, question);
  try {
    const after = part.start?.receipt.endCursor ?? null;
    const response = await askForExport(options, after);
    if (!response.ok) {
      if (!part.start) await part.discard();
      return { kind: 'refused', reason: await readRefusal(response) };
    }
    return await (question.format === 'parquet' ? receiveWhole : receive)(options, part, response);
  } catch (error) {
    return { kind: 'broken', reason: explainBreak(error, signal), receipt: part.start?.receipt ?? null };
  } finally {
    await part.close();
  }
}

async function receive(options: DownloadOptions, part: PartFile, response: Response): Promise<Download> {
  const { question, out, onProgress } = options;
  const before = part.start?.receipt ?? null;
  // Of this answer alone, as its receipt has it.
  const digest = createRunningDigest();
  const lines = question.format === 'ndjson' ? createLineHolder() : null;
  const places = createPlaces(options, part, response);
  const write = async (piece: Uint8Array): Promise<void> => {
    digest.update(piece);
    await part.write(piece);
  };

  try {
    for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      await write(lines ? lines.take(piece) : piece);
      await places.check();
    }
  } catch (error) {
    if (lines && !readReceiptLine(lines.held())) await write(Buffer.from(lines.held()));
    // The service still has the receipt of what it sent.
    await places.check(true);
    return { kind: 'broken', reason: explainBreak(error, options.signal), receipt: places.saved() };
  }
  const receipt = lines ? readReceiptLine(lines.held()) : (await readReceipt(options, response))?.export;
  if (!receipt)
    return { kind: 'broken', reason: 'The answer was cut: it has no receipt.', receipt: places.saved() };
  if (receipt.sha256 !== digest.hex())
    return {
      kind: 'broken',
      reason: 'What came is not what was sent: the digests differ.',
      receipt: places.saved(),
    };
  const [unread] = listUnread(receipt);
  if (unread) {
    await places.save({ bytes: part.bytes() - places.base, export: withoutUnread(receipt) });
    return { kind: 'broken', reason: unread.reason ?? 'A vendor failed.', receipt: places.saved() };
  }
  const joined = joinReceipts(before, receipt, part.digest.hex());
  onProgress(joined);
  if (lines) await part.write(Buffer.from(writeReceiptLine(joined)));
  else await writeFile(`${out}.receipt.json`, writeReceiptLine(joined));
  await part.finish();
  return { kind: 'written', receipt: joined };
}

/** The places from which a later run can go on. */
interface Places {
  /** How long the file was when this answer began. */
  readonly base: number;
  /** Asks the service, at most once a second, and notes the newest place that the file has reached. Never rejects. */
  check(isLast?: boolean): Promise<void>;
  save(sent: Required<ReadReceipt>): Promise<void>;
  /** The receipt of the place that was noted last; null: none was. */
  saved(): Receipt | null;
}

function createPlaces(options: DownloadOptions, part: PartFile, response: Response): Places {
  const { now, onProgress } = options;
  const { start } = part;
  const base = part.bytes();
  let waiting: Checkpoint[] = [];
  let saved = start?.receipt ?? null;
  let checkedMs = -Infinity;
  const placeOf = ({ export: sent, bytes }: Required<ReadReceipt>): Checkpoint => ({
    segments: [...(start?.segments ?? []), { bytes, sha256: sent.sha256 }],
    receipt: joinReceipts(start?.receipt ?? null, sent, sent.sha256),
  });
  const save = async (place: Checkpoint): Promise<void> => {
    await part.save(place);
    saved = place.receipt;
    onProgress(place.receipt);
  };
  return {
    base,
    async check(isLast = false) {
      if (isLast || now() - checkedMs >= CHECK_EVERY_MS) {
        checkedMs = now();
        const sent = await readReceipt(options, response).catch(() => null);
        if (sent?.bytes !== undefined && sent.export.endCursor !== null)
          waiting.push(placeOf({ ...sent, bytes: sent.bytes }));
      }
      const reached = waiting.findLast((place) => bytesOf(place) <= part.bytes());
      if (!reached) return;
      waiting = waiting.filter((place) => bytesOf(place) > bytesOf(reached));
      await save(reached);
    },
    save: (sent) => save(placeOf(sent)),
    saved: () => saved,
  };
}

const NEW_LINE = 10;

/** Lets whole lines pass, but for the last one, which may be the receipt. */
function createLineHolder(): { take(piece: Uint8Array): Uint8Array; held(): string } {
  let held: Buffer = Buffer.alloc(0);
  return {
    take(piece) {
      const all = Buffer.concat([held, piece]);
      const lastEnd = all.lastIndexOf(NEW_LINE);
      const start = lastEnd <= 0 ? 0 : all.lastIndexOf(NEW_LINE, lastEnd - 1) + 1;
      held = all.subarray(start);
      return all.subarray(0, start);
    },
    held: () => (held.at(-1) === NEW_LINE ? held.toString('utf8') : ''),
  };
}
