import { createLineCounter, createLineHolder } from './lines.ts';
import { findFooter, receiveBytes } from './parquet.ts';
import { addressOf, readRefusal } from './question.ts';
import type { ExportQuestion } from './question.ts';
import { joinReceipts, readReceiptLine, withoutUnread, writeReceiptLine } from './receipt.ts';
import type { Receipt, SentReceipt } from './receipt.ts';
import type { Sink } from './sink.ts';

/** `paused`: the first `bytes` are kept, and the export can go on behind them. `refused`: nothing came. */
export interface DownloadState {
  readonly status: 'ready' | 'running' | 'paused' | 'refused' | 'checking' | 'done';
  readonly rows: number;
  readonly bytes: number;
  /** Of what was received, as the service tells it now and then; null: not told yet. */
  readonly place: Receipt | null;
  /** Why it is paused or refused; empty: the reader wanted it. */
  readonly words: string;
  /** Of the whole file, if it is done. */
  readonly receipt: Receipt | null;
  /** Whether the bytes that arrived have the digests of the receipts; null: the browser can't tell. */
  readonly isVerified: boolean | null;
}

export interface DownloadOptions {
  readonly question: ExportQuestion;
  readonly sink: Sink;
  readonly fetch: (address: string, signal: AbortSignal | null) => Promise<Response>;
  /** SHA-256 as hexadecimal digits; null: this browser has none here, because the page came without TLS. */
  readonly digest: ((bytes: ArrayBuffer) => Promise<string>) | null;
  readonly now: () => number;
  readonly onChange: (state: DownloadState) => void;
}

export interface Download {
  /** Begins, or goes on behind what is kept. */
  run(): Promise<void>;
  /** Stops at the next place from which it can go on. */
  pause(): void;
  /** Stops at once, and keeps nothing. */
  discard(): void;
}

/** A place from which an export goes on: the bytes up to it, and their receipt. */
interface Place {
  readonly bytes: number;
  readonly receipt: Receipt | null;
  readonly segments: readonly { readonly to: number; readonly sha256: string }[];
}

const START: Place = { bytes: 0, receipt: null, segments: [] };
const CHECK_EVERY_MS = 1_000;
/** The browser digests a file in one piece of memory. */
const MOST_DIGESTED = 1_000_000_000;

