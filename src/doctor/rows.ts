import type { UpstreamError } from '../base/errors.ts';
import type { createFindings } from './finding.ts';
import { adviseOn } from './vendor.ts';

interface Dated {
  readonly timestampMs: number;
}

/** The times of two rows of a page, with another row between if there is one. */
export interface Pair {
  readonly olderMs: number;
  readonly newerMs: number;
}

/** How many rows lie between the two, so that an answer that leaves out both is not empty. */
const APART = 5;

/** null: all rows have the same time. @param rows newest first */
export function pickPair(rows: readonly Dated[]): Pair | null {
  // The oldest rows of a page settle first, so that no late row moves between.
  const older = rows.at(-1);
  const newer = rows.at(-1 - APART) ?? rows[0];
  if (!older || !newer || newer.timestampMs <= older.timestampMs) return null;
  return { olderMs: older.timestampMs, newerMs: newer.timestampMs };
}

/** Judges whether bounds are inclusive. @param readBetween reads the rows from the time of one to that of the other */
export async function judgeBounds(
  pair: Pair | null,
  operation: string,
  readBetween: (pair: Pair) => Promise<Pick<Page, 'rows'> | UpstreamError>,
  findings: ReturnType<typeof createFindings>,
): Promise<void> {
  if (!pair)
    return findings.add('bounds', 'unknown', 'nothing', 'too few rows of different times to ask between');
  const page = await readBetween(pair);
  const asked = `GET ${operation} from the time of one row to that of another`;
  if (page instanceof Error) return findings.add('bounds', 'wrong', asked, page.message, adviseOn(page));
  findings.add('bounds', 'ok', asked, describeBounds(page.rows, pair));
}

/** Whether an answer between two times holds the rows at its bounds. */
function describeBounds(rows: readonly Dated[], { olderMs, newerMs }: Pair): string {
  const word = (ms: number) =>
    rows.some(({ timestampMs }) => timestampMs === ms) ? 'inclusive' : 'exclusive';
  return `the lower bound is ${word(olderMs)}, the upper ${word(newerMs)}; the service reads right with either`;
}

/** Whether times never rise from one row to the next. */
export function isNewestFirst(rows: readonly Dated[]): boolean {
  return rows.every(({ timestampMs }, index) => timestampMs <= (rows[index - 1]?.timestampMs ?? Infinity));
}

interface Page {
  readonly rows: readonly Dated[];
  /** The rows of the page with those that could not be parsed. */
  readonly entries: number;
}

/** Judges whether the rows of a page could be parsed. */
export function judgeParsing(
  { rows, entries }: Page,
  asked: string,
  findings: ReturnType<typeof createFindings>,
): void {
  const skipped = entries - rows.length;
  if (entries === 0) return findings.add('rows', 'unknown', asked, 'no rows');
  if (skipped === 0) return findings.add('rows', 'ok', asked, `${entries} rows, all parsed`);
  findings.add(
    'rows',
    'wrong',
    asked,
    `${skipped} of ${entries} rows could not be parsed`,
    'Coverage counts them as dropped. Report them to the vendor: each lacks an id or a time, or has a value of another type.',
  );
}

/** Judges the order of a page that the vendor should give newest first. */
export function judgeOrder(
  { rows }: Pick<Page, 'rows'>,
  asked: string,
  otherwise: { readonly verdict: 'note' | 'wrong'; readonly advice: string },
  findings: ReturnType<typeof createFindings>,
): void {
  if (rows.length < 2) return findings.add('order', 'unknown', asked, 'too few rows');
  if (isNewestFirst(rows)) return findings.add('order', 'ok', asked, 'newest first');
  findings.add('order', otherwise.verdict, asked, 'not newest first', otherwise.advice);
}
