import { spawnSync } from 'node:child_process';
import { enableCompileCache, flushCompileCache, setSourceMapsSupport } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { findBuild, isBuilt } from './find-build.mjs';

// Runs src/main.ts as a build: the same code in a few files, which Node loads in a third of the time. docs/decisions/toolchain.md
// says more. This file is JavaScript, because Node needs 40 ms to load what it strips types with.

const build = findBuild(dirname(dirname(fileURLToPath(import.meta.url))));
if (prepare()) {
  setSourceMapsSupport(true, { nodeModules: true });
  // The console unless SIGHTLINE_CONSOLE names another, also in .env.
  process.env['BUILT_CONSOLE'] = build.console;
  enableCompileCache(join(build.folder, 'compiled'));
  await import(pathToFileURL(build.main).href);
  // At the first start of a build it writes what Node has compiled; later there is nothing to write.
  flushCompileCache();
} else await import('../src/main.ts');

/** Builds if necessary. Returns whether there is a build of these sources. */
function prepare() {
  if (isBuilt(build)) return true;
  // The parent of a sandbox has just tried.
  if (process.argv.includes('--child')) return false;
  process.stderr.write(
    'sightline: The first start of these sources builds them, so that later starts are quick.\n',
  );
  // In a process of its own, because the bundler's 90 MB would stay in this one.
  const { stderr, error } = spawnSync(process.execPath, [join(build.root, 'bin/write-build.ts')], {
    encoding: 'utf8',
  });
  if (isBuilt(build)) return true;
  process.stderr.write(
    `sightline: There is no build, so the service starts from its sources, more slowly and without the console: ${error?.message ?? (stderr.trim() || 'the sources changed meanwhile')}\n`,
  );
  return false;
}
