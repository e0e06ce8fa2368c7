import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { drawSecret } from '../base/sealing.ts';
import type { SandboxAnnouncement } from '../sandbox/announce.ts';
import type { SandboxOptions } from '../sandbox/options.ts';
import type { RunningSandbox } from '../sandbox/start.ts';
import { takeSwitches } from './arguments.ts';
import { EXIT_USAGE, onStop, quit, readMessage, removeAtExit } from './process.ts';

/** The longest path of a socket on macOS, in bytes. Linux allows four more. */
const MAX_SOCKET_PATH = 103;

const FILES_AS_VENDORS = `Such a service treats the files as vendors that have all data. It does not know where the files end or which rows
could not be read, so its coverage does not say so. A service that is started with 'npm start -- --usage FILE --events FILE' knows both.

`;

/** The command `sandbox`: the sandbox alone or, if a service forks it, the sandbox behind that service. */
export async function runSandbox(args: readonly string[]): Promise<void> {
  const { values, rest } = takeSwitches(args, { child: { type: 'boolean' } });
  const isChild = values.child !== undefined && process.send !== undefined;
  if (isChild) {
    // A terminal or a supervisor sends its signal to both processes. This one ignores it, because the parent still answers the
    // requests that it has begun. This one ends when the channel closes, because then the parent has closed it or is dead.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
    process.once('disconnect', () => process.exit(0));
  }
  const options = await readSandboxSwitches(rest);
  const { startSandbox } = await import('../sandbox/start.ts');
  const socketFolder = isChild ? makeSocketFolder() : null;
  const loadedMs = Date.now();
  const sandbox = await startSandbox(options, socketFolder).catch((error: unknown) =>
    quit(1, [readMessage(error)]),
  );
  if (isChild) {
    process.on('message', (request: CopyRequest) => void answerCopy(request, sandbox, loadedMs));
    const { announce } = await import('../sandbox/announce.ts');
    announce(sandbox, (announcement) => process.send?.(announcement));
    return;
  }
  onStop(() => sandbox.close());
  process.stdout.write(describeSettings(sandbox));
}

/** What a service asks its sandbox for: a copy of the rows of the user's own files, in a folder. */
interface CopyRequest {
  readonly copyTo: string;
}

/** The answer to a `CopyRequest`. */
interface CopyAnswer {
  /** Why there is no copy; null: it is there. */
  readonly copyFault: string | null;
}

async function answerCopy({ copyTo }: CopyRequest, sandbox: RunningSandbox, loadedMs: number): Promise<void> {
  // The service removes it, but not if it is killed.
  removeAtExit(copyTo);
  const { copyFileRows } = await import('../archive/copy-file-rows.ts');
  const { loaded } = sandbox;
  const rows = {
    usage: loaded?.usage ? sandbox.rows('usage') : null,
    events: loaded?.events ? sandbox.rows('events') : null,
  };
  const copyFault = await copyFileRows(copyTo, rows, loadedMs).then(() => null, readMessage);
  process.send?.({ copyFault } satisfies CopyAnswer);
}

/**
 * The sandbox's options. It ends the process if a switch is wrong, and after `--help`.
 * @param command the command that takes the sandbox's switches beside its own; null: the sandbox itself
 */
export async function readSandboxSwitches(
  args: readonly string[],
  command: string | null = null,
): Promise<SandboxOptions> {
  const { readSandboxOptions } = await import('../sandbox/command-line.ts');
  const read = readSandboxOptions(args);
  if (read.kind === 'options') return read.options;
  if (read.kind === 'faults') {
    const lists =
      command === null
        ? 'npm run sandbox -- --help lists'
        : `${command} -- --help and npm run sandbox -- --help list`;
    quit(EXIT_USAGE, [...read.faults, `${lists} the switches.`]);
  }
  process.stdout.write(read.text);
  process.exit(0);
}

