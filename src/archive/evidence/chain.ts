import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findUnfinished, isPartial, listFiles } from './folder.ts';
import { isSignatureOf } from './keys.ts';
import {
  decodeManifest,
  digestOf,
  manifestPath,
  rowsPath,
  signaturePath,
  stemOf,
  versionsPath,
} from './manifest.ts';
import type { Manifest } from './manifest.ts';

/** One manifest of the chain. */
export interface SealedDay {
  /** The path of its files without their endings. */
  readonly stem: string;
  readonly manifest: Manifest;
  /** SHA-256 of the manifest's bytes. */
  readonly digest: string;
}

/** The manifests of a folder. */
export interface Chain {
  /** Those that can be read, in the order in which they were sealed. */
  readonly days: readonly SealedDay[];
  /** A sentence for each fault of a manifest, of the chain, or of a file without a manifest. Empty: the chain is whole. */
  readonly faults: readonly string[];
}

/** Reads each manifest and checks signatures, names and links. It does not read the rows. */
export async function readChain(folder: string, publicKey: KeyObject): Promise<Chain> {
  const files = await listFiles(folder);
  const faults: string[] = [];
  const days: SealedDay[] = [];
  for (const file of files) {
    if (!file.endsWith(manifestPath(''))) continue;
    const stem = file.slice(0, -manifestPath('').length);
    const bytes = await readWhole(folder, file);
    if (!bytes) {
      faults.push(`${file} can't be read.`);
      continue;
    }
    const signature = await readWhole(folder, signaturePath(stem));
    if (!signature) faults.push(`${signaturePath(stem)} is missing, so nothing shows who made ${file}.`);
    else if (!isSignatureOf(signature, bytes, publicKey))
      faults.push(`${file} does not have the signature in ${signaturePath(stem)} by this key.`);
    const manifest = decodeManifest(bytes);
    if (typeof manifest === 'string') faults.push(`${file} ${manifest}.`);
    else days.push({ stem, manifest, digest: digestOf(bytes) });
  }
  days.sort((a, b) => a.manifest.sequence - b.manifest.sequence || (a.stem < b.stem ? -1 : 1));
  return {
    days,
    faults: [...faults, ...findStrays(files), ...checkNames(days, files), ...checkLinks(days, files)],
  };
}

/** null: it can't be read, or is no file. */
async function readWhole(folder: string, file: string): Promise<Buffer | null> {
  return readFile(join(folder, file)).catch(() => null);
}

function findStrays(files: readonly string[]): string[] {
  const unfinished = findUnfinished(files);
  const known = new Set(files);
  const endings = [manifestPath(''), signaturePath(''), rowsPath(''), versionsPath('')];
  return files.flatMap((file) => {
    if (isPartial(file)) return [];
    const ending = endings.find((one) => file.endsWith(one));
    if (ending === undefined) return [`${file} was added: it is no file of a sealed day.`];
    const stem = file.slice(0, -ending.length);
    if (known.has(manifestPath(stem)) || unfinished.has(stem)) return [];
    return [`${file} belongs to no manifest: ${manifestPath(stem)} was removed, or the file was added.`];
  });
}

function checkNames(days: readonly SealedDay[], files: readonly string[]): string[] {
  return days.flatMap(({ stem, manifest }) => {
    const path = manifestPath(stem);
    const named = stemOf(manifest);
    if (named !== stem) return [`${path} is the manifest of ${named}: it was renamed or exchanged.`];
    if (manifest.file !== rowsPath(stem)) return [`${path} names the file ${manifest.file}, not its own.`];
    const versions = versionsPath(stem);
    if (manifest.format === 1)
      return files.includes(versions) ? [`${versions} was added: ${path} names no file of versions.`] : [];
    if (manifest.versions.file !== versions)
      return [`${path} names the file ${manifest.versions.file}, not its own.`];
    return [];
  });
}

function checkLinks(days: readonly SealedDay[], files: readonly string[]): string[] {
  return days.flatMap(({ stem, manifest }, at) => {
    const path = manifestPath(stem);
    const faults: string[] = [];
    const { previous, revision, supersedes, sequence } = manifest;
    const before = days[at - 1];
    const isFirst = sequence === 1;
    if (isFirst !== (previous === null)) faults.push(`${path} has a place in the chain that can't be.`);
    if (previous && !files.includes(previous.manifest))
      faults.push(`${previous.manifest} is missing: ${path} names it as the manifest before.`);
    else if (previous?.manifest !== (before && manifestPath(before.stem)))
      faults.push(`${path} does not follow on the manifest before it in the chain.`);
    else if (previous && previous.sha256 !== before?.digest)
      faults.push(`${previous.manifest} is not the manifest that ${path} was chained to: it was altered.`);
    const older = revision === 1 ? null : manifestPath(stemOf({ ...manifest, revision: revision - 1 }));
    if (supersedes !== older) faults.push(`${path} does not name the revision before it.`);
    else if (older !== null && !files.includes(older))
      faults.push(`${older} is missing: ${path} supersedes it.`);
    return faults;
  });
}
