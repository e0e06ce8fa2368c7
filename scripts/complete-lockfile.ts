import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** As much of a package's entry in `package-lock.json` as is read and written here. */
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

/** Packages for one platform that a package names by exact version, and for which there is no entry. */
export function listMissingPackages(
  lockfile: Lockfile,
): { name: string; version: string; parent: LockedPackage }[] {
  return Object.values(lockfile.packages).flatMap((parent) =>
    Object.entries(parent.optionalDependencies ?? {})
      .filter(([name, version]) => isExact(version) && !lockfile.packages[`node_modules/${name}`])
      .map(([name, version]) => ({ name, version, parent })),
  );
}

/** What the name of a binary package says of its platform: `@oxlint/binding-linux-arm64-musl`. */
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

/** The lockfile with an entry for every platform, in npm's order. */
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

// A registry that lacks the packages of other platforms makes npm leave them out of the lockfile, which `npm ci` then
// refuses everywhere. To be run after each `npm install` that changed a dependency; proven by test/checks/lockfile.test.ts.
if (import.meta.main) {
  const path = join(import.meta.dirname, '../package-lock.json');
  const lockfile = JSON.parse(await readFile(path, 'utf8')) as Lockfile;
  await writeFile(path, `${JSON.stringify(completeLockfile(lockfile), null, 2)}\n`);
}