/** The settings of a service that talks to this sandbox. */
function describeSettings(sandbox: RunningSandbox): string {
  const { loaded, credentials } = sandbox;
  const hasEvents = !loaded || loaded.events !== null;
  const settings = {
    ...((!loaded || loaded.usage) && {
      USAGE_API_URL: sandbox.usageUrl,
      USAGE_API_USER_SECRET: credentials.usageUserSecret,
      USAGE_API_ORGANIZATION_SECRET: credentials.usageOrganizationSecret,
    }),
    ...(hasEvents && { EVENTS_API_URL: sandbox.eventsUrl, EVENTS_API_TOKEN: credentials.eventsToken }),
    SIGHTLINE_SECRET: drawSecret().reveal(),
  };
  const lines = Object.entries(settings).map(([name, value]) => `  ${name}=${value}\n`);
  const { eventsUsername, eventsPassword } = credentials;
  const login = `Or, instead of EVENTS_API_TOKEN: EVENTS_API_USERNAME=${eventsUsername} EVENTS_API_PASSWORD=${eventsPassword}\n\n`;
  return `${sandbox.describe()}

A service talks to it with these settings. The credentials are new at each start:

${lines.join('')}
${hasEvents ? login : ''}${loaded ? FILES_AS_VENDORS : ''}`;
}

/** A folder that only this user may enter. null on Windows, which has no such folders; the sandbox then opens ports. */
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

/** A sandbox in a process of its own. */
export interface ForkedSandbox {
  readonly announcement: SandboxAnnouncement;
  /** Has the rows of the user's own files copied as `copyFileRows` does. @throws Error if they can't be */
  copyRows(folder: string): Promise<void>;
  end(): Promise<void>;
}

/** Loading a large export can take minutes. */
const START_TIMEOUT_MS = 300_000;
const END_GRACE_MS = 1_000;

/**
 * Starts the sandbox in a process of its own and waits until it serves. If either process ends, the other ends too, because a
 * service without its sandbox has nothing to answer.
 *
 * @param switches the sandbox's switches
 * @param servesFiles whether they name files of the user; it changes the message of a failure
 */
export async function forkSandbox(switches: readonly string[], servesFiles: boolean): Promise<ForkedSandbox> {
  // The same file as this process, so that a build starts a build.
  const [, main = ''] = process.argv;
  const child = fork(main, ['sandbox', '--child', ...switches], { stdio: 'inherit' });
  let hasStarted = false;
  let isEnding = false;
  const ended = once(child, 'exit');
  child.once('exit', (code, signal) => {
    if (isEnding) return;
    if (hasStarted)
      quit(1, [`The sandbox has ended (${signal ?? `status ${code}`}), and the service ends with it.`]);
    quit(1, [servesFiles ? "Your files can't be served." : 'The sandbox could not be started.']);
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
  const announcement = await new Promise<SandboxAnnouncement>((resolve) => {
    // Under `--watch` Node reports the names of loaded files over the same channel.
    child.on('message', (message: object) => {
      if ('usageUrl' in message) resolve(message as SandboxAnnouncement);
    });
  });
  clearTimeout(timer);
  hasStarted = true;
  // The sandbox removes its sockets, but not if it is killed.
  if (announcement.sockets) removeAtExit(dirname(announcement.sockets.usage));
  return {
    announcement,
    async copyRows(folder) {
      const { copyFault } = await new Promise<CopyAnswer>((resolve) => {
        child.on('message', (message: object) => {
          if ('copyFault' in message) resolve(message as CopyAnswer);
        });
        child.send({ copyTo: folder } satisfies CopyRequest);
      });
      if (copyFault !== null) throw new Error(copyFault);
    },
    async end() {
      isEnding = true;
      const grace = setTimeout(() => child.kill('SIGKILL'), END_GRACE_MS);
      if (child.connected) child.disconnect();
      await ended;
      clearTimeout(grace);
    },
  };
}
