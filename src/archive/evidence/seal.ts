import { join } from 'node:path';
import { formatInstant } from '../../base/time.ts';
import type { Range } from '../../base/time.ts';
import type { Source } from '../../base/source.ts';
import { findGaps, findHeld } from '../ledger.ts';
import type { ReadSpan } from '../ledger.ts';
import type { ArchiveStore } from '../store.ts';
import { readChain } from './chain.ts';
import type { Chain, SealedDay } from './chain.ts';
import { SEALED_COLUMNS } from './columns.ts';
import type { SealableTable, SealedColumns, SealedRow } from './columns.ts';
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
} from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { hasSameRows, stageRows, withDatabase, writeRows } from './parquet.ts';

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

/** As many rows are read from the archive at once. */
const PAGE_ROWS = 5_000;

/**
 * Seals a closed day. If it was sealed before and its rows differ now, it appends a revision, which names the one that it supersedes.
 * If the process dies, the day is either sealed or not, and the next sealing removes what is left.
 * @throws EvidenceRefused if the archive does not hold the day whole, or if the folder's chain is broken
 */
export async function sealDay(request: SealRequest): Promise<Sealing> {
  const { source, day, folder, key, held, overlapMs, steps = fileSteps } = request;
  const range = rangeOfDay(day);
  checkHeld(source, day, range, findHeld(held, overlapMs, null));
  await makeFolders(folder);
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
    await stageRows(database, columns, readPages(columns.tableOf(store), range));
    if (before && newest) {
      await checkRows(folder, before);
      if (await hasSameRows(database, columns, join(folder, rowsPath(before.stem)))) {
        const { rows } = before.manifest;
        return { outcome: 'UNCHANGED', manifest: manifestPath(before.stem), rows, head: newest.digest };
      }
    }
    const revision = (before?.manifest.revision ?? 0) + 1;
    const stem = stemOf({ source, day, revision });
    const path = (file: string): string => join(folder, partialPath(file));
    const rows = await writeRows(database, columns, path(rowsPath(stem)));
    await steps.sync(path(rowsPath(stem)));
    const manifest: Manifest = {
      format: 1,
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
    const bytes = encodeManifest(manifest);
    await steps.write(path(signaturePath(stem)), signBytes(bytes, key));
    await steps.write(path(manifestPath(stem)), bytes);
    await publish(folder, stem, steps);
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
async function checkRows(folder: string, { stem, manifest }: SealedDay): Promise<void> {
  const digest = await digestOfFile(join(folder, rowsPath(stem))).catch(() => null);
  if (digest !== manifest.sha256)
    throw new EvidenceRefused(
      `${rowsPath(stem)} in ${folder} is missing or altered, so it is unknown whether rows came later. Put the file back from a copy.`,
    );
}

/** The rows of a day, newest first. */
async function* readPages<Row extends SealedRow>(
  table: SealableTable<Row>,
  range: Range,
): AsyncGenerator<readonly Row[]> {
  const question = { range, filter: {}, direction: 'DESC', limit: PAGE_ROWS, knownAtMs: null } as const;
  let after: Row | null = null;
  for (;;) {
    const page: readonly Row[] = await table.list({ ...question, after });
    yield page;
    const last = page.at(-1);
    if (!last || page.length < PAGE_ROWS) return;
    after = last;
  }
}
