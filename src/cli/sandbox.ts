import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawSecret } from '../base/sealing.ts';
import type { SandboxOptions } from '../sandbox/options.ts';
import type { RunningSandbox } from '../sandbox/start.ts';
import { takeSwitches } from './arguments.ts';
import { EXIT_USAGE, onStop, quit, readMessage, removeAtExit } from './process.ts';

/** The longest path of a socket on macOS, in bytes. Linux allows four more. */
const MAX_SOCKET_PATH = 103;

const FILES_AS_VENDORS = `Such a service takes the files for complete vendors: it does not know where they end or which rows could not
be read, and its coverage does not say so. 'npm start -- --usage FILE --events FILE' knows both.

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
  const sandbox = await startSandbox(options, socketFolder).catch((error: unknown) =>
    quit(1, [readMessage(error)]),
  );
  if (isChild) {
    const { announce } = await import('../sandbox/announce.ts');
    announce(sandbox, (announcement) => process.send?.(announcement));
    return;
  }
  process.stdout.write(describeSettings(sandbox));
  onStop(() => sandbox.close());
}

/** The sandbox's options. It ends the process if a switch is wrong, and after `--help`. */
export async function readSandboxSwitches(args: readonly string[]): Promise<SandboxOptions> {
  const { readSandboxOptions } = await import('../sandbox/command-line.ts');
  const read = readSandboxOptions(args);
  if (read.kind === 'options') return read.options;
  if (read.kind === 'faults') quit(EXIT_USAGE, [...read.faults, '--help lists the switches.']);
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
  const login = `Instead of the token: EVENTS_API_USERNAME=${eventsUsername} EVENTS_API_PASSWORD=${eventsPassword}\n\n`;
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
