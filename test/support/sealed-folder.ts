import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSigningKey, makeKeyPair, signBytes } from '../../src/archive/evidence/keys.ts';
import type { SigningKey } from '../../src/archive/evidence/keys.ts';
import { digestOf } from '../../src/archive/evidence/manifest.ts';
import { withDatabase } from '../../src/archive/evidence/parquet.ts';
import { sealDay } from '../../src/archive/evidence/seal.ts';
import type { SealRequest, Sealing } from '../../src/archive/evidence/seal.ts';
import { foldReads } from '../../src/archive/ledger.ts';
import type { ReadSpan } from '../../src/archive/ledger.ts';
import type { ArchiveStore } from '../../src/archive/store.ts';
import type { Source } from '../../src/base/source.ts';
import type { AuditEvent } from '../../src/sources/events/event.ts';
import type { UsageRecord } from '../../src/sources/usage/record.ts';

export const DAY_MS = 86_400_000;
export const OVERLAP_MS = 900_000;

export const newKey = (): SigningKey => readSigningKey(makeKeyPair().privatePem);

export const dayOf = (timestampMs: number): string => new Date(timestampMs).toISOString().slice(0, 10);

/** A span that was read once, a day after its end. */
export const readOf = (fromMs: number, toMs: number, atMs: number = toMs + DAY_MS): ReadSpan => ({
  fromMs,
  toMs,
  firstReadMs: atMs,
  lastReadMs: atMs,
  dropped: 0,
});

/** Writes rows that an archive reads of a span. */
export async function fill(
  store: ArchiveStore,
  rows: { readonly usage: readonly UsageRecord[]; readonly events: readonly AuditEvent[] },
  read: ReadSpan,
): Promise<void> {
  await store.usage.commit(rows.usage, read);
  await store.events.commit(rows.events, read);
}

/** Seals a day of one source with what the ledger says. */
export async function seal(
  store: ArchiveStore,
  source: Source,
  day: string,
  options: Pick<SealRequest, 'folder' | 'key'> & Partial<SealRequest>,
): Promise<Sealing> {
  const held = foldReads(await store[source === 'USAGE' ? 'usage' : 'events'].loadReads());
  const nowMs = Date.parse(day) + 3 * DAY_MS;
  return sealDay({ store, source, day, held, overlapMs: OVERLAP_MS, nowMs, ...options });
}

/** The files of a folder of sealed days, in order. */
export function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** The paths of the sealed days without their endings. */
export const stemsOf = (folder: string): string[] =>
  filesOf(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length));

const ENDINGS = ['.parquet', '.versions', '.sig', '.json'];

export function removeDay(folder: string, stem: string): void {
  for (const ending of ENDINGS) rmSync(join(folder, stem + ending), { force: true });
}

export function copyDay(
  folder: string,
  from: string,
  to: string,
  endings: readonly string[] = ENDINGS,
): void {
  for (const ending of endings)
    if (existsSync(join(folder, from + ending)))
      cpSync(join(folder, from + ending), join(folder, to + ending));
}

export function swapDays(folder: string, a: string, b: string, endings?: readonly string[]): void {
  copyDay(folder, a, 'swap', endings);
  copyDay(folder, b, a, endings);
  copyDay(folder, 'swap', b, endings);
  removeDay(folder, 'swap');
}

/** Rewrites the rows of a file. @param sql over `rows`, whose `nth` counts from 0 */
export async function rewriteRows(folder: string, stem: string, sql: string): Promise<void> {
  const path = join(folder, `${stem}.parquet`);
  await withDatabase(async (database) => {
    await database.run(
      `create table rows as select file_row_number as nth, * exclude (file_row_number) from read_parquet('${path}', file_row_number = true)`,
    );
    await database.run(`copy (select * exclude (nth) from (${sql})) to '${path}' (format parquet)`);
  });
}

export const readManifest = (folder: string, stem: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(folder, `${stem}.json`), 'utf8')) as Record<string, unknown>;

/** Changes fields of a manifest, and signs it if there is a key. */
export function rewriteManifest(
  folder: string,
  stem: string,
  fields: Readonly<Record<string, unknown>>,
  key?: SigningKey,
): void {
  const bytes = Buffer.from(`${JSON.stringify({ ...readManifest(folder, stem), ...fields }, null, 2)}\n`);
  writeFileSync(join(folder, `${stem}.json`), bytes);
  if (key) writeFileSync(join(folder, `${stem}.sig`), signBytes(bytes, key));
}

/** The digest of the rows as they are now. */
export const digestOfRows = (folder: string, stem: string): string =>
  digestOf(readFileSync(join(folder, `${stem}.parquet`)));

export function flipBit(folder: string, file: string, at: number): void {
  const path = join(folder, file);
  const bytes = readFileSync(path);
  const index = at % bytes.length;
  bytes[index] = bytes[index]! ^ 1;
  writeFileSync(path, bytes);
}
