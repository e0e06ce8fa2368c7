import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const CACHE = 'node_modules/.cache';
const BUILDS = `${CACHE}/sightline`;
const BUILDING = 'The first start of these sources builds them';
const NO_BUILD =
  'There is no build, so the service starts from its sources, more slowly and without the console';

const SOURCES: Readonly<Record<string, string>> = {
  'package.json': '{ "type": "module" }',
  'package-lock.json': '{}',
  'src/main.ts':
    "import { WORD } from './word.ts';\n\nconst word: string = WORD;\nconsole.log(word, import.meta.url, ...process.argv.slice(2));\n",
  'src/word.ts': "export const WORD = 'one';\n",
  'src/console/main.tsx': "import './plain.css';\n\nconsole.log('a page');\n",
  'src/console/generated/graphql.ts': 'export {};\n',
  'src/console/plain.css': 'body { margin: 0 }\n',
  'src/console/index.html': '<!-- styles --><!-- script -->\n',
};

/** A project of its own with the launcher of this one. It is removed after the test. */
function plant({ isInstalled = true } = {}): string {
  const tree = mkdtempSync(join(tmpdir(), 'sightline-build-'));
  onTestFinished(() => rmSync(tree, { recursive: true }));
  for (const folder of ['src/console/generated', CACHE]) mkdirSync(join(tree, folder), { recursive: true });
  cpSync(join(root, 'bin'), join(tree, 'bin'), { recursive: true });
  for (const name of isInstalled ? ['rolldown', 'urql'] : ['urql'])
    symlinkSync(join(root, 'node_modules', name), join(tree, 'node_modules', name));
  // What the build itself needs of the sources.
  for (const folder of ['src/http', 'src/base'])
    cpSync(join(root, folder), join(tree, folder), { recursive: true });
  for (const [file, source] of Object.entries(SOURCES)) writeFileSync(join(tree, file), source);
  return tree;
}

/** Runs the launcher until it ends. */
async function start(tree: string, ...args: string[]) {
  const child = spawn(process.execPath, [join(tree, 'bin/start.mjs'), ...args], { cwd: tmpdir() });
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { stdout, stderr, status };
}

const outputOf = (tree: string, word: string, ...args: string[]): string =>
  `${[word, pathToFileURL(join(tree, 'src/main.ts')).href, ...args].join(' ')}\n`;
const buildsOf = (tree: string): string[] => readdirSync(join(tree, BUILDS));

