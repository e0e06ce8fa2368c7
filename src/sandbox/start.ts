import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createTokenIssuer, drawCredentials } from './api/credentials.ts';
import type { SandboxCredentials } from './api/credentials.ts';
import { createEventsApi, EVENT_SQL } from './api/events.ts';
import type { RestServer } from './api/rest-server.ts';
import { usageRecordSql } from './api/usage-record.ts';
import { createUsageApi } from './api/usage.ts';
import { createArrivals } from './data/arrivals.ts';
import type { Arrivals } from './data/arrivals.ts';
import { fillEvents } from './data/events.ts';
import { loadEventsExport, loadUsageExport } from './data/load-export.ts';
import type { LoadedSources } from './data/load-export.ts';
import { createChance, createMacros } from './data/macros.ts';
import { planStories } from './data/stories.ts';
import type { Story } from './data/stories.ts';
import { fillStoryCalls, fillUsage } from './data/usage.ts';
import { openDatabase } from './db/database.ts';
import type { Database } from './db/database.ts';
import { createTables, findRange, readAllRows } from './db/tables.ts';
import type { FoundRange } from './db/tables.ts';
import { describeFiles, describeGenerated } from './describe.ts';
import { DEFAULT_SANDBOX_OPTIONS } from './options.ts';
import type { SandboxOptions } from './options.ts';
import { createClock } from './time.ts';

export interface RunningSandbox {
  /** Base URLs in the form that the settings take: `…/elements/api-v2` and `…/v1`. */
  readonly usageUrl: string;
  readonly eventsUrl: string;
  /** Paths of the Unix sockets that the servers listen on. null: they listen on ports. */
  readonly sockets: { readonly usage: string; readonly events: string } | null;
  readonly credentials: SandboxCredentials;
  /** What the user's own files hold. null: all data is generated. */
  readonly loaded: LoadedSources | null;
  readonly ranges: { readonly usage: FoundRange; readonly events: FoundRange };
  readonly stories: readonly Story[];
  /** What the sandbox serves, in a few lines for people. */
  describe(): string;
  /** The sandbox's own time, in milliseconds since the epoch. */
  now(): number;
  /** All rows of a source in the vendor's JSON, in groups. They come oldest first from the user's own files, which alone are in order. */
  rows(source: 'usage' | 'events'): AsyncGenerator<readonly string[]>;
  /** Queries the database directly. Tables: `usage` and `events`; rows by column name; int64 as bigint. */
  query: Database['readObjects'];
  /** Adds the rows that become visible up to `nowMs`, ahead of the clock. Does nothing without arrivals. */
  advanceTo(nowMs: number): Promise<void>;
  close(): Promise<void>;
}

const ARRIVAL_INTERVAL_MS = 1_000;
const OPENAPI_FOLDER = new URL('../../schema/upstream/', import.meta.url);

/**
 * Starts the simulated APIs of both vendors on this machine.
 *
 * @param options an option that is left out is as in `DEFAULT_SANDBOX_OPTIONS`
 * @param socketFolder a folder for the Unix sockets that the servers then listen on; null: they listen on ports
 * @throws Error if an export can't be read, a port is taken, or a socket can't be made
 */
