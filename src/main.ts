import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import type { Logger } from 'pino';
import manifest from '../package.json' with { type: 'json' };
import { drawSecret } from './base/sealing.ts';
import { Secret } from './base/secret.ts';
import { MADE_UP_SECRET, readConfig, refuseHost } from './config.ts';
import type { Config, EventsVendor, SourceConfig, UsageVendor } from './config.ts';
import { openAuditFile } from './http/audit-file.ts';
import { isLoopbackHost } from './http/loopback.ts';
import { VENDOR_HEADERS } from './http/vendor-headers.ts';
import type { AnnouncedFiles, SandboxAnnouncement } from './sandbox/announce.ts';
import { holdFiles } from './sources/paging/held-files.ts';

// The command line and the process: the only reader of process.*. What a command needs is loaded when it is asked for, so
// that `--help` is quick and a service over real vendors never loads the sandbox's database.

const HELP = `One GraphQL API over the Usage API and the Events API.

  npm start                      serve GraphQL; without credentials, over sandboxes of both vendors
  npm start -- --usage FILE --events FILE
                                 serve your own exports in place of sandboxes (docs/files.md)
  npm start -- [switches]        hand the sandbox its switches: --seed N --now INSTANT …
  npm start -- --trusted-documents FILE
                                 answer the documents of a manifest and no others
  npm run sandbox -- [switches]  the sandbox alone; --help tells its switches
  npm run api-key -- NAME SCOPE…  make an API key: the key itself, and the line to keep it by
  npm run codegen                print the graph to schema/schema.graphql, and type the examples

  -h, --help                     this text
  -v, --version                  the version

Settings are read from the environment and from the file .env: see .env.example.
`;

/** Bad words on the command line; any other failure is 1. */
const EXIT_USAGE = 2;
/** A stop takes 10 s at most: notice to whoever sends requests, then requests, then the sandbox. */
const NOTICE_MS = 500;
const DRAIN_MS = 8_000;
const CHILD_GRACE_MS = 1_000;
/** Loading a large export takes its time. */
const SANDBOX_START_MS = 300_000;
/** The most bytes that the path of a socket may have on macOS; Linux takes four more. */
const MAX_SOCKET_PATH = 103;
/** Between this process and the sandbox that it forks. */
const CHILD_SWITCH = '--child';
const TRUSTED_SWITCH = '--trusted-documents';

const CALLERS_CREDENTIALS = `

Each request brings its own credentials, by the headers ${VENDOR_HEADERS.usage} and ${VENDOR_HEADERS.events}.`;

// By this signal Node opens its debugger to everybody on this machine. `npm start` switches that off from the first moment on;
// this holds however the process was started.
process.on('SIGUSR1', () => {});

const FILES_AS_VENDORS = `It takes the files for whole vendors then: it knows neither where they end nor what could not be read of
them, and its coverage does not say so. 'npm start -- --usage FILE --events FILE' does.

`;

await run(process.argv.slice(2));

async function run(argv: readonly string[]): Promise<void> {
  const isCommand = argv[0] !== undefined && !argv[0].startsWith('-');
  const command = isCommand ? argv[0] : 'start';
  const rest = isCommand ? argv.slice(1) : argv;
  switch (command) {
    case 'start':
      if (rest.includes('--help') || rest.includes('-h')) process.stdout.write(HELP);
      else if (rest.includes('--version') || rest.includes('-v'))
        process.stdout.write(`${manifest.version}\n`);
      else await start(rest);
      return;
    case 'sandbox':
      await runSandbox(rest);
      return;
    case 'api-key':
      await makeApiKey(rest);
      return;
    case 'print-schema':
      await printSchema(rest);
      return;
    default:
      quit(EXIT_USAGE, [`There is no command '${command}'. --help tells those that there are.`]);
  }
}

