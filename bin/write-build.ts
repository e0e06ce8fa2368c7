import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'rolldown';
import { findBuild, isBuilt } from './find-build.mjs';
import type { Build } from './find-build.mjs';
import { writeConsole } from './write-console.ts';

/** Packages that stay as they are: one is native code, the other 9 MB of text. */
const UNBUILT = ['@duckdb/node-api', '@graphql-yoga/render-graphiql'];

/** A running service may still load files of an older build, so some are kept. */
const KEPT_BUILDS = 10;

/**
 * Writes the build if it is missing. It appears as a whole or not at all, also if several processes write it at once.
 *
 * @throws Error if it can't be made or written
 */
export async function writeBuild(build: Build): Promise<void> {
  if (isBuilt(build)) return;
  const { root, folder } = build;
  await mkdir(dirname(folder), { recursive: true });
  const draft = await mkdtemp(`${folder}-`);
  try {
    const { rolldown } = await import('rolldown');
    const bundle = await rolldown({
      input: join(root, 'src/main.ts'),
      cwd: root,
      platform: 'node',
      external: UNBUILT,
      // As Node resolves it, because graphql has a development build beside the one that its users load.
      resolve: { conditionNames: ['module-sync', 'node', 'import', 'default'] },
      plugins: [keepPlaces(join(root, 'src'))],
      logLevel: 'silent',
    });
    await bundle.write({
      dir: draft,
      format: 'esm',
      sourcemap: true,
      sourcemapExcludeSources: true,
      entryFileNames: '[name].mjs',
      chunkFileNames: '[name]-[hash].mjs',
    });
    await bundle.close();
    await writeConsole(root, join(draft, 'console'));
    if (findBuild(root).folder !== folder) throw new Error('The sources changed while they were built.');
    // The user who runs the service may be another one than the one who installs it.
    await chmod(draft, 0o755);
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another process was faster.
    if (!isBuilt(build)) throw error;
  }
  await removeOldBuilds(dirname(folder));
}

/** Lets a source find the files beside it as if it had not been built. */
function keepPlaces(sources: string): Plugin {
  return {
    name: 'keep-places',
    transform(code, id) {
      if (!id.startsWith(sources) || !code.includes('import.meta.url')) return null;
      // No line moves, so the source map stays right.
      return { code: code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href)), map: null };
    },
  };
}

async function removeOldBuilds(folder: string): Promise<void> {
  const names = await readdir(folder);
  const builds = await Promise.all(
    names.map(async (name) => ({ name, writtenMs: (await stat(join(folder, name))).mtimeMs })),
  );
  const old = builds.toSorted((a, b) => b.writtenMs - a.writtenMs).slice(KEPT_BUILDS);
  await Promise.all(old.map(({ name }) => rm(join(folder, name), { recursive: true, force: true })));
}

if (import.meta.main) {
  try {
    await writeBuild(findBuild(join(import.meta.dirname, '..')));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
