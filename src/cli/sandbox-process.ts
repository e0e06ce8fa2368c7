import { fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SandboxAnnouncement } from '../sandbox/announce.ts';
import { quit, removeAtExit } from './process.ts';

/** A sandbox in a process of its own. */
export interface ForkedSandbox {
  readonly announcement: SandboxAnnouncement;
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
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
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
    async end() {
      isEnding = true;
      const grace = setTimeout(() => child.kill('SIGKILL'), END_GRACE_MS);
      if (child.connected) child.disconnect();
      await ended;
      clearTimeout(grace);
    },
  };
}
