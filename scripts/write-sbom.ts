import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listLicenses } from './list-licenses.ts';
import type { LicensedLockfile } from './list-licenses.ts';

/** The part of a CycloneDX document that this script changes. */
interface Sbom {
  readonly metadata: { readonly component: { readonly name: string } & Readonly<Record<string, unknown>> };
  readonly components: readonly SbomComponent[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

interface SbomComponent {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly licenses?: readonly unknown[];
}

/**
 * The same document with these packages only. `npm sbom --omit dev` would leave out too much: each package that some tool needs, also if the
 * service needs it, too.
 *
 * @param packages as `name@version`
 */
function keepPackages(sbom: Sbom, name: string, packages: ReadonlySet<string>): Sbom {
  const components = sbom.components.filter((one) => packages.has(`${one.name}@${one.version}`));
  const kept = new Set(components.map((component) => component['bom-ref']));
  const isKept = (ref: string): boolean => kept.has(ref);
  const project = sbom.dependencies.find(({ ref }) => !sbom.components.some((one) => one['bom-ref'] === ref));
  return {
    ...sbom,
    // npm names it after the folder.
    metadata: { ...sbom.metadata, component: { ...sbom.metadata.component, name } },
    components,
    dependencies: sbom.dependencies
      .filter(({ ref }) => isKept(ref) || ref === project?.ref)
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(isKept) })),
  };
}

/** The bill of materials of the service, from the lockfile. */
export function readSbom(root: string): Sbom {
  const printed = execFileSync(
    'npm',
    ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only'],
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  const lockfile = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as LicensedLockfile;
  const packages = new Set([...listLicenses(lockfile).values()].flat());
  return keepPackages(JSON.parse(printed) as Sbom, 'sightline', packages);
}

if (import.meta.main) console.log(JSON.stringify(readSbom(join(import.meta.dirname, '..')), null, 2));