async function start(words: readonly string[]): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const { trustedDocuments, switches } = readTrustedSwitch(words);
  const parsed = readConfig({
    ...process.env,
    ...(trustedDocuments === null ? {} : { SIGHTLINE_TRUSTED_DOCUMENTS: trustedDocuments }),
  });
  if (parsed.kind === 'faults') quit(1, parsed.faults);
  const { config } = parsed;
  const isSandboxed = config.vendors.kind === 'sandbox';
  let servesFiles = false;
  if (switches.length > 0) {
    const options = await readSwitches(switches);
    servesFiles = options.usageFiles.length > 0 || options.eventsFiles.length > 0;
    if (!isSandboxed) {
      quit(EXIT_USAGE, [
        servesFiles
          ? 'Files are served in place of the vendors, and credentials of theirs are set: leave out --usage and --events, or the credentials.'
          : 'The switches are those of the sandbox, which does not run where credentials are set.',
      ]);
    }
    if (options.usagePort !== 0 || options.eventsPort !== 0) {
      quit(EXIT_USAGE, [
        '--usage-port and --events-port are switches of npm run sandbox. The sandbox behind a service opens no port.',
      ]);
    }
    if (servesFiles && !isLoopbackHost(config.host) && !config.identity)
      quit(1, [refuseHost('Your own files are served')]);
  }

  const log = await createLog(config);
  const audit = config.auditLog === null ? null : openAudit(config.auditLog);
  // The sandbox fills its database while this process loads the graph.
  const [sandbox, { createApp }] = await Promise.all([
    isSandboxed ? forkSandbox(switches, servesFiles) : null,
    import('./app.ts'),
  ]);
  const settled = sandbox ? pointAt(config, sandbox.announcement) : config;
  let isReady = true;
  const clockOffsetMs = sandbox?.announcement.clockOffsetMs ?? 0;
  const app = createApp(settled, {
    // 'Now' and 'the last day' are the sandbox's own, wherever its clock has been set to.
    clock: { now: () => Date.now() + clockOffsetMs },
    isReady: () => isReady,
    onFault: (error) => log.error({ err: error }, 'fault'),
    onRequest: (line) => log.info(line, 'request'),
    onRefusedOrigin: (message) => log.warn(message),
    onAttempt: (report) => log.debug(report, 'vendor call'),
    onSkippedRows: (report) => log.warn(report, 'rows of the vendor could not be understood'),
    ...(audit ? { onAudit: (line) => audit.info(line, 'operation') } : {}),
  });

  const { startServer } = await import('./http/server.ts');
  const server = await startServer({
    ...config,
    handle: (request, response) => void app.handle(request, response),
  }).catch((error: NodeJS.ErrnoException) => quit(1, [explainListen(error, config)]));
  const urls = {
    graphiql: `${server.url}/graphql`,
    vendors: describeVendors(config, sandbox?.announcement.files ?? null),
  };
  if (config.log.isProduction) {
    log.info({ ...urls, version: manifest.version }, 'listening');
    if (sandbox?.announcement.files) logFiles(log, sandbox.announcement.files);
  } else process.stdout.write(describeStart(urls, config, sandbox?.announcement ?? null));

  onStop(async (signal) => {
    isReady = false;
    // Ctrl-C is somebody's at a terminal, where nothing routes requests by readiness.
    await server.close(DRAIN_MS, signal === 'SIGINT' ? 0 : NOTICE_MS);
    await app.close();
    await sandbox?.end();
  });
}

