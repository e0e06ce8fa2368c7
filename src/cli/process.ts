import { existsSync, rmSync } from 'node:fs';

/** The exit code for a wrong command line. All other failures exit with 1. */
export const EXIT_USAGE = 2;

/** Prints the reasons and ends the process, which also ends its children. */
export function quit(code: number, reasons: readonly string[]): never {
  process.stderr.write(`${reasons.map((reason) => `sightline: ${reason}`).join('\n')}\n`);
  process.exit(code);
}

/** Runs `stop` at the first signal and then ends the process. A second signal ends it at once. */
export function onStop(stop: (signal: NodeJS.Signals) => Promise<void>): void {
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

/** Adds the settings of `.env` in the working folder, if it is there, to those of the environment, which win. */
export function loadEnv(): void {
  if (existsSync('.env')) process.loadEnvFile('.env');
}

/** Removes a folder when the process exits. */
export function removeAtExit(folder: string): void {
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}

/** The text of an error, for people. */
export function readMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