export async function startSandbox(
  options: Partial<SandboxOptions> = {},
  socketFolder: string | null = null,
): Promise<RunningSandbox> {
  const settings: SandboxOptions = { ...DEFAULT_SANDBOX_OPTIONS, ...options };
  const database = await openDatabase();
  try {
    return await serve(settings, socketFolder, database);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function serve(
  settings: SandboxOptions,
  socketFolder: string | null,
  database: Database,
): Promise<RunningSandbox> {
  const now = createClock(settings.nowMs);
  const startMs = now();
  const chance = createChance(settings.seed + 1);
  // The database fills its tables in threads of its own.
  const [{ loaded, stories }, { startRestServer }] = await Promise.all([
    fillTables(database, settings, startMs),
    import('./api/rest-server.ts'),
  ]);
  const ranges = { usage: await findRange(database, 'usage'), events: await findRange(database, 'events') };
  const arrivals = settings.arrivals && loaded === null ? createArrivals(database, startMs, chance) : null;

  const credentials = drawCredentials();
  const issuer = createTokenIssuer(randomBytes(32), now);
  const sockets =
    socketFolder === null
      ? null
      : { usage: join(socketFolder, 'usage'), events: join(socketFolder, 'events') };
  const { latencyMs, errorRate } = settings;
  const shared = { latencyMs, errorRate, chance, onFault: (error: unknown) => console.error(error) };
  const usageServer = await startRestServer({
    ...shared,
    api: createUsageApi(database, {
      settings,
      rowsPerMs: readDensity(ranges.usage),
      credentials,
      now,
      chance,
    }),
    openApiFile: new URL('usage.openapi.yaml', OPENAPI_FOLDER),
    listen: sockets ? { path: sockets.usage } : { port: settings.usagePort },
    onAnswer: (trace) => arrivals?.logCall(trace, now()),
  });
  let eventsServer: RestServer;
  try {
    eventsServer = await startRestServer({
      ...shared,
      api: createEventsApi(database, credentials, issuer),
      openApiFile: new URL('events.openapi.yaml', OPENAPI_FOLDER),
      listen: sockets ? { path: sockets.events } : { port: settings.eventsPort },
    });
  } catch (error) {
    await usageServer.close();
    throw error;
  }
  const urls = { usage: usageServer.url, events: eventsServer.url };
  const stopArrivals = arrivals === null ? () => {} : startArrivals(arrivals, now);

  return {
    usageUrl: urls.usage,
    eventsUrl: urls.events,
    sockets,
    credentials,
    loaded,
    ranges,
    stories,
    describe: () =>
      loaded === null
        ? describeGenerated(ranges, sockets ? null : urls, arrivals !== null)
        : describeFiles(loaded, ranges),
    now,
    rows: (source) =>
      readAllRows(database, source, source === 'usage' ? usageRecordSql(settings.dialect) : EVENT_SQL),
    query: (sql, values) => database.readObjects(sql, values),
    advanceTo: async (nowMs) => arrivals?.advanceTo(nowMs),
    close: async () => {
      stopArrivals();
      await Promise.all([usageServer.close(), eventsServer.close()]);
      // Waits for the step that may still run.
      await arrivals?.advanceTo(0);
      await database.close();
    },
  };
}

/** Fills the tables with the user's own files or, if there are none, with generated rows and the stories. */
async function fillTables(
  database: Database,
  settings: SandboxOptions,
  startMs: number,
): Promise<{ readonly loaded: LoadedSources | null; readonly stories: readonly Story[] }> {
  const { usageFiles, eventsFiles, seed } = settings;
  await createTables(database);
  await createMacros(database, seed);
  if (usageFiles.length > 0 || eventsFiles.length > 0) {
    const loaded = {
      usage: usageFiles.length > 0 ? await loadUsageExport(database, usageFiles) : null,
      events: eventsFiles.length > 0 ? await loadEventsExport(database, eventsFiles) : null,
    };
    return { loaded, stories: [] };
  }
  // The rows fit into one row group of the database, and several threads would hold each other up: they take twice the time.
  await database.run('set threads = 1');
  const stories = settings.stories ? planStories(seed, startMs) : [];
  await fillUsage(database, settings.usageRows, startMs);
  await fillStoryCalls(database, seed, stories);
  await fillEvents(database, settings.eventsRows, startMs, stories);
  return { loaded: null, stories };
}

/** Lets new rows arrive as time passes. @returns a function that stops this */
function startArrivals(arrivals: Arrivals, now: () => number): () => void {
  const timer = setInterval(() => {
    arrivals.advanceTo(now()).catch((error: unknown) => {
      clearInterval(timer);
      console.error(error);
    });
  }, ARRIVAL_INTERVAL_MS);
  return () => clearInterval(timer);
}

function readDensity({ fromMs, toMs, rows }: FoundRange): number {
  if (fromMs === null || toMs === null) return 1;
  return rows / Math.max(1, toMs - fromMs);
}
