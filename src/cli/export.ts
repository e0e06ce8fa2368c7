import { parseArgs } from 'node:util';
import { EXPORT_FORMATS } from '../http/export/lists.ts';
import type { Receipt } from '../http/export/receipts.ts';
import { Temporal } from '../base/time.ts';
import { downloadExport } from './export-download.ts';
import type { ExportQuestion } from './export-file.ts';
import { describeOf } from './export-of.ts';
import { listGaps } from './export-receipt.ts';
import { verifyExport } from './export-verify.ts';
import { readProof } from './key-switches.ts';
import { EXIT_USAGE, onStop, quit, readMessage } from './process.ts';

const HELP = `Writes a whole list of a running service to a file.

  npm run export -- LIST [switches]      LIST: usage, events or timeline
  npm run export -- --verify FILE        compare a file with its receipt, and say what it is of

  --last DURATION       the range, such as P30D, up to --to
  --from, --to INSTANT  the range, such as 2026-03-01T00:00:00Z; --to is now if it is left out
  --filter JSON         as 'filter' of the list in GraphQL: '{"status":"FAILED"}'
  --fields a,b          the fields of the rows; default: all that hold one value or a list of values
  --format FORMAT       ndjson (default), csv or parquet
  --out FILE            default: LIST.FORMAT
  --url URL             the service; default: http://127.0.0.1:4000
  --key KEY             an API key or a token with the scope export and those of the list
  --key-file FILE       a file that holds the key, so that it is not on the command line
  -h, --help            print this text

It writes to FILE.part and renames it when the receipt fits. If it is interrupted, the same command goes on where it ended; only Parquet
begins again.
Exit codes: 0 the file is whole; 1 it is not written yet; 2 the command line is wrong; 3 the file is written, and parts of the
range are not known whole (the receipt says which). docs/export.md says more.
`;

const EXIT_BROKEN = 1;
const EXIT_NOT_COMPLETE = 3;
const OPTIONS = {
  last: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  filter: { type: 'string' },
  fields: { type: 'string' },
  format: { type: 'string', default: 'ndjson' },
  out: { type: 'string' },
  url: { type: 'string', default: 'http://127.0.0.1:4000' },
  key: { type: 'string' },
  'key-file': { type: 'string' },
  verify: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** The command `export`: downloads a list, or verifies a file. */
export async function exportList(args: readonly string[]): Promise<void> {
  const { values, positionals } = readSwitches(args);
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  if (values.verify !== undefined) return verify(values.verify);
  const [list] = positionals;
  const { last, from, to, url } = values;
  if (positionals.length !== 1 || list === undefined) return quit(EXIT_USAGE, [USAGE]);
  const format = EXPORT_FORMATS.find((one) => one === values.format);
  if (!format) return quit(EXIT_USAGE, [`--format must be one of ${EXPORT_FORMATS.join(', ')}.`]);
  const hasRange = last !== undefined || from !== undefined || to !== undefined;
  const question: ExportQuestion = {
    list,
    format,
    range: hasRange ? JSON.stringify({ last, from, to }) : null,
    filter: values.filter ?? null,
    fields: values.fields ?? null,
  };
  const out = values.out ?? `${list}.${format}`;
  const headers = readProof(values);
  const controller = new AbortController();
  // The command ends by itself when it has noted where it can go on; a second signal ends it at once.
  onStop(() => {
    controller.abort();
    return new Promise(() => {});
  });
  const download = await downloadExport({
    question,
    out,
    url: url.replace(/\/+$/, ''),
    headers,
    signal: controller.signal,
    fetch,
    now: () => performance.now(),
    onProgress: createProgress({ last, from, to }),
  });
  clearProgress();
  if (download.kind === 'refused') quit(EXIT_BROKEN, [download.reason]);
  if (download.kind === 'written') {
    printReceipt(out, download.receipt);
    process.exitCode = download.receipt.complete ? 0 : EXIT_NOT_COMPLETE;
    return;
  }
  const { reason, receipt } = download;
  if (format === 'parquet') return quit(EXIT_BROKEN, [reason, PARQUET_BEGINS_AGAIN]);
  const kept = receipt ? `${receipt.rows} rows are in ${out}.part` : 'Nothing could be kept';
  quit(EXIT_BROKEN, [reason, `${kept}. Run the same command again to go on.`]);
}

const PARQUET_BEGINS_AGAIN =
  "A Parquet file can't be gone on with, so nothing is kept. Run the same command again to begin again, or with --format ndjson or csv, which go on.";
const USAGE = 'export needs one list: usage, events or timeline. npm run export -- --help shows how.';

function readSwitches(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    return quit(EXIT_USAGE, [readMessage(error), USAGE]);
  }
}

