import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { createFileArchive } from '../archive/file-archive.ts';
import type { FileArchive } from '../archive/file-archive.ts';
import { removeAtExit } from './process.ts';
import type { ForkedSandbox } from './sandbox.ts';

/** The archive of the user's own files, which holds nothing yet. */
export function createServiceFiles(log: Logger): FileArchive {
  return createFileArchive((error) =>
    log.error({ err: error }, 'the copy of the files could not be read; their rows were scanned'),
  );
}

/**
 * Has the sandbox copy the rows of the user's own files into a folder of this user, which is removed at the end, and answers from
 * the copy from then on. If that fails, the rows are scanned as before.
 */
export async function copyServiceFiles(
  files: FileArchive,
  sandbox: Pick<ForkedSandbox, 'copyRows'>,
  log: Logger,
): Promise<void> {
  try {
    const folder = mkdtempSync(join(tmpdir(), 'sightline-'));
    removeAtExit(folder);
    await sandbox.copyRows(folder);
    await files.open(folder);
    log.info('the rows of the files are copied: every filter is answered whole');
  } catch (error) {
    log.warn({ err: error }, 'the rows of the files could not be copied; some filters stay bounded scans');
  }
}
