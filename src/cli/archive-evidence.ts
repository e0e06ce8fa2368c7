import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { makeKeyPair, readPublicKey, readSigningKey } from '../archive/evidence/keys.ts';
import { EvidenceRefused } from '../archive/evidence/manifest.ts';
import { restoreFolder } from '../archive/evidence/restore.ts';
import { sealDay } from '../archive/evidence/seal.ts';
import { examineFolder } from '../archive/evidence/verify.ts';
import { foldReads } from '../archive/ledger.ts';
import type { ArchiveStore } from '../archive/store.ts';
import { SOURCES } from '../base/source.ts';
import type { Source } from '../base/source.ts';
import { systemClock } from '../base/time.ts';
import { readWords, withRefusals, withStore } from './archive-store.ts';
import { EXIT_USAGE, quit, readMessage } from './process.ts';

const TEXT = { type: 'string' } as const;

/** `archive export-day DAY… --out FOLDER --key FILE`: seals days, oldest first, and prints the new head. */
export async function runSealDay(args: readonly string[]): Promise<void> {
  const { values, positionals } = readWords('export-day', args, {
    out: TEXT,
    key: TEXT,
    source: TEXT,
    archive: TEXT,
  });
  const { out, key: keyFile } = values;
  if (positionals.length === 0 || out === undefined || keyFile === undefined)
    return quit(EXIT_USAGE, ['export-day needs a day, --out FOLDER and --key FILE.']);
  const only = SOURCES.find((source) => source.toLowerCase() === values.source);
  if (values.source !== undefined && !only) return quit(EXIT_USAGE, ['--source is usage or events.']);
  await withRefusals(async () => {
    const key = readSigningKey(readKeyFile(keyFile));
    await withStore(values.archive, async (store, { overlapMs }) => {
      const sources = only ? [only] : await listRead(store);
      if (sources.length === 0)
        throw new EvidenceRefused('The archive has read nothing yet, so there is no day to seal.');
      let head: string | null = null;
      try {
        for (const day of positionals.toSorted()) {
          for (const source of sources) {
            const held = foldReads(await loadReads(store, source));
            const request = { store, source, day, folder: out, key, held, overlapMs };
            const sealing = await sealDay({ ...request, nowMs: systemClock.now() });
            head = sealing.head;
            const outcome = sealing.outcome === 'SEALED' ? 'sealed' : 'was sealed before, with the same rows';
            process.stdout.write(`${sealing.manifest}: ${outcome}, ${sealing.rows} rows\n`);
          }
        }
      } finally {
        // If a later day is refused, the days before it are sealed all the same.
        if (head !== null) process.stdout.write(`head: ${head}\n`);
      }
    });
  });
}

/** `archive verify FOLDER --key FILE`: prints each fault and exits with 1, or prints the head. */
export async function runVerify(args: readonly string[]): Promise<void> {
  const { values, positionals } = readWords('verify', args, { key: TEXT, head: TEXT });
  const [folder, ...more] = positionals;
  const { key, head } = values;
  if (folder === undefined || more.length > 0 || key === undefined)
    return quit(EXIT_USAGE, ['verify needs one folder and --key FILE, the public key.']);
  await withRefusals(async () => {
    const { faults, days } = await examineFolder(folder, readPublicKey(readKeyFile(key)), publishedOf(head));
    if (faults.length > 0) return quit(1, faults);
    const rows = days.reduce((sum, { manifest }) => sum + manifest.rows, 0);
    process.stdout.write(
      `${folder}: ${days.length} manifests, ${rows} rows, no fault\nhead: ${days.at(-1)!.digest}\n`,
    );
  });
}

/** `archive restore FOLDER --key FILE`: writes sealed days into an archive. */
export async function runRestore(args: readonly string[]): Promise<void> {
  const { values, positionals } = readWords('restore', args, { key: TEXT, head: TEXT, archive: TEXT });
  const [folder, ...more] = positionals;
  const { key, head, archive } = values;
  if (folder === undefined || more.length > 0 || key === undefined)
    return quit(EXIT_USAGE, ['restore needs one folder and --key FILE, the public key.']);
  await withRefusals(async () => {
    const publicKey = readPublicKey(readKeyFile(key));
    await withStore(
      archive,
      async (store) => {
        const { days, rows, skipped } = await restoreFolder(folder, store, publicKey, publishedOf(head));
        process.stdout.write(
          `${folder}: ${days} days restored, ${rows} rows written, ${skipped} days were there\n`,
        );
      },
      'make',
    );
  });
}

/** `archive make-key FILE`: writes a new private key, which only its owner can read, and its public key to `FILE.pub`. */
export async function runMakeKey(args: readonly string[]): Promise<void> {
  const { positionals } = readWords('make-key', args, {});
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0)
    return quit(EXIT_USAGE, ['make-key needs the name of one file.']);
  const { privatePem, publicPem } = makeKeyPair();
  const publicFile = `${file}.pub`;
  await withRefusals(async () => {
    if (existsSync(publicFile)) throw new EvidenceRefused(`${publicFile} is there already.`);
    try {
      writeFileSync(file, privatePem, { flag: 'wx', mode: 0o600 });
      writeFileSync(publicFile, publicPem, { flag: 'wx' });
    } catch (error) {
      throw new EvidenceRefused(`The key can't be written: ${readMessage(error)}`, { cause: error });
    }
  });
  process.stdout.write(
    `${file}: the private key. Keep it secret, and keep a copy.\n${publicFile}: the public key, for those who verify.\n`,
  );
}

const publishedOf = (head: string | undefined) => (head === undefined ? {} : { head });

function readKeyFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new EvidenceRefused(`The key can't be read: ${readMessage(error)}`, { cause: error });
  }
}

/** The ledger of a source. */
async function loadReads({ usage, events }: ArchiveStore, source: Source) {
  return (source === 'USAGE' ? usage : events).loadReads();
}

/** The sources of which the archive has read something. */
async function listRead(store: ArchiveStore): Promise<readonly Source[]> {
  const read: Source[] = [];
  for (const source of SOURCES) if ((await loadReads(store, source)).length > 0) read.push(source);
  return read;
}
