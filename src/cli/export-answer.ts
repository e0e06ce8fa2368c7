import type { ReadReceipt, Receipt } from '../http/export/receipts.ts';
import type { ExportQuestion } from './export-file.ts';

export interface DownloadOptions {
  readonly question: ExportQuestion;
  readonly out: string;
  /** The service, without a slash at its end. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: (address: string, init: RequestInit) => Promise<Response>;
  /** Ends the download, and leaves a file that can be gone on with. */
  readonly signal: AbortSignal;
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

/** How often the service is asked for the receipt of what it sent, in milliseconds. */
export const CHECK_EVERY_MS = 1_000;
/** How long a receipt may take, in milliseconds. */
const RECEIPT_MS = 5_000;

/** Begins an export. @param after the cursor behind which it goes on; null: from the newest row */
export function askForExport(
  { question, url, headers, signal, fetch }: DownloadOptions,
  after: string | null,
): Promise<Response> {
  const { list, format, ...parameters } = question;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== null) query.set(name, value);
  if (after !== null) query.set('after', after);
  return fetch(`${url}/export/${list}.${format}?${query.toString()}`, { headers, signal });
}

/** The receipt of what the service has sent of an answer so far; null: it has none. */
export async function readReceipt(
  { url, headers, fetch }: DownloadOptions,
  response: Response,
): Promise<ReadReceipt | null> {
  const path = response.headers.get('export-receipt');
  if (path === null) return null;
  const answer = await fetch(`${url}${path}`, { headers, signal: AbortSignal.timeout(RECEIPT_MS) });
  return answer.ok ? ((await answer.json()) as ReadReceipt) : null;
}

/** Why the service refuses an export, in its own words. */
export async function readRefusal(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { errors } = JSON.parse(text) as { readonly errors: readonly { readonly message: string }[] };
    return errors.map(({ message }) => message).join(' ');
  } catch {
    return `The service answered ${response.status}.`;
  }
}

/** Why an answer ended before its time. */
export function explainBreak(error: unknown, { aborted }: AbortSignal): string {
  return aborted ? 'It was interrupted.' : `The connection broke: ${readCause(error)}`;
}

/** `fetch` hides what happened in its cause. */
function readCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
