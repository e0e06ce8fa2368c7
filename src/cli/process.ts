import { rmSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';

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

/**
 * Has V8 collect when the heap is half as large again as what is in use. By default it waits until the heap is four times as large, so
 * that an export of many pages took 150 MB of garbage. It is no switch of the command line, because there are several ways to start.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(HEAP_SWITCH);
}

/** See `keepHeapSmall`. */
export const HEAP_SWITCH = '--heap-growing-percent=50';

/** Removes a folder when the process exits. */
export function removeAtExit(folder: string): void {
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}

/** The text of an error, for people. */
export function readMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