/** Reads an export as it comes. It knows where to go on, because it asks now and then for the receipt of what was sent. */
export function createDownload({ question, sink, fetch, digest, now, onChange }: DownloadOptions): Download {
  let place = START;
  let stopping: AbortController | null = null;
  /** Asks the part that is being received to stop. */
  let stopReceiving: (() => Promise<void>) | null = null;
  let isDiscarded = false;
  let state: DownloadState = {
    status: 'ready',
    rows: 0,
    bytes: 0,
    place: null,
    words: '',
    receipt: null,
    isVerified: null,
  };
  const change = (patch: Partial<DownloadState>): void => {
    state = { ...state, ...patch };
    if (!isDiscarded) onChange(state);
  };

  const pauseAt = async (words: string): Promise<void> => {
    await sink.truncate(place.bytes);
    const rows = place.receipt?.rows ?? 0;
    change({ status: 'paused', words, rows, bytes: place.bytes, place: place.receipt });
  };

  /** Adds a part to the place where it began. */
  const after = (start: Place, bytes: number, receipt: Receipt): Place => ({
    bytes: start.bytes + bytes,
    receipt: joinReceipts(start.receipt, receipt, receipt.sha256),
    segments: [...start.segments, { to: start.bytes + bytes, sha256: receipt.sha256 }],
  });

  const readReceipt = async (response: Response): Promise<SentReceipt | null> => {
    const path = response.headers.get('export-receipt');
    if (path === null) return null;
    const answer = await fetch(path, null).catch(() => null);
    return answer?.ok ? ((await answer.json()) as SentReceipt) : null;
  };

  const receive = async (response: Response): Promise<void> => {
    const start = place;
    const lines = question.format === 'ndjson' ? createLineHolder() : null;
    const counter = createLineCounter(!lines);
    const heads = !lines && start.bytes === 0 ? 1 : 0;
    const waiting: Place[] = [];
    let written = 0;
    let stopAt = Infinity;
    let checkedMs = -Infinity;
    let isAsking = false;
    const write = async (piece: Uint8Array): Promise<void> => {
      if (piece.length === 0) return;
      await sink.append(piece);
      written += piece.length;
      counter.add(piece);
    };
    const reach = (): void => {
      place = waiting.findLast(({ bytes }) => bytes <= start.bytes + written) ?? place;
    };
    const ask = async (): Promise<SentReceipt | null> => {
      checkedMs = now();
      isAsking = true;
      const sent = await readReceipt(response);
      isAsking = false;
      if (sent?.bytes !== undefined && sent.export.endCursor !== null)
        waiting.push(after(start, sent.bytes, sent.export));
      return sent;
    };
    const flush = async (): Promise<void> => {
      const held = lines?.held();
      if (held && !readReceiptLine(new TextDecoder().decode(held))) await write(held);
      reach();
    };

    const reader = response.body?.getReader();
    if (!reader) throw new TypeError('The answer has no body.');
    const hasAll = () => written + (lines?.size() ?? 0) >= stopAt;
    stopReceiving = async () => {
      const sent = await ask();
      const isSent =
        sent !== null && (sent.bytes === undefined || (sent.bytes > 0 && sent.export.endCursor === null));
      // All of it is on its way, so nothing is left to stop.
      if (isSent) return;
      stopAt = (waiting.at(-1)?.bytes ?? start.bytes) - start.bytes;
      if (hasAll()) await reader.cancel();
    };
    try {
      while (!hasAll()) {
        const { done, value } = await reader.read();
        if (done) break;
        await write(lines ? lines.take(value) : value);
        if (!isAsking && now() - checkedMs >= CHECK_EVERY_MS) await ask();
        reach();
        const rows = (start.receipt?.rows ?? 0) + Math.max(0, counter.count() - heads);
        change({ rows, bytes: start.bytes + written, place: place.receipt });
      }
    } catch (error) {
      if (isDiscarded) return;
      await ask();
      await flush();
      return pauseAt(`The connection broke: ${error instanceof Error ? error.message : String(error)}`);
    }
    stopReceiving = null;
    if (stopAt < Infinity) {
      await reader.cancel();
      await flush();
      return pauseAt('');
    }
    const receipt = lines
      ? readReceiptLine(new TextDecoder().decode(lines.held()))
      : ((await readReceipt(response))?.export ?? null);
    if (!receipt) {
      await flush();
      return pauseAt('The answer was cut: it has no receipt.');
    }
    if (receipt.endCursor !== null) {
      place = after(start, written, withoutUnread(receipt));
      return pauseAt(
        receipt.coverage.find(({ status }) => status === 'FAILED')?.reason ?? 'A vendor failed.',
      );
    }
    place = after(start, written, receipt);
    await finish();
  };

  /** Nothing of a Parquet file is kept if it breaks, because its end names all of its parts. */
  const receiveParquet = async (response: Response): Promise<void> => {
    const reader = response.body?.getReader();
    if (!reader) throw new TypeError('The answer has no body.');
    let isStopped = false;
    let checkedMs = -Infinity;
    stopReceiving = async () => {
      isStopped = true;
      await reader.cancel();
    };
    const tell = async (received: number): Promise<void> => {
      change({ bytes: received });
      if (now() - checkedMs < CHECK_EVERY_MS) return;
      checkedMs = now();
      const sent = await readReceipt(response);
      if (sent) change({ rows: sent.export.rows, place: sent.export });
    };
    const bytes = await receiveBytes(reader, sink, tell);
    stopReceiving = null;
    if (isStopped) return pauseAt('');
    const receipt = (await readReceipt(response))?.export;
    const footer = await findFooter(await sink.read());
    if (!receipt || footer === null) return pauseAt('The answer was cut.');
    place = { bytes, receipt, segments: [{ to: footer, sha256: receipt.sha256 }] };
    await finish();
  };

  const finish = async (): Promise<void> => {
    change({ status: 'checking', bytes: place.bytes, rows: place.receipt?.rows ?? 0 });
    const { receipt, segments } = place;
    if (!receipt) return;
    const file = await sink.read();
    const canDigest = digest !== null && file.size <= MOST_DIGESTED;
    let isVerified: boolean | null = canDigest ? true : null;
    let sha256 = segments.length === 1 ? receipt.sha256 : '';
    if (canDigest) {
      let from = 0;
      for (const segment of segments) {
        const found = await digest(await file.slice(from, segment.to).arrayBuffer());
        isVerified &&= found === segment.sha256;
        from = segment.to;
      }
      sha256 = await digest(await file.slice(0, from).arrayBuffer());
    }
    if (isVerified === false) {
      place = START;
      return pauseAt('What arrived is not what was sent: the digests differ.');
    }
    const whole = { ...receipt, sha256 };
    if (isDiscarded) return;
    if (question.format === 'ndjson' && sha256 !== '')
      await sink.append(new TextEncoder().encode(writeReceiptLine(whole)));
    await sink.finish();
    change({ status: 'done', receipt: whole, place: whole, isVerified, rows: whole.rows });
  };

  return {
    async run() {
      stopping = new AbortController();
      change({ status: 'running', words: '' });
      try {
        const response = await fetch(addressOf(question, place.receipt?.endCursor ?? null), stopping.signal);
        if (response.ok) await (question.format === 'parquet' ? receiveParquet : receive)(response);
        else if (place.bytes > 0) await pauseAt(await readRefusal(response));
        else change({ status: 'refused', words: await readRefusal(response) });
      } catch (error) {
        if (!isDiscarded)
          await pauseAt(`It stopped: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
    pause() {
      void stopReceiving?.();
    },
    discard() {
      isDiscarded = true;
      stopping?.abort();
    },
  };
}
