import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'rolldown';
import { findBuild, isBuilt } from './find-build.mjs';
import type { Build } from './find-build.mjs';
import { writeConsole } from './write-console.ts';

/** Packages that stay as they are: one is native code, the other 9 MB of text. */
export const UNBUILT = ['@duckdb/node-api', '@graphql-yoga/render-graphiql'] as const;

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
    await bundleSources(root, draft, (file) => JSON.stringify(pathToFileURL(file).href));
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

/**
 * Bundles `src/main.ts` into `folder`.
 *
 * @param placeOf an expression for the URL of a source, so that it finds the files beside it as if it had not been bundled
 * @param change changes the text of a source, without moving a line
 * @returns the files that are in the bundle
 */
export async function bundleSources(
  root: string,
  folder: string,
  placeOf: (file: string) => string,
  change: (code: string) => string = (code) => code,
): Promise<readonly string[]> {
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({
    input: join(root, 'src/main.ts'),
    cwd: root,
    platform: 'node',
    external: [...UNBUILT],
    // As Node resolves it, because graphql has a development build beside the one that its users load.
    resolve: { conditionNames: ['module-sync', 'node', 'import', 'default'] },
    plugins: [changeSources(join(root, 'src'), placeOf, change)],
    logLevel: 'silent',
  });
  const { output } = await bundle.write({
    dir: folder,
    format: 'esm',
    sourcemap: true,
    sourcemapExcludeSources: true,
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
  });
  await bundle.close();
  return output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
}

function changeSources(
  sources: string,
  placeOf: (file: string) => string,
  change: (code: string) => string,
): Plugin {
  return {
    name: 'change-sources',
    transform(code, id) {
      if (!id.startsWith(sources)) return null;
      // No line moves, so the source map stays right.
      const changed = change(code).replaceAll('import.meta.url', placeOf(id));
      return changed === code ? null : { code: changed, map: null };
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
