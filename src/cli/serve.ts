import type { Logger } from 'pino';
import manifest from '../../package.json' with { type: 'json' };
import type { App, AppOverrides, createApp } from '../app.ts';
import type { Config } from '../config/config.ts';
import type { AlertStates } from '../http/alerts/states.ts';
import { readConfig, refuseHost } from '../config/load.ts';
import { MADE_UP_SECRET } from '../config/secret.ts';
import { MAKE_SECRET } from '../config/settings.ts';
import { isLoopbackHost } from '../http/loopback.ts';
import type { RunningServer } from '../http/server.ts';
import type { SandboxAnnouncement } from '../sandbox/announce.ts';
import { takeSwitches } from './arguments.ts';
import { copyServiceFiles, createServiceFiles } from './file-archive.ts';
import { createServiceMetrics, listenForMetrics, startServiceTracing } from './watch.ts';
import { createLog, logFiles, openAuditLog } from './log.ts';
import { openServiceArchive, startArchiveSync } from './open-archive.ts';
import { EXIT_USAGE, loadEnv, onStop, quit } from './process.ts';
import { reloadOnChange } from './reload.ts';
import { forkSandbox, readSandboxSwitches } from './sandbox.ts';
import { pointAt } from './service-vendors.ts';

/** A stop takes 10 s at most: while notice is given, for open requests, and for the sandbox. */
const NOTICE_MS = 500;
const DRAIN_MS = 8_000;

/** The command `start`: the service, and a sandbox behind it if no credentials are set. */
export async function serve(args: readonly string[]): Promise<void> {
  const { config, env, switches } = await readCommand(args);
  const isSandboxed = config.vendors.kind === 'sandbox';
  const servesFiles = switches.length > 0 && (await checkSwitches(switches, config));
  if (config.sharesPort) checkSharing(config, servesFiles);
  const served = !isSandboxed ? 'vendors' : servesFiles ? 'files' : 'sandbox';
  const warnOfTraces = (reason: string): void => log.warn({ reason }, 'traces could not be sent');
  const tracing = config.tracing && (await startServiceTracing(config.tracing, warnOfTraces));
  const log = await createLog(config, tracing?.currentTraceId);
  const audit = config.auditLog === null ? null : openAuditLog(config.auditLog);
  // The sandbox fills its database while this process loads the graph. A folder that can't be made ends both at once.
  const [sandbox, { createApp }, federation, archive] = await Promise.all([
    isSandboxed ? forkSandbox(switches, servesFiles) : null,
    import('../app.ts'),
    config.federation ? import('../graph/federation/subgraph.ts') : null,
    config.archive ? openServiceArchive(config.archive, config.secret, served, log) : null,
  ]);
  const announcement = sandbox?.announcement ?? null;
  const files = servesFiles ? createServiceFiles(log) : null;
  const clockOffsetMs = announcement?.clockOffsetMs ?? 0;
  let isReady = true;
  const alertStates =
    config.alerts && config.alertsState !== null ? await openStates(config.alertsState) : null;
  // The service follows the sandbox's clock, because 'now' and 'the last day' must mean the same to both.
  const clock = { now: () => Date.now() + clockOffsetMs };
  const servedConfig = announcement ? pointAt(config, announcement) : config;
  const overrides: AppOverrides = {
    clock,
    async examine(onAttempt, signal) {
      const { examineOnce } = await import('../doctor/doctor.ts');
      const isClockMoved = clockOffsetMs !== 0;
      const opened = archive ? { archive } : {};
      return examineOnce(servedConfig, { clock, isClockMoved, onAttempt, ...opened }, signal);
    },
    isReady: () => isReady,
    onFault(error) {
      log.error({ err: error }, 'fault');
      // What ends the process may follow.
      log.flush();
    },
    onRequest: (line) => log.info(line, 'request'),
    onRefusedOrigin: (message) => log.warn(message),
    onAttempt: (report) => log.debug(report, 'vendor call'),
    onSkippedRows: (report) => log.warn(report, 'rows from the vendor could not be parsed'),
    ...(federation ? { createSubgraph: federation.createSubgraph } : {}),
    ...(archive ? { archive } : {}),
    ...(files ? { files } : {}),
    ...(alertStates ? { alertStates } : {}),
    onAlert: (report) => log.info(report, 'alert'),
    onDelivery: (report) =>
      report.outcome === 'delivered'
        ? log.debug(report, 'alert delivered')
        : log.warn(report, 'alert could not be delivered'),
    ...(audit ? { audit } : {}),
  };
  const metrics = config.metrics && (await createServiceMetrics(config));
  const app = wire(createApp, servedConfig, {
    ...overrides,
    ...(metrics ? { metrics } : {}),
    ...(tracing ? { tracer: tracing.tracer } : {}),
  });
  const server = await listen(app, config);
  const metricsServer = metrics && (await listenForMetrics(config, metrics, overrides.onFault!));
  if (metricsServer) log.info({ metrics: `${metricsServer.url}/metrics` }, 'metrics are answered');
  app.alerts?.start();
  const sync = config.archive && startArchiveSync(app, config.archive, log);
  if (files && sandbox) void copyServiceFiles(files, sandbox, log);
  const endReloads = reloadOnChange(app, env, log);
  onStop(async (signal) => {
    isReady = false;
    endReloads();
    app.endStreams();
    await app.alerts?.stop();
    // Ctrl-C comes from a terminal, so there is no load balancer that needs notice.
    await server.close(DRAIN_MS, signal === 'SIGINT' ? 0 : NOTICE_MS);
    await metricsServer?.close(0);
    await sync?.stop();
    await app.close();
    await archive?.close();
    await files?.close();
    await tracing?.close();
    await sandbox?.end();
  });
  await reportStart(server.url, config, announcement, log);
}

