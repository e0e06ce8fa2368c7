import { unwatchFile, watchFile } from 'node:fs';
import type { Logger } from 'pino';
import type { App } from '../app.ts';
import { readConfig } from '../config/load.ts';

/** How soon a changed file is noticed, in milliseconds. */
const LOOK_MS = 5_000;

/**
 * Reads API keys and trusted documents again when their file changes or the process gets SIGHUP. A faulty file is refused with a sentence for
 * each fault, and what was read before stays in force.
 *
 * @param env the settings of the start, which stay as they are
 * @returns ends it
 */
export function reloadOnChange(
  app: Pick<App, 'reload'>,
  env: Readonly<Record<string, string | undefined>>,
  log: Pick<Logger, 'info' | 'error'>,
): () => void {
  const files = [env['SIGHTLINE_API_KEYS_FILE'], env['SIGHTLINE_TRUSTED_DOCUMENTS']].filter(
    Boolean,
  ) as string[];
  if (files.length === 0) return () => {};
  const reload = (): void => {
    const parsed = readConfig(env);
    if (parsed.kind === 'faults') {
      log.error({ faults: parsed.faults }, 'not read again: what was read before stays in force');
      return;
    }
    const { identity, trustedDocuments } = parsed.config;
    log.info(app.reload({ keys: identity?.keys ?? [], trustedDocuments }), 'read again');
  };
  for (const file of files) watchFile(file, { interval: LOOK_MS, persistent: false }, reload);
  // In a terminal the signal says that the terminal is gone, and the service ends like every program.
  const takesSignal = !process.stdin.isTTY;
  if (takesSignal) process.on('SIGHUP', reload);
  return () => {
    for (const file of files) unwatchFile(file, reload);
    if (takesSignal) process.removeListener('SIGHUP', reload);
  };
}
