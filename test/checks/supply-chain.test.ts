import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listLicenses } from '../../scripts/list-licenses.ts';
import type { LicensedLockfile } from '../../scripts/list-licenses.ts';
import { readSbom } from '../../scripts/write-sbom.ts';

const { packages } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8'),
) as LicensedLockfile & {
  readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>>;
};

test('no package runs a script when it is installed', () => {
  const running = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript);
  expect(running.map(([path]) => path)).toEqual([]);
});

test("there is one copy of graphql, because two copies do not accept each other's types", () => {
  expect(Object.keys(packages).filter((path) => path.endsWith('node_modules/graphql'))).toEqual([
    'node_modules/graphql',
  ]);
});

test('every package of the service has a permissive licence', () => {
  const free = new Set([
    '0BSD',
    'Apache-2.0',
    'BlueOak-1.0.0',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'ISC',
    'MIT',
    'PSF-2.0',
    'Unlicense',
  ]);
  const others = [...listLicenses({ packages })].filter(([license]) => !free.has(license));
  expect(others).toEqual([]);
});

test('the list of licences leaves out this project and its tools, and shows a package without a licence', () => {
  const lockfile = {
    packages: {
      '': { version: '1.0.0', license: 'MIT' },
      'node_modules/tool': { version: '1.0.0', license: 'MIT', dev: true },
      'node_modules/@a/b': { version: '2.0.0', license: 'MIT' },
      'node_modules/@a/b/node_modules/c': { version: '3.0.0' },
    },
  };
  expect([...listLicenses(lockfile)]).toEqual([
    ['MIT', ['@a/b@2.0.0']],
    ['none', ['c@3.0.0']],
  ]);
});

test('npm run sbom lists every package of the service with its licence, and no tool', () => {
  const { metadata, components, dependencies } = readSbom(join(import.meta.dirname, '../..'));
  expect(metadata.component.name).toBe('sightline');
  const listed = components.map(({ name, version }) => `${name}@${version}`);
  const service = [...listLicenses({ packages }).values()].flat();
  expect([...new Set(listed)].toSorted()).toEqual([...new Set(service)].toSorted());
  expect(components.filter(({ licenses = [] }) => licenses.length === 0)).toEqual([]);
  const refs = new Set(components.map((component) => component['bom-ref']));
  expect(dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !refs.has(ref))).toEqual([]);
});