/** Wires the service, or ends the process with the faults of its alerts. */
export function wire(create: typeof createApp, config: Config, overrides: AppOverrides): App {
  return quitIfRefused(() => create(config, overrides));
}

/** Opens the file of the alerts' states, or ends the process with its fault. */
async function openStates(path: string): Promise<AlertStates> {
  const { openAlertStates } = await import('../http/alerts/state-file.ts');
  return quitIfRefused(() => openAlertStates(path));
}

function quitIfRefused<Value>(make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    // The class would load the graph, which is loaded beside the start of the sandbox.
    if (error instanceof Error && error.name === 'AlertsRefused') return quit(1, error.message.split('\n'));
    throw error;
  }
}

/** Reads the settings and the switch of the service itself. All other switches are the sandbox's. */
async function readCommand(args: readonly string[]): Promise<{
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly switches: readonly string[];
}> {
  loadEnv();
  const { values, rest } = takeSwitches(args, {
    'trusted-documents': { type: 'string' },
    archive: { type: 'string' },
  });
  const file = readName(values, 'trusted-documents', 'the name of a file');
  const archive = readName(values, 'archive', 'a folder, or the address of a ClickHouse');
  const env = {
    ...process.env,
    ...(file === undefined ? {} : { SIGHTLINE_TRUSTED_DOCUMENTS: file }),
    ...(archive === undefined ? {} : { SIGHTLINE_ARCHIVE: archive }),
  };
  const hasAlerts = Boolean(process.env['SIGHTLINE_ALERTS']);
  const { readAlerts } = hasAlerts ? await import('../http/alerts/file.ts') : { readAlerts: null };
  const parsed = readConfig(env, undefined, readAlerts);
  if (parsed.kind === 'faults') quit(1, parsed.faults);
  return { config: parsed.config, env, switches: rest };
}

function readName(
  values: Readonly<Record<string, string | boolean | undefined>>,
  name: string,
  what: string,
): string | undefined {
  const value = values[name];
  if (typeof value === 'string' && !value.startsWith('-')) return value;
  return value === undefined ? undefined : quit(EXIT_USAGE, [`--${name} needs ${what}.`]);
}

/** Whether the sandbox's switches name files of the user. It ends the process if the switches do not suit the settings. */
async function checkSwitches(switches: readonly string[], config: Config): Promise<boolean> {
  const options = await readSandboxSwitches(switches, 'npm start');
  const servesFiles = options.usageFiles.length > 0 || options.eventsFiles.length > 0;
  if (config.vendors.kind !== 'sandbox') {
    quit(EXIT_USAGE, [
      servesFiles
        ? 'Your files would replace the vendors, but credentials of the vendors are set: leave out --usage and --events, or the credentials.'
        : 'These are switches of the sandbox, which does not run if credentials are set or VENDOR_CREDENTIALS=request.',
    ]);
  }
  if (options.usagePort !== 0 || options.eventsPort !== 0) {
    quit(EXIT_USAGE, [
      '--usage-port and --events-port are switches of npm run sandbox. The sandbox behind a service opens no port.',
    ]);
  }
  if (servesFiles && !isLoopbackHost(config.host) && !config.identity)
    quit(1, [refuseHost('Your own files are served')]);
  return servesFiles;
}

/** Ends the process if its answers or cursors would differ from those of the others on its port. */
function checkSharing(config: Config, servesFiles: boolean): void {
  if (config.vendors.kind !== 'sandbox') return;
  if (!servesFiles) {
    quit(1, [
      'SIGHTLINE_SHARE_PORT needs credentials of the vendors, or your own files: each process would make up other rows.',
    ]);
  }
  if (config.secret === MADE_UP_SECRET) {
    quit(1, [
      `SIGHTLINE_SHARE_PORT needs a SIGHTLINE_SECRET if you serve your own files: each process would draw its own, and refuse the cursors of the others. ${MAKE_SECRET}`,
    ]);
  }
}

async function listen(app: App, config: Config): Promise<RunningServer> {
  const { startServer } = await import('../http/server.ts');
  return startServer({
    ...config,
    handle: (request, response) => void app.handle(request, response),
  }).catch((error: NodeJS.ErrnoException) => quit(1, [explainListen(error, config)]));
}

function explainListen({ code, message }: NodeJS.ErrnoException, { host, port }: Config): string {
  if (code === 'EADDRINUSE')
    return `Port ${port} is taken on ${host}. Set PORT to another one, or end the process that listens there.`;
  if (code === 'ENOTSUP')
    return 'This system does not let several processes share a port: unset SIGHTLINE_SHARE_PORT, and give each process its own PORT.';
  if (code === 'EACCES') return `This user may not open port ${port}. Set PORT to 1024 or above.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `HOST is not an address of this machine: ${host}.`;
  return `The port could not be opened: ${message}`;
}

const ALONE = `Without REDIS_URL each process on this port has its own cache and counts each caller's points by itself.`;

/** Prints a banner or, in production, logs the same facts. */
async function reportStart(
  url: string,
  config: Config,
  sandbox: SandboxAnnouncement | null,
  log: Logger,
): Promise<void> {
  const { describeStart, describeVendors } = await import('./banner.ts');
  if (config.sharesPort && !config.sharedCache) log.warn(ALONE);
  const files = sandbox?.files ?? null;
  const facts = {
    console: config.consoleFolder === null ? null : url,
    graphiql: `${url}/graphql`,
    vendors: describeVendors(config, files),
  };
  if (config.log.isProduction) {
    log.info({ ...facts, version: manifest.version }, 'listening');
    if (files) logFiles(log, files);
  } else process.stdout.write(describeStart(facts, config.vendors.kind, sandbox));
}
