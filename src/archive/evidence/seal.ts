import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { formatInstant } from '../../base/time.ts';
import type { Range } from '../../base/time.ts';
import type { Source } from '../../base/source.ts';
import { keepDisjoint, readHistory } from '../history.ts';
import type { RowVersion } from '../history.ts';
import { findGaps, findHeld } from '../ledger.ts';
import type { ReadSpan } from '../ledger.ts';
import { readRows } from '../pages.ts';
import type { ArchiveStore } from '../store.ts';
import { readChain } from './chain.ts';
import type { Chain, SealedDay } from './chain.ts';
import { SEALED_COLUMNS, versionColumns } from './columns.ts';
import type { FileColumns, SealableTable, SealedColumns, SealedRow } from './columns.ts';
import { digestOfFile, fileSteps, makeFolders, partialPath, publish, removeLeftovers } from './folder.ts';
import type { FileSteps } from './folder.ts';
import { signBytes } from './keys.ts';
import type { SigningKey } from './keys.ts';
import {
  digestOf,
  encodeCoverage,
  encodeManifest,
  EvidenceRefused,
  manifestPath,
  newestRevisions,
  rangeOfDay,
  rowsPath,
  signaturePath,
  stemOf,
  versionsPath,
} from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { countStaged, hasSameRows, stageRows, withDatabase, writeRows } from './parquet.ts';

/** Which day to seal, from where to where. */
export interface SealRequest {
  readonly store: ArchiveStore;
  readonly source: Source;
  /** A day in UTC: `2026-11-24`. */
  readonly day: string;
  /** The folder of sealed days. One process at a time may seal into it. */
  readonly folder: string;
  readonly key: SigningKey;
  /** The ledger of the source, as `foldReads` gives it, from before the rows are read. */
  readonly held: readonly ReadSpan[];
  /** How long after its time an instant must have been read. */
  readonly overlapMs: number;
  readonly nowMs: number;
  readonly steps?: FileSteps;
}

/** The result of sealing a day. */
export interface Sealing {
  /** `UNCHANGED`: the day was sealed before, with the same rows. */
  readonly outcome: 'SEALED' | 'UNCHANGED';
  /** The path of the day's manifest in the folder. */
  readonly manifest: string;
  readonly rows: number;
  /** The digest of the newest manifest in the folder. To show later that no day is missing, publish it elsewhere. */
  readonly head: string;
}

/**
 * Seals a closed day. If it was sealed before and its rows differ now, it appends a revision, which names the one that it supersedes.
 * If the process dies, the day is either sealed or not, and the next sealing removes what is left.
 * @throws EvidenceRefused if the archive does not hold the day whole, or if the folder's chain is broken
 */
export async function sealDay(request: SealRequest): Promise<Sealing> {
  const { source, day, folder, key, held, overlapMs, steps = fileSteps } = request;
  const range = rangeOfDay(day);
  checkHeld(source, day, range, findHeld(held, overlapMs, null));
  makeFolders(folder);
  await removeLeftovers(folder, steps);
  const chain = await readChain(folder, key.public);
  const [fault] = chain.faults;
  if (fault !== undefined)
    throw new EvidenceRefused(
      `No day can be added to the sealed days in ${folder}: ${fault} npm run archive -- verify lists each fault.`,
    );
  const columns = SEALED_COLUMNS[source] as SealedColumns<SealedRow>;
  return sealRows(request, { range, chain, columns, steps });
}

interface Task {
  readonly range: Range;
  readonly chain: Chain;
  readonly columns: SealedColumns<SealedRow>;
  readonly steps: FileSteps;
}

