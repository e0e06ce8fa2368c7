import { expect } from 'vitest';
import type { ArchivedSource } from '../../src/archive/archive.ts';
import type { ReadSpan } from '../../src/archive/ledger.ts';
import { mergeRanges } from '../../src/base/time.ts';
import type { Range } from '../../src/base/time.ts';
import type { Position } from '../../src/sources/paging/position.ts';
import type { MovedClock, MovingRow, MovingVendor } from './moving-vendor.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
export const RETENTION_MS = 3 * DAY_MS;
export const REREADS = { overlapMs: 15 * MINUTE_MS, settleMs: DAY_MS };
/** A span that is due may wait for this part of the delay. */
export const WAITING = 4 / 3;
const EVERYTHING = { fromMs: 0, toMs: Date.parse('2126-01-01T00:00:00.000Z') };

/** A vendor, and what an archive has committed of it. */
export interface Watched {
  readonly vendor: MovingVendor;
  /** Each read that was committed, whoever has made it. */
  readonly reads: ReadSpan[];
}

/** When an instant was read for the last time, by all reads that were committed. */
function lastReadOf(reads: readonly ReadSpan[], ms: number): number | null {
  let lastMs: number | null = null;
  for (const { fromMs, toMs, lastReadMs } of reads)
    if (ms >= fromMs && ms < toMs) lastMs = Math.max(lastMs ?? -Infinity, lastReadMs);
  return lastMs;
}

/** After a round that was not behind, everything that the vendor keeps was read, and again when its time had come. */
export function expectAllRead({ vendor, reads }: Watched, nowMs: number): void {
  const fromMs = nowMs - RETENTION_MS;
  const [whole] = mergeRanges(reads);
  expect(whole?.fromMs).toBeLessThanOrEqual(fromMs);
  expect(whole?.toMs).toBeGreaterThanOrEqual(nowMs);
  for (const { timestampMs: ms } of vendor.rows.values()) {
    if (ms < fromMs || ms >= nowMs) continue;
    for (const delayMs of [REREADS.overlapMs, REREADS.settleMs])
      if (nowMs - ms >= delayMs * WAITING) expect(lastReadOf(reads, ms)).toBeGreaterThanOrEqual(ms + delayMs);
  }
}

async function listAll<Row extends Position>(
  archived: Pick<ArchivedSource<Row, object>, 'list'>,
): Promise<readonly Row[]> {
  const question = { range: EVERYTHING, filter: {}, direction: 'DESC', after: null, limit: null } as const;
  return archived.list({ ...question, knownAtMs: null });
}

/** Each row once, no row that was not read, and each row that the vendor had when its instant was last read. */
export async function expectTrue<Row extends Position>(
  archived: Pick<ArchivedSource<Row, object>, 'list' | 'heldSpans'>,
  { vendor, reads }: Watched,
  versionOf: (row: Row) => string | null,
): Promise<void> {
  const rows = await listAll(archived);
  const versions = new Map(rows.map((row) => [row.id, versionOf(row)]));
  expect(versions.size).toBe(rows.length);
  for (const [id, version] of versions) expect(vendor.given).toContain(`${id}@${version}`);
  for (const row of vendor.rows.values()) expectNotLost(row, lastReadOf(reads, row.timestampMs), versions);

  const read = mergeRanges(reads);
  const settled = mergeRanges(
    reads.map(({ fromMs, toMs, lastReadMs }) => ({
      fromMs,
      toMs: Math.max(fromMs, Math.min(toMs, lastReadMs - REREADS.overlapMs)),
    })),
  );
  const isInside = ({ fromMs, toMs }: Range, all: readonly Range[]): boolean =>
    all.some((one) => one.fromMs <= fromMs && toMs <= one.toMs);
  for (const span of archived.heldSpans(null)) expect(isInside(span, settled)).toBe(true);
  for (const span of archived.heldSpans(Infinity)) expect(isInside(span, read)).toBe(true);
}

function expectNotLost(
  { id, timestampMs, states }: MovingRow,
  lastReadMs: number | null,
  versions: ReadonlyMap<string, string | null>,
): void {
  const atRead = states.findLast(({ sinceMs }) => lastReadMs !== null && sinceMs <= lastReadMs);
  if (atRead?.version == null || atRead.isBad || states.at(-1)?.version === null) return;
  const held = versions.get(id);
  const facts = { id, timestampMs, lastReadMs, states, held };
  if (held == null) return expect(facts).toBe('a row that the archive holds');
  if (Number(held.slice(1)) < atRead.version) expect(facts).toBe('a row in the version of its last read');
}

/** The vendor's rows, all of them in their newest version, and no others but those that it has deleted. */
export async function expectSame<Row extends Position>(
  archived: Pick<ArchivedSource<Row, object>, 'list'>,
  { vendor }: Watched,
  versionOf: (row: Row) => string | null,
  { nowMs }: MovedClock,
): Promise<void> {
  const isKept = ({ timestampMs }: { timestampMs: number }): boolean =>
    timestampMs >= nowMs - RETENTION_MS && timestampMs < nowMs;
  const held = (await listAll(archived)).filter(isKept);
  const ofVendor = [...vendor.rows.values()].filter(isKept);
  const deleted = new Set(
    ofVendor.filter(({ states }) => states.at(-1)?.version === null).map(({ id }) => id),
  );
  const texts = (rows: readonly string[]): readonly string[] => rows.toSorted();
  expect(
    texts(held.filter(({ id }) => !deleted.has(id)).map((row) => `${row.id}@${versionOf(row)}`)),
  ).toEqual(
    texts(
      ofVendor
        .filter(({ id }) => !deleted.has(id))
        .map(({ id, states }) => `${id}@v${states.at(-1)?.version}`),
    ),
  );
}