async function runSandbox(argv: readonly string[]): Promise<void> {
  const isChild = argv.includes(CHILD_SWITCH) && process.send !== undefined;
  if (isChild) {
    // A terminal or a supervisor sends its signal to both. The parent still answers what is under way, and this process ends
    // with the channel: the parent closes it, or dies.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
    process.once('disconnect', () => process.exit(0));
  }
  const options = await readSwitches(argv.filter((word) => word !== CHILD_SWITCH));
  const { startSandbox } = await import('./sandbox/start.ts');
  const socketFolder = isChild ? makeSocketFolder() : null;
  const sandbox = await startSandbox(options, socketFolder).catch((error: unknown) =>
    quit(1, [readMessage(error)]),
  );
  if (isChild) {
    const { announce } = await import('./sandbox/announce.ts');
    announce(sandbox, (announcement) => process.send?.(announcement));
    return;
  }
  const { usageUserSecret, usageOrganizationSecret, eventsToken, eventsUsername, eventsPassword } =
    sandbox.credentials;
  const { loaded } = sandbox;
  const settings = {
    ...((!loaded || loaded.usage) && {
      USAGE_API_URL: sandbox.usageUrl,
      USAGE_API_USER_SECRET: usageUserSecret,
      USAGE_API_ORGANIZATION_SECRET: usageOrganizationSecret,
    }),
    ...((!loaded || loaded.events) && { EVENTS_API_URL: sandbox.eventsUrl, EVENTS_API_TOKEN: eventsToken }),
    SIGHTLINE_SECRET: drawSecret().reveal(),
  };
  const login = `In place of the token: EVENTS_API_USERNAME=${eventsUsername} EVENTS_API_PASSWORD=${eventsPassword}`;
  process.stdout.write(
    `${sandbox.describe()}

A service talks to it with these settings. The credentials are drawn anew at each start:

${Object.entries(settings)
  .map(([name, value]) => `  ${name}=${value}\n`)
  .join('')}
${!loaded || loaded.events ? `${login}\n\n` : ''}${loaded ? FILES_AS_VENDORS : ''}`,
  );
  onStop(() => sandbox.close());
}

/** The line to keep goes to the output, so that it can be added to a file; the key is for the eyes of whoever asks. */
async function makeApiKey([name, ...scopes]: readonly string[]): Promise<void> {
  const { createApiKey } = await import('./http/identity/api-keys.ts');
  if (name === undefined || scopes.length === 0)
    quit(EXIT_USAGE, ['api-key takes a name and scopes: npm run api-key -- NAME usage:read events:read']);
  const made = createApiKey(
    name,
    scopes.flatMap((words) => words.split(',')),
  );
  if (typeof made === 'string') quit(EXIT_USAGE, [made]);
  process.stderr.write(
    `The key of ${name}, which is shown this once:\n\n  ${made.key}\n\nIts line, for SIGHTLINE_API_KEYS_FILE:\n\n`,
  );
  process.stdout.write(`${made.line}\n`);
}

async function printSchema(argv: readonly string[]): Promise<void> {
  if (argv.length > 0) quit(EXIT_USAGE, [`print-schema takes no '${argv.join(' ')}'.`]);
  const [{ schema }, { printSortedSchema }] = await Promise.all([
    import('./graph/schema.ts'),
    import('./graph/schema.ts'),
  ]);
  const file = new URL('../schema/schema.graphql', import.meta.url);
  await writeFile(file, printSortedSchema(schema));
  process.stdout.write('schema/schema.graphql\n');
}

/** The one switch of the service itself; the others are the sandbox's. */
function readTrustedSwitch(words: readonly string[]): {
  readonly trustedDocuments: string | null;
  readonly switches: readonly string[];
} {
  const at = words.indexOf(TRUSTED_SWITCH);
  if (at === -1) return { trustedDocuments: null, switches: words };
  const file = words[at + 1];
  if (file === undefined || file.startsWith('-')) quit(EXIT_USAGE, [`${TRUSTED_SWITCH} needs a FILE.`]);
  return { trustedDocuments: file, switches: words.toSpliced(at, 2) };
}

/** The audit trail, a stream of its own: a line is written whole before the next begins, or is an error. */
function openAudit(target: string): Logger {
  try {
    return pino({ name: 'audit' }, { write: openAuditFile(target) });
  } catch (error) {
    return quit(1, [`SIGHTLINE_AUDIT_LOG names what can't be written: ${readMessage(error)}`]);
  }
}

