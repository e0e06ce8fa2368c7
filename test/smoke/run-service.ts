import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** A real process of `src/main.ts`, as Node runs it: without a bundler's or a test runner's leniency. */
export interface RunningService {
  readonly child: ChildProcess;
  /** All that it has printed, both streams. */
  printed(): string;
  /** Waits for a text that matches; rejects where the process ends without it. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  /** Its exit code, once it has ended; null: a signal ended it. */
  readonly exit: Promise<number | null>;
}

/** Starts it in an empty folder of its own (no `.env` is found there), which goes with it, with no other settings than these. */
export function runService(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  nodeArgs: readonly string[] = [],
): RunningService {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-smoke-'));
  const child = spawn(process.execPath, [...nodeArgs, MAIN, ...args], {
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
  // 'close' comes once the streams have been read to their ends, also by children that hold them.
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
