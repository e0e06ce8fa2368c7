import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** What `npm start` runs. */
export const LAUNCHER: string = fileURLToPath(new URL('../../bin/start.mjs', import.meta.url));

/** A process of `src/main.ts` that Node runs without a test runner or a bundler, because these accept code that Node refuses. */
export interface RunningService {
  readonly child: ChildProcess;
  /** Everything that it has printed on both streams. */
  printed(): string;
  /** Waits for a text that matches; rejects if the process ends without printing it. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  /** The exit code once the process has ended; null: a signal ended it. */
  readonly exit: Promise<number | null>;
}

/** Starts the process with these settings alone, in an empty folder without `.env`. The folder is removed when the process ends. */
export function runService(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  nodeArgs: readonly string[] = [],
  main: string = MAIN,
): RunningService {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-smoke-'));
  const child = spawn(process.execPath, [...nodeArgs, main, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      for (const look of waiting) look();
    });
  }
  // 'close' comes when the streams have ended, also in children that inherited them.
  const exit = once(child, 'close')
    .finally(() => rmSync(folder, { recursive: true, force: true }))
    .then(([code]) => code as number | null);
  return {
    child,
    exit,
    printed: () => text,
    waitFor: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(text);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        void exit.then((code) => reject(new Error(`It ended with ${code}, having printed:\n${text}`)));
        look();
      }),
  };
}
