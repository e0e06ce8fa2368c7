import { writeFile } from 'node:fs/promises';
import { createRunningDigest } from '../base/sealing.ts';
import { writeReceiptLine } from '../http/export/ndjson.ts';
import type { ReadReceipt, Receipt } from '../http/export/receipts.ts';
import { bytesOf, openPart } from './export-file.ts';
import type { Checkpoint, ExportQuestion, PartFile } from './export-file.ts';
import { joinReceipts, listUnread, readReceiptLine, withoutUnread } from './export-receipt.ts';

export interface DownloadOptions {
  readonly question: ExportQuestion;
  readonly out: string;
  /** The service, without a slash at its end. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Ends the download, and leaves a file that can be gone on with. */
  readonly signal: AbortSignal;
  readonly fetch: (address: string, init: RequestInit) => Promise<Response>;
  /** Milliseconds since an unspecified moment. */
  readonly now: () => number;
  /** Gets the receipt of what was read so far, of all parts together. */
  readonly onProgress: (receipt: Receipt) => void;
}

/**
 * `written`: the file is in its place. `broken`: it is not, and the same download goes on from `receipt`; null: it begins again.
 * `refused`: nothing was written.
 */
export type Download =
  | { readonly kind: 'written'; readonly receipt: Receipt }
  | { readonly kind: 'broken'; readonly reason: string; readonly receipt: Receipt | null }
  | { readonly kind: 'refused'; readonly reason: string };

const CHECK_EVERY_MS = 1_000;

/**
 * Downloads an export to `FILE.part`, and puts it in its place when its receipt fits. Asks now and then for the receipt of what was sent,
 * because that is where a later run goes on.
 */
export async function downloadExport(options: DownloadOptions): Promise<Download> {
  const { question, out, signal } = options;
  const part = await openPart(out, question);
  try {
    const response = await ask(options, part.start);
    if (!response.ok) {
      if (!part.start) await part.discard();
      return { kind: 'refused', reason: await readRefusal(response) };
    }
    return await receive(options, part, response);
  } catch (error) {
    return { kind: 'broken', reason: explain(error, signal), receipt: part.start?.receipt ?? null };
  } finally {
    await part.close();
  }
}

function ask(
  { question, url, headers, signal, fetch }: DownloadOptions,
  start: Checkpoint | null,
): Promise<Response> {
  const { list, format, ...parameters } = question;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== null) query.set(name, value);
  if (start?.receipt.endCursor != null) query.set('after', start.receipt.endCursor);
  return fetch(`${url}/export/${list}.${format}?${query.toString()}`, { headers, signal });
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
    return { kind: 'broken', reason: explain(error, options.signal), receipt: places.saved() };
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

function explain(error: unknown, { aborted }: AbortSignal): string {
  return aborted ? 'It was interrupted.' : `The connection broke: ${readCause(error)}`;
}

async function readReceipt(
  { url, headers, fetch }: DownloadOptions,
  response: Response,
): Promise<ReadReceipt | null> {
  const path = response.headers.get('export-receipt');
  if (path === null) return null;
  const answer = await fetch(`${url}${path}`, { headers, signal: AbortSignal.timeout(5_000) });
  return answer.ok ? ((await answer.json()) as ReadReceipt) : null;
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

async function readRefusal(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { errors } = JSON.parse(text) as { readonly errors: readonly { readonly message: string }[] };
    return errors.map(({ message }) => message).join(' ');
  } catch {
    return `The service answered ${response.status}.`;
  }
}

/** `fetch` hides what happened in its cause. */
function readCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
