import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Source } from '../../base/source.ts';
import { rangeOfDay } from './manifest.ts';

/** The manifest of a day, of any revision. It gets its name last, so a day with this name is sealed. */
const MANIFEST = /^(\d{4}-\d{2}-\d{2})(\.r\d+)?\.json$/;

/**
 * The end of the last sealed day of a source, in milliseconds since the epoch; null: none is sealed. It goes by the names of the manifests;
 * whether they are true, `verify` says.
 */
export async function readSealedTo(folder: string, source: Source): Promise<number | null> {
  const days = (await listNames(join(folder, source.toLowerCase()))).flatMap((name) => {
    const day = MANIFEST.exec(name)?.[1];
    return day === undefined ? [] : [rangeOfDay(day).toMs];
  });
  return days.length === 0 ? null : Math.max(...days);
}

async function listNames(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    // Nothing was sealed into it yet.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
