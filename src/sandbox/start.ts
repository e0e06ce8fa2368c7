import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createTokenIssuer, isSameSecret } from './api/credentials.ts';
import { createEventsApi } from './api/events.ts';
import { startRestServer } from './api/rest-server.ts';
import { createUsageApi, isUsageAuthorization } from './api/usage.ts';
import { createArrivals } from './data/arrivals.ts';
import { createChance } from './data/chance.ts';
import { fillEvents } from './data/events.ts';
import { loadEventsExport, loadUsageExport } from './data/load-export.ts';
import type { LoadedSources } from './data/load-export.ts';
import { createMacros } from './data/macros.ts';
import { planStories } from './data/stories.ts';
import type { Story } from './data/stories.ts';
import { fillStoryCalls, fillUsage } from './data/usage.ts';
import { openDatabase } from './db/database.ts';
import type { Database } from './db/database.ts';
import { createTables } from './db/tables.ts';
import { describeFiles, findRange } from './describe.ts';
import type { FoundRange } from './describe.ts';
import { DEFAULT_SANDBOX_OPTIONS } from './options.ts';
import type { SandboxOptions } from './options.ts';

/** What the sandbox's servers ask for: 256 random bits each, drawn anew at each start. */
export interface SandboxCredentials {
  readonly usageUserSecret: string;
  readonly usageOrganizationSecret: string;
  /** Never runs out, beside the tokens that `POST /authenticate` gives for the two below. */
  readonly eventsToken: string;
  readonly eventsUsername: string;
  readonly eventsPassword: string;
}

export interface RunningSandbox {
  /** Base URLs as the settings take them: `…/elements/api-v2` and `…/v1`. */
  readonly usageUrl: string;
  readonly eventsUrl: string;
  /** The sockets that are listened on in place of ports; null: it listens on ports. */
  readonly sockets: { readonly usage: string; readonly events: string } | null;
  readonly credentials: SandboxCredentials;
  /** What was read of the user's own files; null for a source: it has none. null: all data is made up. */
  readonly loaded: LoadedSources | null;
  readonly ranges: { readonly usage: FoundRange; readonly events: FoundRange };
  readonly stories: readonly Story[];
  /** What it serves, a few lines for people. */
  describe(): string;
  /** The sandbox's own time, milliseconds since the epoch. */
  now(): number;
  /** Asks the database itself, past both APIs; tables `usage` and `events`, rows by column name, int64 as bigint. */
  query: Database['readObjects'];
  /** Lets in what is to be seen by then, ahead of the clock; nothing without arrivals. */
  advanceTo(nowMs: number): Promise<void>;
  close(): Promise<void>;
}

const ARRIVAL_STEP_MS = 1_000;
const UPSTREAM_FILES = new URL('../../schema/upstream/', import.meta.url);