async function readSwitches(argv: readonly string[]) {
  const { readSandboxOptions } = await import('./sandbox/command-line.ts');
  const read = readSandboxOptions(argv);
  if (read.kind === 'options') return read.options;
  if (read.kind === 'faults') quit(EXIT_USAGE, [...read.faults, '--help tells the switches that there are.']);
  process.stdout.write(read.text);
  process.exit(0);
}

interface ForkedSandbox {
  readonly announcement: SandboxAnnouncement;
  end(): Promise<void>;
}

/** Starts the sandbox in a process of its own. Each ends with the other: without its sandbox a service has nothing to answer. */
async function forkSandbox(switches: readonly string[], servesFiles: boolean): Promise<ForkedSandbox> {
  const child = fork(fileURLToPath(import.meta.url), ['sandbox', CHILD_SWITCH, ...switches], {
    stdio: 'inherit',
  });
  let hasStarted = false;
  let isEnding = false;
  const ended = once(child, 'exit');
  child.once('exit', (code, signal) => {
    if (isEnding) return;
    const how = signal ?? `status ${code}`;
    quit(1, [
      hasStarted
        ? `The sandbox has ended (${how}), and the service ends with it.`
        : servesFiles
          ? 'Your files can not be served.'
          : 'The sandbox could not be started.',
    ]);
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), SANDBOX_START_MS);
  const announcement = await new Promise<SandboxAnnouncement>((resolve) => {
    // Under `--watch` Node tells of files over the same channel.
    child.on('message', (message: object) => {
      if ('usageUrl' in message) resolve(message as SandboxAnnouncement);
    });
  });
  clearTimeout(timer);
  hasStarted = true;
  // A sandbox that is killed can't remove them.
  if (announcement.sockets) removeAtExit(dirname(announcement.sockets.usage));
  return {
    announcement,
    async end() {
      isEnding = true;
      const grace = setTimeout(() => child.kill('SIGKILL'), CHILD_GRACE_MS);
      if (child.connected) child.disconnect();
      await ended;
      clearTimeout(grace);
    },
  };
}

/** A folder that this user alone may enter. null: Windows, which knows no such folders; the sandbox then opens ports. */
function makeSocketFolder(): string | null {
  if (process.platform === 'win32') return null;
  const parent = tmpdir();
  try {
    const folder = mkdtempSync(join(parent, 'sightline-'));
    removeAtExit(folder);
    if (Buffer.byteLength(join(folder, 'events')) <= MAX_SOCKET_PATH) return folder;
  } catch (error) {
    quit(1, [`Set TMPDIR to a folder that can be written, for the sandbox's sockets: ${readMessage(error)}`]);
  }
  return quit(1, [`Set TMPDIR to a folder with a shorter path, for the sandbox's sockets: ${parent}`]);
}

function removeAtExit(folder: string): void {
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}

function pointAt(config: Config, announced: SandboxAnnouncement): Config {
  const { files, sockets } = announced;
  const isPublic = files === null;
  const hold = (source: SourceConfig, held: AnnouncedFiles | null | undefined): SourceConfig =>
    held ? { ...source, files: holdFiles(held.spans, held.unreadable, held.absent) } : source;
  const usage: UsageVendor = {
    baseUrl: announced.usageUrl,
    socketPath: sockets?.usage ?? null,
    userSecret: new Secret(announced.usageUserSecret),
    organizationSecret: new Secret(announced.usageOrganizationSecret),
  };
  const events: EventsVendor = {
    baseUrl: announced.eventsUrl,
    socketPath: sockets?.events ?? null,
    secrets: { kind: 'token', token: new Secret(announced.eventsToken) },
  };
  return {
    ...config,
    // Cursors over made-up data outlive a restart; those over anybody's own data must not be opened by others.
    secret: isPublic || config.secret !== MADE_UP_SECRET ? config.secret : drawSecret(),
    vendors: {
      kind: 'configured',
      usage: isPublic || files.usage ? usage : null,
      events: isPublic || files.events ? events : null,
      isPublic,
    },
    usage: hold(config.usage, files?.usage),
    events: hold(config.events, files?.events),
  };
}

