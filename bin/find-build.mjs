import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Where the build of these sources belongs.
 *
 * @typedef {object} Build
 * @property {string} root The folder of `package.json`.
 * @property {string} folder Named after the content of all files that the build depends on. It holds a whole build, or is missing.
 * @property {string} main The file to run.
 * @property {string} console The folder of the console's files.
 */

/** The builds of one checkout. `npm ci` empties this folder, because it removes `node_modules`. */
const FOLDER = 'node_modules/.cache/sightline';
const FOLDERS = ['bin', 'src'];
/** The second lockfile is npm's own list of what is installed. */
const FILES = ['package.json', 'package-lock.json', 'node_modules/.package-lock.json'];

/**
 * Finds the build of the sources as they are now. It reads all of them, because a time of change can be older than a build of
 * another version.
 *
 * @param {string} root
 * @returns {Build}
 */
export function findBuild(root) {
  // A build names the places of the sources, so a copy of the folder needs another build.
  const hash = createHash('sha256').update(root);
  for (const file of [...FOLDERS.flatMap((folder) => listFiles(root, folder)), ...FILES]) {
    const content = readIfThere(join(root, file));
    if (content) hash.update(`\0${file}\0${content.length}\0`).update(content);
  }
  const folder = join(root, FOLDER, hash.digest('base64url').slice(0, 22));
  return { root, folder, main: join(folder, 'main.mjs'), console: join(folder, 'console') };
}

/** @param {Build} build */
export function isBuilt({ main }) {
  return existsSync(main);
}

/**
 * @param {string} root
 * @param {string} folder
 */
function listFiles(root, folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

/** @param {string} path */
function readIfThere(path) {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
