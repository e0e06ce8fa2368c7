import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';
import { holdsArchive } from '../archive/duckdb/file.ts';
import { EvidenceRefused } from '../archive/evidence/manifest.ts';
import type { Rereads } from '../archive/ledger.ts';
import { openStore } from '../archive/open-store.ts';
import { ArchiveRefused } from '../archive/store.ts';
import type { ArchiveStore } from '../archive/store.ts';
import type { ArchiveConfig } from '../config/archive.ts';
import type { Config } from '../config/config.ts';
import { readConfig } from '../config/load.ts';
import { placeOfSandbox } from './open-archive.ts';
import { EXIT_USAGE, quit, readMessage } from './process.ts';

/** The words of an archive command. It ends the process if they are wrong. */
export function readWords<Options extends NonNullable<ParseArgsConfig['options']>>(
  command: string,
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    return quit(EXIT_USAGE, [readMessage(error), `npm run archive -- --help shows how to use ${command}.`]);
  }
}

/** Ends the process with the reason if something is refused. */
export async function withRefusals(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof EvidenceRefused || error instanceof ArchiveRefused)) throw error;
    quit(1, [error.message]);
  }
}

/**
 * Opens the archive that `--archive` or the setting names, and closes it after the work.
 * @param work its second argument is when spans are read again
 * @param mode `make`: the archive is made if there is none
 * @throws ArchiveRefused
 */
export async function withStore(
  named: string | undefined,
  work: (store: ArchiveStore, rereads: Rereads) => Promise<void>,
  mode: 'open' | 'make' = 'open',
): Promise<void> {
  const { location, rereads } = requireArchive(readSettings(named));
  if (location.kind === 'duckdb' && mode === 'open' && !holdsArchive(location.folder))
    throw new ArchiveRefused(explainMissing(location.folder));
  const store = await openStore(location).catch((error: unknown) => {
    throw error instanceof ArchiveRefused ? error : new ArchiveRefused(readMessage(error), { cause: error });
  });
  try {
    await work(store, rereads);
  } finally {
    await store.close();
  }
}

function explainMissing(folder: string): string {
  const sandboxed = placeOfSandbox(folder);
  return holdsArchive(sandboxed)
    ? `There is no archive in ${folder}, but that of a service over a sandbox is in ${sandboxed}: name it by --archive.`
    : `There is no archive in ${folder}. The service makes it at its first start.`;
}

/** The settings. It ends the process if they are wrong. @param archive what `--archive` names */
export function readSettings(archive: string | undefined): Config {
  const parsed = readConfig({
    ...process.env,
    ...(archive === undefined ? {} : { SIGHTLINE_ARCHIVE: archive }),
  });
  return parsed.kind === 'config' ? parsed.config : quit(1, parsed.faults);
}

/** @throws ArchiveRefused if no archive is named */
export function requireArchive({ archive }: Config): ArchiveConfig {
  if (archive) return archive;
  throw new ArchiveRefused('Name the archive by --archive FOLDER or SIGHTLINE_ARCHIVE.');
}