async function sealRows(request: SealRequest, { range, chain, columns, steps }: Task): Promise<Sealing> {
  const { store, source, day, folder, key, held, nowMs } = request;
  const before = newestRevisions(chain.days).find(
    ({ manifest }) => manifest.source === source && manifest.day === day,
  );
  const newest = chain.days.at(-1);
  return withDatabase(async (database) => {
    const table = columns.tableOf(store);
    const history = versionColumns(columns);
    await stageRows(database, columns, readRows(table.list, range));
    // After the rows, so that the newest version of each is among them, whatever is read meanwhile.
    await stageRows(database, history, readVersions(table, range));
    if (before && newest) {
      await checkFiles(folder, before);
      const hadRows = await hasSameRows(database, columns, join(folder, rowsPath(before.stem)));
      if (hadRows && (await hasSameVersions(database, history, folder, before))) {
        const { rows } = before.manifest;
        return { outcome: 'UNCHANGED', manifest: manifestPath(before.stem), rows, head: newest.digest };
      }
    }
    const revision = (before?.manifest.revision ?? 0) + 1;
    const stem = stemOf({ source, day, revision });
    const path = (file: string): string => join(folder, partialPath(file));
    const rows = await writeRows(database, columns, path(rowsPath(stem)));
    await steps.sync(path(rowsPath(stem)));
    const versions = await writeVersions(database, history, path(versionsPath(stem)), steps);
    const common = {
      sequence: (newest?.manifest.sequence ?? 0) + 1,
      source,
      day,
      revision,
      supersedes: before ? manifestPath(before.stem) : null,
      file: rowsPath(stem),
      rows,
      sha256: await digestOfFile(path(rowsPath(stem))),
      coverage: encodeCoverage(held, range),
      sealedAt: formatInstant(nowMs),
      previous: newest ? { manifest: manifestPath(newest.stem), sha256: newest.digest } : null,
    };
    const manifest: Manifest = versions
      ? { format: 2, ...common, versions: { file: versionsPath(stem), ...versions } }
      : { format: 1, ...common };
    const bytes = encodeManifest(manifest);
    await steps.write(path(signaturePath(stem)), signBytes(bytes, key));
    await steps.write(path(manifestPath(stem)), bytes);
    await publish(folder, stem, versions !== null, steps);
    return { outcome: 'SEALED', manifest: manifestPath(stem), rows, head: digestOf(bytes) };
  });
}

function checkHeld(source: Source, day: string, range: Range, held: readonly Range[]): void {
  const gaps = findGaps(held, range);
  const oldest = gaps.at(-1);
  if (!oldest) return;
  const from = formatInstant(oldest.fromMs);
  throw new EvidenceRefused(
    `${source} of ${day} can't be sealed: the archive does not hold it whole. ${from} to ${formatInstant(oldest.toMs)} was not read, or was read too soon to be final${gaps.length > 1 ? `, and so were ${gaps.length - 1} later parts` : ''}. Let the service read it, or run npm run archive -- backfill --from ${from}.`,
  );
}

/** A revision is compared with the rows that it supersedes, so they must be those that were sealed. */
async function checkFiles(folder: string, { manifest }: SealedDay): Promise<void> {
  for (const { file, sha256 } of manifest.format === 1 ? [manifest] : [manifest, manifest.versions]) {
    const digest = await digestOfFile(join(folder, file)).catch(() => null);
    if (digest !== sha256)
      throw new EvidenceRefused(
        `${file} in ${folder} is missing or altered, so it is unknown whether rows came later. Put the file back from a copy.`,
      );
  }
}

/** Whether a sealed day has the staged versions. */
async function hasSameVersions(
  database: DuckDBConnection,
  columns: FileColumns<RowVersion<SealedRow>>,
  folder: string,
  { stem, manifest }: SealedDay,
): Promise<boolean> {
  if (manifest.format === 1) return (await countStaged(database, columns)) === 0;
  return hasSameRows(database, columns, join(folder, versionsPath(stem)));
}

/** @returns null if no row of the day was changed; then there is no file */
async function writeVersions(
  database: DuckDBConnection,
  columns: FileColumns<RowVersion<SealedRow>>,
  path: string,
  steps: FileSteps,
): Promise<{ readonly rows: number; readonly sha256: string } | null> {
  if ((await countStaged(database, columns)) === 0) return null;
  const rows = await writeRows(database, columns, path);
  await steps.sync(path);
  return { rows, sha256: await digestOfFile(path) };
}

async function* readVersions<Row extends SealedRow>(
  { listVersions }: SealableTable<Row>,
  range: Range,
): AsyncGenerator<readonly RowVersion<Row>[]> {
  // Two writers that did not see each other may have left versions that overlap.
  for await (const versions of readHistory(listVersions, range)) yield keepDisjoint(versions);
}
