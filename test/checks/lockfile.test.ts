import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { completeLockfile, listMissingPackages, readPlatform } from '../../scripts/complete-lockfile.ts';
import type { Lockfile } from '../../scripts/complete-lockfile.ts';

const readText = (path: string): string => readFileSync(join(import.meta.dirname, '../..', path), 'utf8');
const LOCKFILES = [
  'package-lock.json',
  'test/support/chdb/package-lock.json',
  'test/support/gateway/package-lock.json',
];

test.each(LOCKFILES)(
  '%s has the binaries of every platform, so that npm ci accepts it (node scripts/complete-lockfile.ts [FILE])',
  (path) => {
    const lockfile = JSON.parse(readText(path)) as Lockfile;
    expect(listMissingPackages(lockfile).map(({ name }) => name)).toEqual([]);
  },
);

test.each(LOCKFILES)('%s names no download address', (path) => {
  expect(readText(path)).not.toContain('"resolved": "http');
});

test("npm ci does not fetch ClickHouse's engine, which takes 543 MB", () => {
  expect(readText('package-lock.json')).not.toContain('node_modules/chdb"');
});

test('every dependency is pinned to one exact version', () => {
  const own = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  const asked = ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides'].flatMap((kind) =>
    Object.entries((own[kind] ?? {}) as Record<string, string>),
  );
  expect(asked.filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))).toEqual([]);
});

test('a missing binary is added for the platform in its name, and nothing else changes', () => {
  const parent = {
    version: '1.0.0',
    license: 'MIT',
    dev: true,
    optionalDependencies: { 'x-linux-arm64-musl': '1.0.0', y: '^2' },
  };
  const packages = { 'node_modules/x': parent, 'node_modules/z': { version: '3.0.0' } };
  expect(completeLockfile({ packages })).toEqual({
    packages: {
      ...packages,
      'node_modules/x-linux-arm64-musl': {
        version: '1.0.0',
        cpu: ['arm64'],
        dev: true,
        libc: ['musl'],
        license: 'MIT',
        optional: true,
        os: ['linux'],
      },
    },
  });
});

test.each([
  ['@oxlint/binding-linux-x64-gnu', { os: 'linux', cpu: 'x64', libc: 'glibc' }],
  ['@oxlint/binding-linux-arm-musleabihf', { os: 'linux', cpu: 'arm', libc: 'musl' }],
  ['@oxlint/binding-linux-arm-gnueabihf', { os: 'linux', cpu: 'arm', libc: 'glibc' }],
  ['@oxlint/binding-android-arm-eabi', { os: 'android', cpu: 'arm' }],
  ['@oxlint/binding-win32-ia32-msvc', { os: 'win32', cpu: 'ia32' }],
  ['@oxlint-tsgolint/darwin-arm64', { os: 'darwin', cpu: 'arm64' }],
  ['@duckdb/node-bindings-linux-arm64', { os: 'linux', cpu: 'arm64', libc: 'glibc' }],
])('%s is for %o', (name, platform) => {
  expect(readPlatform(name)).toEqual(platform);
});
