import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The part of `package-lock.json` that this script reads. */
export interface LicensedLockfile {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly license?: string; readonly dev?: boolean }>
  >;
}

/** The packages of the running service as `name@version`, by licence. Development tools are left out. */
export function listLicenses({ packages }: LicensedLockfile): ReadonlyMap<string, readonly string[]> {
  const licenses = new Map<string, string[]>();
  for (const [path, { version = '', license = 'none', dev = false }] of Object.entries(packages)) {
    // The empty path is the project itself.
    if (path === '' || dev) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    licenses.set(license, [...(licenses.get(license) ?? []), `${name}@${version}`]);
  }
  return new Map([...licenses].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

if (import.meta.main) {
  const text = await readFile(join(import.meta.dirname, '../package-lock.json'), 'utf8');
  for (const [license, names] of listLicenses(JSON.parse(text) as LicensedLockfile)) {
    console.log(`${license} (${names.length})\n  ${names.join('\n  ')}\n`);
  }
}
