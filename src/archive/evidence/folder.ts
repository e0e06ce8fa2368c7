import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeFolder } from '../../base/folder.ts';
import { SOURCES } from '../../base/source.ts';
import { manifestPath, rowsPath, signaturePath, versionsPath } from './manifest.ts';

/** The steps that change a folder of sealed days. Tests let the process die at each of them. */
export interface FileSteps {
  /** Writes a file and waits until it is on the disk. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Waits until a file that the database wrote is on the disk. */
  sync(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Does nothing if there is no such file. */
  remove(path: string): Promise<void>;
}

export const fileSteps: FileSteps = {
  async write(path, bytes) {
    const file = await open(path, 'w');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  },
  async sync(path) {
    const file = await open(path, 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  },
  rename,
  remove: (path) => rm(path, { force: true }),
};

/** A file is written under its name with this ending, and then renamed. */
const PARTIAL = '.partial';

export const partialPath = (path: string): string => `${path}${PARTIAL}`;

/** The files of a folder of sealed days, as paths in it, in order. What lies beside the folders of the sources is left out. */
export async function listFiles(folder: string): Promise<readonly string[]> {
  const lists = SOURCES.map(async (source) => {
    const name = source.toLowerCase();
    if (!existsSync(join(folder, name))) return [];
    return (await readdir(join(folder, name))).map((file) => `${name}/${file}`);
  });
  return (await Promise.all(lists)).flat().sort();
}

/** The stems of days whose sealing was interrupted, or is still running: their manifest has not got its name. */
export function findUnfinished(files: readonly string[]): ReadonlySet<string> {
  const ending = partialPath(manifestPath(''));
  return new Set(files.filter((file) => file.endsWith(ending)).map((file) => file.slice(0, -ending.length)));
}

export const isPartial = (file: string): boolean => file.endsWith(PARTIAL);

/** Makes the files of a sealed day visible, its manifest last: without a manifest a day is not sealed. */
export async function publish(
  folder: string,
  stem: string,
  hasVersions: boolean,
  steps: FileSteps,
): Promise<void> {
  const versions = hasVersions ? [versionsPath(stem)] : [];
  for (const path of [rowsPath(stem), ...versions, signaturePath(stem), manifestPath(stem)])
    await steps.rename(join(folder, partialPath(path)), join(folder, path));
  await syncFolder(dirname(join(folder, stem)));
}

/** Some systems can't sync a folder. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path).catch(() => null);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/**
 * Removes what an interrupted sealing left. A file is removed only if it is partial, or if the partial manifest beside it shows that its
 * day was being sealed. That manifest goes last, so that this can be interrupted, too.
 */
export async function removeLeftovers(folder: string, steps: FileSteps): Promise<void> {
  const files = await listFiles(folder);
  for (const stem of findUnfinished(files)) {
    if (files.includes(manifestPath(stem))) continue;
    await steps.remove(join(folder, rowsPath(stem)));
    await steps.remove(join(folder, versionsPath(stem)));
    await steps.remove(join(folder, signaturePath(stem)));
  }
  const isManifest = (file: string): boolean => file.endsWith(partialPath(manifestPath('')));
  const partial = files.filter(isPartial);
  for (const file of [...partial.filter((path) => !isManifest(path)), ...partial.filter(isManifest)])
    await steps.remove(join(folder, file));
}

export function makeFolders(folder: string): void {
  for (const source of SOURCES) makeFolder(join(folder, source.toLowerCase()));
}

/** SHA-256 of a file in hexadecimal digits, read piece by piece. */
export async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
