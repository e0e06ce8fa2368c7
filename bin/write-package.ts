import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { bundleSources, UNBUILT } from './write-build.ts';
import { writeConsole } from './write-console.ts';

/** What the package holds beside the build, under the same path. Sources read the two folders. */
const COPIED = [
  'bin/sightline.mjs',
  'schema/upstream',
  'schema/schema.graphql',
  'docs/examples',
  '.env.example',
  'CHANGELOG.md',
  'LICENSE',
];

/** The commands of `src/main.ts` that the package has, too. */
const COMMANDS = 'alerts|api-key|archive|doctor|export|mcp|sandbox';

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/**
 * Writes the folder that `npm pack` packs: the build with nearly all packages in it, the console, and a manifest of its own, so that
 * an install brings neither a bundler, nor Node, nor what the build already holds.
 *
 * @throws Error if it can't be made or written
 */
export async function writePackage(root: string, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const build = join(folder, 'build');
  await mkdir(build, { recursive: true });
  const files = await bundleSources(
    root,
    build,
    (file) =>
      `new URL(${JSON.stringify(relative(build, join(folder, relative(root, file))))}, import.meta.url).href`,
    nameCommands,
  );
  const pageFiles = await writeConsole(root, join(build, 'console'));
  for (const path of COPIED) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await cp(join(root, path), join(folder, path), { recursive: true });
  }
  await cp(join(root, 'docs/package.md'), join(folder, 'README.md'));
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Manifest;
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(slim(manifest), null, 2)}\n`);
  await writeFile(join(folder, 'THIRD-PARTY-LICENSES.txt'), await collectLicenses([...files, ...pageFiles]));
}

/** Messages name the command as it is called from the package. */
function nameCommands(code: string): string {
  return code
    .replaceAll(/npm start(?: --)?/g, 'sightline')
    .replaceAll(new RegExp(`npm run (?:--silent )?(${COMMANDS})(?: --)?(?![\\w-])`, 'g'), 'sightline $1');
}

function slim({ name, version, description, license, type, dependencies }: Manifest) {
  return {
    name,
    version,
    // npm refuses to publish it.
    private: true,
    description,
    license,
    type,
    bin: { sightline: 'bin/sightline.mjs' },
    engines: { node: '>=24' },
    dependencies: Object.fromEntries(UNBUILT.map((one) => [one, dependencies[one]])),
  };
}

const PACKAGE = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

/** The licences of the packages in the build, which must go with every copy. @param files of the build */
async function collectLicenses(files: readonly string[]): Promise<string> {
  const folders = new Set(files.flatMap((file) => PACKAGE.exec(file.replaceAll('\\', '/'))?.[0] ?? []));
  const texts = await Promise.all([...folders].sort().map(describeLicense));
  return [...new Set(texts)].join(`\n${'-'.repeat(80)}\n\n`);
}

async function describeLicense(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  ) as Manifest & {
    readonly name: string;
    readonly license?: string;
  };
  const file = (await readdir(folder)).find((one) => /^licen[cs]e(?:\.|$)/i.test(one));
  const text = file
    ? await readFile(join(folder, file), 'utf8')
    : 'The package holds no text of its licence.';
  return `${name}@${version} (${license ?? 'no licence named'})\n\n${text.trim()}\n`;
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  const [, , folder = join(root, 'dist')] = process.argv;
  await writePackage(root, folder);
}
