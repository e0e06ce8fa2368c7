import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const own = JSON.parse(read('package.json')) as Manifest;
const bench = JSON.parse(read('bench/package.json')) as Manifest;
const { packages } = JSON.parse(read('bench/package-lock.json')) as {
  readonly packages: Readonly<Record<string, { readonly version?: string }>>;
};

/** The module of an import statement, or of `import()`. */
const IMPORT = /^(?:import |\} )(?:.* )?(?:from )?'([^']+)';$|\bimport\('([^']+)'\)/gm;

test('the bench without peers needs no package of bench/ and loads no peer', () => {
  const files = globSync(['bench/*.ts', 'bench/servers/*.ts'], { cwd: root });
  expect(files.length).toBeGreaterThan(5);
  const imported = files.flatMap((file) =>
    [...read(file).matchAll(IMPORT)].flatMap(([, name, late]) => name ?? late ?? []),
  );
  expect(imported.filter((name) => /peers\/|plots\//.test(name))).toEqual([]);
  const outside = imported.filter((name) => !name.startsWith('.') && !name.startsWith('node:'));
  const installed = { ...own.dependencies, ...own.devDependencies };
  expect(outside.filter((name) => !(name in installed))).toEqual([]);
});

test("peers that use Sightline's libraries use the same versions", () => {
  const shared = ['@pothos/core', 'dataloader', 'graphql-yoga', 'undici'];
  for (const name of shared) expect(bench.dependencies[name]).toBe(own.dependencies[name]);
});

test('the packages of bench/ are pinned, and its lockfile has these versions and names no download address', () => {
  const asked = Object.entries({ ...bench.dependencies, ...bench.optionalDependencies });
  expect(asked.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  for (const [name, version] of asked) expect(packages[`node_modules/${name}`]?.version).toBe(version);
  expect(read('bench/package-lock.json')).not.toContain('"resolved": "http');
});
