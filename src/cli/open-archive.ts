import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { App } from '../app.ts';
import { openArchive } from '../archive/archive.ts';
import type { Archive } from '../archive/archive.ts';
import type { ArchiveLocation } from '../archive/open-store.ts';
import { ArchiveRefused } from '../archive/store.ts';
import { startSync } from '../archive/sync.ts';
import type { SyncLoop, SyncReport } from '../archive/sync.ts';
import type { Secret } from '../base/secret.ts';
import { systemClock } from '../base/time.ts';
import { readRedaction } from '../config/archive.ts';
import type { ArchiveConfig } from '../config/archive.ts';
import { EXIT_USAGE, quit } from './process.ts';

/** What the vendors of the service are, which decides where its archive may be. */
export type Served = 'vendors' | 'sandbox' | 'files';

/**
 * Opens the archive of a service, or ends the process with the reason why it can't. A sandbox makes up other rows at each start, so
 * its archive lies apart and begins empty.
 */
export async function openServiceArchive(
  config: ArchiveConfig,
  secret: Secret,
  served: Served,
  log: Logger,
): Promise<Archive> {
  if (served === 'files') {
    quit(EXIT_USAGE, [
      'Your own files are read whole and need no archive: leave out --archive (SIGHTLINE_ARCHIVE), or --usage and --events.',
    ]);
  }
  const { location, rereads, sealedFolder } = config;
  return openArchive(served === 'sandbox' ? placeApart(location) : location, {
    rereads,
    redaction: readRedaction(config, secret),
    sealedFolder,
    onFault: (error) => log.error({ err: error }, 'the archive could not be read; the vendor was asked'),
  }).catch((error: unknown) => {
    if (error instanceof ArchiveRefused) return quit(1, [error.message]);
    throw error;
  });
}

/** Where the archive of a service over a sandbox is, if this folder is named. */
export function placeOfSandbox(folder: string): string {
  return join(folder, 'sandbox');
}

function placeApart(location: ArchiveLocation): ArchiveLocation {
  if (location.kind !== 'duckdb') {
    quit(EXIT_USAGE, [
      'The sandbox makes up other rows at each start, so its archive must be a folder: set credentials of a vendor, or name a folder.',
    ]);
  }
  const folder = placeOfSandbox(location.folder);
  rmSync(folder, { recursive: true, force: true });
  return { kind: 'duckdb', folder };
}

/** Begins to fill the archive, and logs what each round has copied. */
export function startArchiveSync({ syncRounds }: App, { pace }: ArchiveConfig, log: Logger): SyncLoop {
  return startSync(
    syncRounds,
    pace,
    (report) => logRound(report, log),
    (error) => log.error({ err: error }, 'the archive could not be written; it is tried again'),
    systemClock,
  );
}

function logRound({ source, calls, rows, reachedMs, isBehind, failure }: SyncReport, log: Logger): void {
  const reached = reachedMs === null ? null : new Date(reachedMs).toISOString();
  const line = { source, calls, rows, reached };
  if (failure)
    log.warn({ ...line, code: failure.code }, 'the archive could not read the vendor; it goes on later');
  else if (isBehind) log.info(line, 'the archive goes on reading back');
  else log.debug(line, 'the archive is up to date');
}
