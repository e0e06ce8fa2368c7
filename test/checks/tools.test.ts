import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
let tree = '';

/** One file for each violation that a check must find, and `sum.ts`, which is correct apart from an unused export. */
const FILES: Readonly<Record<string, string>> = {
  'src/main.ts': "import { sum } from './sum.ts';\n\nvoid sum(1, 2);\n",
  'src/sum.ts': 'export const sum = (a: number, b: number): number => a + b;\nexport const unused = 1;\n',
  'src/nobody-asks.ts': 'export const lonely = 1;\n',
  'src/wrong-type.ts': "export const count: number = 'one';\n",
  'src/wrong-index.ts': 'export const first = (list: string[]): string => list[0];\n',
  'src/wrong-enum.ts': 'export enum Colour {\n  Red,\n}\n',
  'src/wrong-value-import.ts': "import { Sum } from './wrong-value-type.ts';\n\nexport const a: Sum = 1;\n",
  'src/wrong-value-type.ts': 'export type Sum = number;\n',
  'src/sloppy-any.ts': 'export const read = (value: unknown): number => (value as any).count;\n',
  'src/sloppy-zod.ts': "import * as z from 'zod';\n\nexport const text = z.string();\n",
  'src/sloppy-ignore.ts': "// @ts-ignore\nexport const count: number = 'one';\n",
  'src/sloppy-promise.ts':
    'const wait = async (): Promise<void> => {};\nexport const run = (): void => {\n  wait();\n};\n',
  'src/SloppyName.ts': 'export const name = 1;\n',
  'test/skipped.test.ts':
    "import { expect, test } from 'vitest';\n\ntest.skip('a law', () => expect(1).toBe(1));\n",
  'src/ugly.ts': 'export const ugly    =   "double"\n',
};

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'tools-'));
  for (const kept of ['.oxlintrc.json', '.oxfmtrc.json', 'tsconfig.json', 'knip.jsonc'])
    cpSync(join(root, kept), join(tree, kept));
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  for (const [file, source] of Object.entries({
    'package.json': '{ "type": "module", "scripts": { "start": "node src/main.ts" } }',
    ...FILES,
  })) {
    mkdirSync(join(tree, dirname(file)), { recursive: true });
    writeFileSync(join(tree, file), source);
  }
});

afterAll(() => rmSync(tree, { recursive: true }));

/** Runs a tool of the project over the planted tree and expects it to fail. @returns its output */
function run(tool: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'node_modules', tool), ...args],
    {
      cwd: tree,
      encoding: 'utf8',
    },
  );
  expect(status).not.toBe(0);
  return stdout + stderr;
}

describe('a check finds its planted violations', () => {
  test('check:types: a wrong type, an unchecked index, an enum, a type imported as a value', () => {
    const said = run('typescript/bin/tsc', '-p', '.');
    for (const file of ['type', 'index', 'enum', 'value-import'])
      expect(said).toContain(`src/wrong-${file}.ts`);
    expect(said).not.toContain('src/sum.ts');
  });

  test('check:lint: any, a silenced compiler, a second way to import zod, an unawaited promise, a file name, a skipped test', () => {
    const said = run('oxlint/bin/oxlint', '-f', 'unix', 'src', 'test');
    for (const file of [
      'src/sloppy-any',
      'src/sloppy-ignore',
      'src/sloppy-zod',
      'src/sloppy-promise',
      'src/SloppyName',
      'test/skipped.test',
    ]) {
      expect(said).toContain(`${file}.ts`);
    }
    expect(said).not.toContain('src/sum.ts');
  });

  test('check:format: an unformatted file', () => {
    const said = run('oxfmt/bin/oxfmt', '--check', 'src');
    expect(said).toContain('src/ugly.ts');
    expect(said).not.toContain('src/sum.ts');
  });

  test('check:unused: a file and an export that nobody imports', () => {
    const said = run('knip/bin/knip.js', '--include', 'files,exports');
    expect(said).toContain('src/nobody-asks.ts');
    expect(said).toMatch(/unused\s.*src\/sum\.ts/);
  });
});