async function verify(file: string): Promise<void> {
  const verdict = await verifyExport(file).catch((error: unknown) => quit(EXIT_BROKEN, [readMessage(error)]));
  if (verdict.kind === 'cut') return quit(EXIT_BROKEN, [`${file} is cut: it has no receipt.`]);
  if (verdict.kind === 'changed') return quit(EXIT_BROKEN, [`${file} is not what its receipt is about.`]);
  if (verdict.kind === 'unlike')
    return quit(EXIT_BROKEN, [
      `${file} has the bytes of its receipt, but another format, other columns or another range than the receipt says.`,
    ]);
  printReceipt(file, verdict.receipt);
  process.exitCode = verdict.receipt.complete ? 0 : EXIT_NOT_COMPLETE;
}

function printReceipt(file: string, receipt: Receipt): void {
  const { rows, sha256, complete } = receipt;
  process.stdout.write(
    `${file}: ${rows} rows, ${complete ? 'complete' : 'not complete'}, sha256 ${sha256}\n`,
  );
  for (const line of describeOf(receipt)) process.stdout.write(`  ${line}\n`);
  for (const { source, status, from, to, reason } of listGaps(receipt))
    process.stdout.write(`  ${source} ${status} ${from} to ${to}${reason === null ? '' : `: ${reason}`}\n`);
}

interface Asked {
  readonly last: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** One line that is written again and again, if somebody watches. Rows of an earlier run do not count for the rate. */
function createProgress(asked: Asked): (receipt: Receipt) => void {
  let begun: { readonly rows: number; readonly done: number; readonly ms: number } | null = null;
  return (receipt) => {
    if (!process.stderr.isTTY) return;
    const { rows } = receipt;
    const done = readDone(receipt, asked) ?? 0;
    const ms = performance.now();
    begun ??= { rows, done, ms };
    const elapsedS = (ms - begun.ms) / 1_000;
    const gained = done - begun.done;
    const pace =
      elapsedS > 0 && gained > 0
        ? `, ${Math.round((rows - begun.rows) / elapsedS)} rows/s, ${Math.round(((1 - done) * elapsedS) / gained)} s left`
        : '';
    process.stderr.write(`\r\u{1B}[K${rows} rows, ${Math.round(done * 100)} % of the range${pace}`);
  };
}

function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u{1B}[K');
}

const DEFAULT_LAST = 'P7D';

/** The part of the range that was read; null: it is unknown. */
export function readDone(
  { coverage }: Receipt,
  { last = DEFAULT_LAST, from }: Partial<Asked>,
): number | null {
  const newest = coverage[0]?.to;
  const reached = coverage.at(-1)?.from;
  if (newest === undefined || reached === undefined) return null;
  try {
    const toMs = Date.parse(newest);
    const start = Temporal.Instant.fromEpochMilliseconds(toMs).toZonedDateTimeISO('UTC').subtract(last);
    const fromMs = from === undefined ? start.epochMilliseconds : Date.parse(from);
    return Math.min(1, Math.max(0, (toMs - Date.parse(reached)) / (toMs - fromMs)));
  } catch {
    return null;
  }
}