/** One line a request: for people in a terminal, JSON elsewhere. */
async function createLog(config: Config): Promise<Logger> {
  const { level, isProduction } = config.log;
  if (isProduction || !process.stdout.isTTY) return pino({ level });
  const { default: pretty } = await import('pino-pretty');
  const stream = pretty({
    colorize: true,
    ignore: 'pid,hostname,method,path,status,ms,operation,vendorCalls,errors',
    messageFormat: (line, key) => {
      if (line[key] !== 'request') return String(line[key]);
      const { method, path, status, ms, operation, vendorCalls, errors } = line;
      const codes = Array.isArray(errors) ? errors.map(String) : [];
      const calls = `${String(vendorCalls)} vendor call${vendorCalls === 1 ? '' : 's'}`;
      return [method, path, operation, status ?? 'left', `${String(ms)} ms`, calls, ...codes]
        .filter((part) => part !== null && part !== undefined)
        .map(String)
        .join(' ');
    },
  });
  return pino({ level }, stream);
}

function describeVendors(
  { vendors }: Config,
  files: SandboxAnnouncement['files'],
): { readonly usage: string; readonly events: string } {
  const namesOf = (held: AnnouncedFiles | null) => held?.names.join(', ') ?? 'not configured';
  if (files) return { usage: namesOf(files.usage), events: namesOf(files.events) };
  if (vendors.kind === 'sandbox') return { usage: 'sandbox', events: 'sandbox' };
  if (vendors.kind === 'request') return { usage: vendors.usageUrl, events: vendors.eventsUrl };
  const { usage, events } = vendors;
  return { usage: usage?.baseUrl ?? 'not configured', events: events?.baseUrl ?? 'not configured' };
}

function describeStart(
  { graphiql, vendors }: { graphiql: string; vendors: { usage: string; events: string } },
  { vendors: { kind } }: Config,
  sandbox: SandboxAnnouncement | null,
): string {
  const talksTo = sandbox
    ? `${sandbox.files ? 'It serves your own files' : 'No credentials are set, so it talks to sandboxes of both vendors'}:

  ${sandbox.description.trim().replaceAll('\n', '\n  ')}`
    : `It talks to:

  Usage API   ${vendors.usage}
  Events API  ${vendors.events}${kind === 'request' ? CALLERS_CREDENTIALS : ''}`;
  return `
Sightline ${manifest.version}

  GraphiQL    ${graphiql}

${talksTo}

`;
}

/** Where no banner tells what was read of files. */
function logFiles(log: Logger, { usage, events }: NonNullable<SandboxAnnouncement['files']>): void {
  for (const [source, files] of Object.entries({ USAGE: usage, EVENTS: events })) {
    if (files === null) continue;
    const { spans: _spans, absent: _absent, ...found } = files;
    if (files.unreadable > 0) log.warn({ source, ...found }, 'rows of files could not be read');
    else log.info({ source, ...found }, 'files read');
  }
}

function explainListen({ code, message }: NodeJS.ErrnoException, { host, port }: Config): string {
  if (code === 'EADDRINUSE')
    return `Port ${port} is taken on ${host}. Set PORT to another one, or end what listens there.`;
  if (code === 'EACCES') return `Port ${port} may not be opened by this user. Set PORT to one from 1024.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `HOST is no address of this machine: ${host}.`;
  return `The port could not be opened: ${message}`;
}

/** Ends the process by `stop` at the first signal, at once at the second. */
function onStop(stop: (signal: NodeJS.Signals) => Promise<void>): void {
  let isStopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (isStopping) process.exit(1);
      isStopping = true;
      stop(signal).then(
        () => process.exit(0),
        (error: unknown) => quit(1, [readMessage(error)]),
      );
    });
  }
}

/** Says why, and ends the process; children end with it. */
function quit(code: number, reasons: readonly string[]): never {
  process.stderr.write(`${reasons.map((reason) => `sightline: ${reason}`).join('\n')}\n`);
  process.exit(code);
}

function readMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