/**
 * Starts both vendors' stand-ins on loopback.
 *
 * @param options what is left out is as in `DEFAULT_SANDBOX_OPTIONS`
 * @param socketFolder a folder to make sockets in, which are then listened on in place of the ports; null: ports
 * @throws Error an export can't be read, a port is taken, or a socket can't be made
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
  const servesFiles = settings.usageFiles.length > 0 || settings.eventsFiles.length > 0;
  const arrivalsOn = settings.arrivals && !servesFiles;
  const stories = settings.stories && !servesFiles ? planStories(settings.seed, startMs) : [];
  const chance = createChance(settings.seed + 1);

  await createTables(database);
  await createMacros(database, settings.seed);
  const loaded = servesFiles ? await loadFiles(database, settings) : null;
  if (loaded === null) {
    await fillUsage(database, settings.usageRows, startMs);
    await fillStoryCalls(database, settings.seed, stories);
    await fillEvents(database, settings.eventsRows, startMs, stories);
  }
  const ranges = { usage: await findRange(database, 'usage'), events: await findRange(database, 'events') };

  const arrivals = arrivalsOn ? createArrivals(database, startMs, chance) : null;
  const issuer = createTokenIssuer(randomBytes(32), now);
  const credentials = drawCredentials();
  const { usageUserSecret, usageOrganizationSecret, eventsToken, eventsUsername, eventsPassword } =
    credentials;
  const { latencyMs, errorRate } = settings;
  const sockets =
    socketFolder === null
      ? null
      : { usage: join(socketFolder, 'usage'), events: join(socketFolder, 'events') };
  const shared = { latencyMs, errorRate, chance, onFault: (error: unknown) => console.error(error) };

  const usageServer = await startRestServer({
    ...shared,
    definition: new URL('usage.openapi.yaml', UPSTREAM_FILES),
    root: '/elements/api-v2',
    listen: sockets ? { path: sockets.usage } : { port: settings.usagePort },
    operations: createUsageApi(database, settings, readDensity(ranges.usage), now),
    authorizers: {
      elementsAuthorization: (header) =>
        isUsageAuthorization(header, usageUserSecret, usageOrganizationSecret),
    },
    encodeRefusal: (_status, message) => ({ requestId: createRequestId(now(), chance), message }),
    onAnswer: (trace) => arrivals?.logCall(trace, now()),
  });
  let eventsServer: Awaited<ReturnType<typeof startRestServer>>;
  try {
    eventsServer = await startRestServer({
      ...shared,
      definition: new URL('events.openapi.yaml', UPSTREAM_FILES),
      root: '/v1',
      listen: sockets ? { path: sockets.events } : { port: settings.eventsPort },
      operations: createEventsApi(database, issuer, { username: eventsUsername, password: eventsPassword }),
      authorizers: {
        bearerAuth: (header) => {
          const token = /^Bearer (\S+)$/i.exec(header)?.[1] ?? '';
          return isSameSecret(token, eventsToken) || issuer.isValid(token);
        },
      },
      encodeRefusal: (status, message) => ({ error: REASONS[status] ?? 'Error', message }),
    });
  } catch (error) {
    await usageServer.close();
    throw error;
  }

  const timer =
    arrivals === null
      ? undefined
      : setInterval(() => {
          arrivals.advanceTo(now()).catch((error: unknown) => {
            clearInterval(timer);
            console.error(error);
          });
        }, ARRIVAL_STEP_MS);

  return {
    usageUrl: usageServer.url,
    eventsUrl: eventsServer.url,
    sockets,
    credentials,
    loaded,
    ranges,
    stories,
    describe: () =>
      loaded === null
        ? [
            `Usage API   ${sockets ? '' : `${usageServer.url}  `}${describeRange(ranges.usage)}`,
            `Events API  ${sockets ? '' : `${eventsServer.url}  `}${describeRange(ranges.events)}`,
            ...(arrivalsOn ? ['New rows keep arriving.'] : []),
          ].join('\n')
        : describeFiles(loaded, ranges),
    now,
    query: (sql, values) => database.readObjects(sql, values),
    advanceTo: async (nowMs) => arrivals?.advanceTo(nowMs),
    close: async () => {
      clearInterval(timer);
      await Promise.all([usageServer.close(), eventsServer.close()]);
      await arrivals?.advanceTo(0);
      await database.close();
    },
  };
}

/** A source without a file stays empty. */
async function loadFiles(
  database: Database,
  { usageFiles, eventsFiles }: SandboxOptions,
): Promise<LoadedSources> {
  return {
    usage: usageFiles.length > 0 ? await loadUsageExport(database, usageFiles) : null,
    events: eventsFiles.length > 0 ? await loadEventsExport(database, eventsFiles) : null,
  };
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

function drawCredentials(): SandboxCredentials {
  const draw = () => randomBytes(32).toString('base64url');
  return {
    usageUserSecret: draw(),
    usageOrganizationSecret: draw(),
    eventsToken: draw(),
    eventsUsername: draw(),
    eventsPassword: draw(),
  };
}

/** The machine's clock, or one that starts at a given instant and runs on. */
function createClock(nowMs: number | null): () => number {
  if (nowMs === null) return () => Date.now();
  const started = performance.now();
  return () => nowMs + Math.floor(performance.now() - started);
}

function readDensity({ fromMs, toMs, rows }: FoundRange): number {
  if (fromMs === null || toMs === null) return 1;
  return rows / Math.max(1, toMs - fromMs);
}

function createRequestId(nowMs: number, chance: () => number): string {
  const part = () =>
    Math.floor(chance() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0');
  return (
    Math.floor(nowMs / 1000)
      .toString(16)
      .padStart(8, '0') +
    part() +
    part()
  );
}

function describeRange({ fromMs, toMs, rows }: FoundRange): string {
  return fromMs === null || toMs === null
    ? 'nothing'
    : `${rows} rows from ${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}`;
}