describe('the launcher', () => {
  test('builds at the first start and says so; later starts run that build and say nothing', async () => {
    const tree = plant();
    const first = await start(tree, '--seed', '2');
    expect(first).toMatchObject({ stdout: outputOf(tree, 'one', '--seed', '2'), status: 0 });
    expect(first.stderr).toContain(BUILDING);
    const [build] = buildsOf(tree);
    // A build that is run shows itself by an edit of the build.
    const file = join(tree, BUILDS, build!, 'main.mjs');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"one"', '"built"'));
    expect(await start(tree)).toEqual({ stdout: outputOf(tree, 'built'), stderr: '', status: 0 });
  });

  test('can be prepared by npm run build, for a folder that is read-only later', async () => {
    const tree = plant();
    const child = spawn(process.execPath, [join(tree, 'bin/write-build.ts')], { cwd: tmpdir() });
    await once(child, 'close');
    expect(await start(tree)).toEqual({ stdout: outputOf(tree, 'one'), stderr: '', status: 0 });
  });

  test('never runs an old build of a changed source, even if size and time of the file are the same', async () => {
    const tree = plant();
    await start(tree);
    const file = join(tree, 'src/word.ts');
    const { atime, mtime } = statSync(file);
    writeFileSync(file, "export const WORD = 'two';\n");
    utimesSync(file, atime, mtime);
    const changed = await start(tree);
    expect(changed).toMatchObject({ stdout: outputOf(tree, 'two'), status: 0 });
    expect(changed.stderr).toContain(BUILDING);
    writeFileSync(file, SOURCES['src/word.ts']!);
    expect(await start(tree)).toEqual({ stdout: outputOf(tree, 'one'), stderr: '', status: 0 });
  });

  test.each(['package.json', 'package-lock.json', 'node_modules/.package-lock.json', 'bin/write-build.ts'])(
    'builds again if %s changes',
    async (file) => {
      const tree = plant();
      await start(tree);
      writeFileSync(join(tree, file), `${SOURCES[file] ?? readOr(join(tree, file))}\n`);
      expect((await start(tree)).stderr).toContain(BUILDING);
      expect(buildsOf(tree)).toHaveLength(2);
    },
  );

  test('builds again in a copy of the folder, because a build names the places of its sources', async () => {
    const [tree, copy] = [plant(), plant()];
    await start(tree);
    cpSync(join(tree, BUILDS), join(copy, BUILDS), { recursive: true });
    expect(await start(copy)).toMatchObject({ stdout: outputOf(copy, 'one'), status: 0 });
  });

  test('runs the sources and says so if the build cannot be written', async () => {
    const tree = plant();
    rmSync(join(tree, CACHE), { recursive: true });
    writeFileSync(join(tree, CACHE), 'a file where the folder should be');
    const { stdout, stderr, status } = await start(tree, '--seed', '2');
    expect({ stdout, status }).toEqual({ stdout: outputOf(tree, 'one', '--seed', '2'), status: 0 });
    expect(stderr).toMatch(new RegExp(`${NO_BUILD}: (?:EEXIST|ENOTDIR)`));
  });

  test('runs the sources and says so if the bundler is not installed', async () => {
    const tree = plant({ isInstalled: false });
    const { stdout, stderr, status } = await start(tree);
    expect({ stdout, status }).toEqual({ stdout: outputOf(tree, 'one'), status: 0 });
    expect(stderr).toMatch(new RegExp(`${NO_BUILD}: [^]*'rolldown'`));
  });

  test('leaves one whole build and no draft if several processes start at once', async () => {
    const tree = plant();
    const starts = await Promise.all([1, 2, 3].map(() => start(tree)));
    for (const { stdout, status } of starts)
      expect({ stdout, status }).toEqual({ stdout: outputOf(tree, 'one'), status: 0 });
    expect(buildsOf(tree)).toHaveLength(1);
    expect(readdirSync(join(tree, BUILDS, buildsOf(tree)[0]!))).toContain('main.mjs');
  });

  test('leaves no draft if the sources cannot be built', async () => {
    const tree = plant();
    writeFileSync(join(tree, 'src/word.ts'), "export { WORD } from './nowhere.ts';\n");
    const { stderr, status } = await start(tree);
    expect(status).toBe(1);
    expect(stderr).toContain(NO_BUILD);
    expect(buildsOf(tree)).toEqual([]);
  });

  test('keeps ten builds', async () => {
    const tree = plant();
    for (let n = 0; n < 12; n += 1) mkdirSync(join(tree, BUILDS, `old-${n}`), { recursive: true });
    await start(tree);
    expect(buildsOf(tree)).toHaveLength(10);
    expect(await start(tree)).toEqual({ stdout: outputOf(tree, 'one'), stderr: '', status: 0 });
  });

  test('shows the lines of the sources in the stack of an error', async () => {
    const tree = plant();
    writeFileSync(
      join(tree, 'src/word.ts'),
      "interface Failure {\n  readonly reason: string;\n}\n\nconst failure: Failure = { reason: 'planted' };\nthrow new Error(failure.reason);\nexport const WORD = 'one';\n",
    );
    for (const run of ['first', 'second']) {
      const { stderr, status } = await start(tree);
      expect(status, run).toBe(1);
      expect(stderr).toContain(`${join(tree, 'src/word.ts')}:6:7`);
    }
  });
});

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
