import { unwatchFile, watchFile } from 'node:fs';
import type { Logger } from 'pino';
import type { App } from '../app.ts';
import { readConfig } from '../config/load.ts';

/** How soon a changed file is noticed, in milliseconds. */
const LOOK_MS = 5_000;
/** The settings that name files which are read again. */
const FILES = ['SIGHTLINE_API_KEYS_FILE', 'SIGHTLINE_AUTH_JWKS_FILE', 'SIGHTLINE_TRUSTED_DOCUMENTS'] as const;

/**
 * Reads API keys, the issuer's keys and trusted documents again when their file changes or the process gets SIGHUP. A faulty file is
 * refused with a sentence for each fault, and what was read before stays in force.
 *
 * @param env the settings of the start, which stay as they are
 * @returns ends it
 */
export function reloadOnChange(
  app: Pick<App, 'reload'>,
  env: Readonly<Record<string, string | undefined>>,
  log: Pick<Logger, 'info' | 'error'>,
): () => void {
  const files = FILES.map((name) => env[name]).filter(Boolean) as string[];
  if (files.length === 0) return () => {};
  const reload = (): void => {
    const parsed = readConfig(env);
    if (parsed.kind === 'faults') {
      log.error({ faults: parsed.faults }, 'not read again: what was read before stays in force');
      return;
    }
    const { identity, trustedDocuments } = parsed.config;
    log.info(app.reload({ identity, trustedDocuments }), 'read again');
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
