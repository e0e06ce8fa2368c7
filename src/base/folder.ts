import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it, if they do not exist. Node's own `recursive` does not end in a tree in which nothing can be made,
 * such as /proc (Node 26.10): it takes each ENOENT for a missing parent, also if the parent is there.
 * @throws Error of the system
 */
export function makeFolder(folder: string, mode?: number): void {
  const path = resolve(folder);
  try {
    mkdirSync(path, mode);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    if (code !== 'ENOENT' || existsSync(dirname(path))) throw error;
    makeFolder(dirname(path), mode);
    makeFolder(path, mode);
  }
}
