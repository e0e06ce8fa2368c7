import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The part of a package's entry in `package-lock.json` that this script reads and writes. */
interface LockedPackage {
  readonly version?: string;
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly license?: string;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

const isExact = (version: string): boolean => /^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version);

/** Lists the packages for one platform that another package names by exact version and that have no entry. */
export function listMissingPackages(
  lockfile: Lockfile,
): { name: string; version: string; parent: LockedPackage }[] {
  return Object.values(lockfile.packages).flatMap((parent) =>
    Object.entries(parent.optionalDependencies ?? {})
      .filter(([name, version]) => isExact(version) && !lockfile.packages[`node_modules/${name}`])
      .map(([name, version]) => ({ name, version, parent })),
  );
}

/** Reads the platform from the name of a binary package, such as `@oxlint/binding-linux-arm64-musl`. */
export function readPlatform(name: string): { os: string; cpu: string; libc?: string } {
  const found =
    /(android|darwin|freebsd|linux|openharmony|win32)-(arm64|arm|ia32|ppc64|riscv64|s390x|x64)(.*)$/.exec(
      name,
    );
  if (!found) throw new Error(`${name} does not name its platform`);
  const [, os = '', cpu = '', abi = ''] = found;
  if (os !== 'linux') return { os, cpu };
  return { os, cpu, libc: abi.includes('musl') ? 'musl' : 'glibc' };
}

/** Adds an entry for every platform to the lockfile, in npm's order. */
export function completeLockfile<File extends Lockfile>(lockfile: File): File {
  const added = listMissingPackages(lockfile).map(({ name, version, parent }): [string, LockedPackage] => {
    const { os, cpu, libc } = readPlatform(name);
    return [
      `node_modules/${name}`,
      {
        version,
        cpu: [cpu],
        ...(parent.dev && { dev: true }),
        ...(libc && { libc: [libc] }),
        ...(parent.license && { license: parent.license }),
        optional: true,
        os: [os],
      },
    ];
  });
  const packages = [...Object.entries(lockfile.packages), ...added].toSorted(([a], [b]) =>
    a.localeCompare(b, 'en'),
  );
  return { ...lockfile, packages: Object.fromEntries(packages) };
}

// Run this after each `npm install` that changes a dependency. If a registry lacks the packages of other platforms, npm leaves
// them out of the lockfile, and then `npm ci` refuses the lockfile on every platform. test/checks/lockfile.test.ts checks it.
if (import.meta.main) {
  const path = process.argv[2] ?? join(import.meta.dirname, '../package-lock.json');
  const lockfile = JSON.parse(await readFile(path, 'utf8')) as Lockfile;
  await writeFile(path, `${JSON.stringify(completeLockfile(lockfile), null, 2)}\n`);
}
