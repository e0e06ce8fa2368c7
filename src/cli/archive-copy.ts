import { createApp } from '../app.ts';
import { openArchive } from '../archive/archive.ts';
import type { Archive } from '../archive/archive.ts';
import { copyStore } from '../archive/copy.ts';
import { foldErasures } from '../archive/erasure.ts';
import { measuredSpans } from '../archive/lateness.ts';
import { findGaps, findHeld, foldReads, joinSettled } from '../archive/ledger.ts';
import type { SyncReport, SyncRound } from '../archive/sync.ts';
import type { Source } from '../base/source.ts';
import { formatInstant, HOUR_MS, systemClock } from '../base/time.ts';
import { readRedaction } from '../config/archive.ts';
import type { Config } from '../config/config.ts';
import { describeLateness } from './archive-lateness.ts';
import { readSettings, readWords, requireArchive, withRefusals, withStore } from './archive-store.ts';
import { EXIT_USAGE, quit } from './process.ts';

const TEXT = { type: 'string' } as const;
/** The most spans to list of each source. */
const MOST_SPANS = 20;

/** `archive status`: prints what the archive holds of each source, and what is missing between. */
export async function runStatus(args: readonly string[]): Promise<void> {
  const { values } = readWords('status', args, { archive: TEXT });
  await withRefusals(() =>
    withStore(values.archive, async (store, rereads) => {
      const nowMs = systemClock.now();
      process.stdout.write(`engine: ${store.engine}\n`);
      for (const source of ['USAGE', 'EVENTS'] as const) {
        const table = source === 'USAGE' ? store.usage : store.events;
        const [{ rows, bytes }, reads] = await Promise.all([table.size(), table.loadReads()]);
        const folded = foldReads(reads);
        process.stdout.write(`${describe(source, rows, bytes, findHeld(folded, 0, null), nowMs)}\n`);
        if (folded.length === 0) continue;
        const lateness = await table.measureLateness(measuredSpans(folded, rereads), rereads.settleMs);
        process.stdout.write(`${describeLateness(lateness, rereads).join('\n')}\n`);
      }
      for (const { atMs, by, subject, usageRows, eventRows } of foldErasures(await store.loadErasures()))
        process.stdout.write(
          `erased ${formatInstant(atMs)} by ${by}: subject ${subject}, ${usageRows} usage records, ${eventRows} events\n`,
        );
    }),
  );
}

function describe(
  source: Source,
  rows: number,
  bytes: number | null,
  spans: ReturnType<typeof findHeld>,
  nowMs: number,
): string {
  const [newest] = spans;
  const oldest = spans.at(-1);
  if (!newest || !oldest) return `${source}: nothing was read yet`;
  const size = bytes === null ? '' : `, ${(bytes / 1e6).toFixed(1)} MB with the other source`;
  const lines = [
    `${source}: ${rows} rows${size}`,
    `  behind now by ${((nowMs - newest.toMs) / HOUR_MS).toFixed(1)} h`,
    ...spans
      .slice(0, MOST_SPANS)
      .map(
        ({ fromMs, toMs, dropped }) =>
          `  read  ${formatInstant(fromMs)} to ${formatInstant(toMs)}${dropped > 0 ? `, ${dropped} rows could not be parsed` : ''}`,
      ),
    ...findGaps(spans, { fromMs: oldest.fromMs, toMs: newest.toMs })
      .slice(0, MOST_SPANS)
      .map(({ fromMs, toMs }) => `  gap   ${formatInstant(fromMs)} to ${formatInstant(toMs)}`),
  ];
  return lines.join('\n');
}

/** `archive compact`: joins settled entries of the ledger and rewrites the tables in the order of time. */
export async function runCompact(args: readonly string[]): Promise<void> {
  const { values } = readWords('compact', args, { archive: TEXT });
  await withRefusals(() =>
    withStore(values.archive, async (store, { settleMs }) => {
      for (const table of [store.usage, store.events]) {
        const reads = await table.loadReads();
        await table.replaceReads(joinSettled(foldReads(reads), settleMs));
        await table.compact();
      }
      const { bytes } = await store.usage.size();
      process.stdout.write(`compacted${bytes === null ? '' : `: ${(bytes / 1e6).toFixed(1)} MB`}\n`);
    }),
  );
}

/** `archive copy --to PLACE`: copies the archive to another place, such as a ClickHouse. */
export async function runCopy(args: readonly string[]): Promise<void> {
  const { values } = readWords('copy', args, { to: TEXT, archive: TEXT });
  const { to } = values;
  if (to === undefined)
    return quit(EXIT_USAGE, ['copy needs --to and a folder, or the address of a ClickHouse.']);
  await withRefusals(() =>
    withStore(values.archive, (store) =>
      withStore(
        to,
        async (target) => {
          await copyStore(store, target, (source, rows) => process.stdout.write(`${source}: ${rows} rows\n`));
          process.stdout.write('copied\n');
        },
        'make',
      ),
    ),
  );
}

/** `archive backfill --from INSTANT`: reads what is missing since then at once, and prints how far it has got. */
export async function runBackfill(args: readonly string[]): Promise<void> {
  const { values } = readWords('backfill', args, { from: TEXT, archive: TEXT });
  const fromMs = Date.parse(values.from ?? '');
  if (Number.isNaN(fromMs))
    return quit(EXIT_USAGE, [
      'backfill needs --from and a time, such as 2026-10-01 or 2026-10-01T12:00:00Z.',
    ]);
  const config = readSettings(values.archive);
  if (config.vendors.kind !== 'configured')
    return quit(EXIT_USAGE, ['backfill needs the credentials of a vendor: see .env.example.']);
  await withRefusals(async () => {
    const place = requireArchive(config);
    const { location, rereads, pace } = place;
    const archive = await openArchive(location, {
      rereads,
      redaction: readRedaction(place, config.secret),
      onFault(error) {
        throw error;
      },
    });
    await backfill(config, archive, pace.callsPerMinute, fromMs);
  });
}

async function backfill(
  config: Config,
  archive: Archive,
  callsPerMinute: number,
  fromMs: number,
): Promise<void> {
  const app = createApp(config, { archive });
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  try {
    const reports = await Promise.all(
      app.syncRounds.map((round) => readBack(round, callsPerMinute, fromMs, controller.signal)),
    );
    const failed = reports.flatMap(({ source, failure }) =>
      failure ? [`${source}: ${failure.message}`] : [],
    );
    if (controller.signal.aborted)
      process.stdout.write('stopped; the same command goes on where this one ended\n');
    if (failed.length > 0) {
      process.exitCode = 1;
      process.stderr.write(`${failed.map((line) => `sightline: ${line}`).join('\n')}\n`);
    }
  } finally {
    await app.close();
    await archive.close();
  }
}

/** Runs rounds of a minute's calls until nothing is due, the vendor fails, or the process is told to stop. */
async function readBack(
  round: SyncRound,
  callsPerMinute: number,
  fromMs: number,
  signal: AbortSignal,
): Promise<SyncReport> {
  let rows = 0;
  for (;;) {
    const report = await round(callsPerMinute, signal, fromMs);
    rows += report.rows;
    const reached =
      report.reachedMs === null ? 'nothing was due' : `back to ${formatInstant(report.reachedMs)}`;
    process.stdout.write(`${report.source}: ${rows} rows, ${reached}, ${report.calls} calls\n`);
    if (!report.isBehind || signal.aborted) return report;
  }
}
