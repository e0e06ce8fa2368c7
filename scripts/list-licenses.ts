import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** As much of `package-lock.json` as is read here. */
export interface LicensedLockfile {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly license?: string; readonly dev?: boolean }>
  >;
}

/** The packages that are part of the running service, `name@version`, by their licences. */
export function listLicenses({ packages }: LicensedLockfile): ReadonlyMap<string, readonly string[]> {
  const licenses = new Map<string, string[]>();
  for (const [path, { version = '', license = 'none', dev = false }] of Object.entries(packages)) {
    // The empty path is this project.
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
