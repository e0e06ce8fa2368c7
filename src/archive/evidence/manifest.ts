import { createHash } from 'node:crypto';
import { z } from 'zod';
import { SOURCES } from '../../base/source.ts';
import type { Source } from '../../base/source.ts';
import { DAY_MS, formatInstant } from '../../base/time.ts';
import type { Range } from '../../base/time.ts';
import type { ReadSpan } from '../ledger.ts';

/** A day can't be sealed or restored. The message says why, and what to do. */
export class EvidenceRefused extends Error {
  override readonly name = 'EvidenceRefused';
}

/** Raised when a field is added or changes its meaning. A reader refuses a greater number. */
const NEWEST_FORMAT = 2;

const instant = z.iso.datetime({ precision: 3 });
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);

const firstShape = z.strictObject({
  format: z.literal(1),
  /** The place in the chain, from 1. */
  sequence: z.int().min(1),
  source: z.enum(SOURCES),
  /** A day in UTC: `2026-11-24`. */
  day: z.iso.date(),
  /** From 1. A greater one adds the rows that came after the day was sealed. */
  revision: z.int().min(1),
  /** The manifest of the revision before; null for the first one. */
  supersedes: z.string().nullable(),
  file: z.string(),
  rows: count,
  /** SHA-256 of the file, in hexadecimal digits. */
  sha256: digest,
  /** When each part of the day was read from the vendor, newest part first, and how many of its rows could not be parsed. */
  coverage: z.array(
    z.strictObject({ from: instant, to: instant, firstRead: instant, lastRead: instant, dropped: count }),
  ),
  sealedAt: instant,
  /** The manifest before this one in the chain, and the SHA-256 of its bytes; null for the first one. */
  previous: z.strictObject({ manifest: z.string(), sha256: digest }).nullable(),
});

/** A day with rows that changed after they were first seen. Other days have the first shape still. */
const secondShape = firstShape.extend({
  format: z.literal(NEWEST_FORMAT),
  /** The file of their versions, how many these are, and the file's SHA-256. */
  versions: z.strictObject({ file: z.string(), rows: z.int().min(1), sha256: digest }),
});

const manifestShape = z.discriminatedUnion('format', [firstShape, secondShape]);

/** What is said about one sealed day of one source. The operator's key signs its exact bytes. */
export type Manifest = Readonly<z.infer<typeof manifestShape>>;

export function encodeManifest(manifest: Manifest): Buffer {
  return Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
}

/** @returns a phrase instead of a manifest if the bytes are none of this version */
export function decodeManifest(bytes: Uint8Array): Manifest | string {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return 'is no JSON';
  }
  const format = z.object({ format: z.number() }).safeParse(json);
  if (format.success && format.data.format > NEWEST_FORMAT)
    return `has format ${format.data.format}, which a newer version reads`;
  const parsed = manifestShape.safeParse(json);
  return parsed.success ? parsed.data : 'is no manifest of a sealed day';
}

/** SHA-256 in hexadecimal digits. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What names the files of a sealed day. */
export type DayName = Pick<Manifest, 'source' | 'day' | 'revision'>;

/** The path of a sealed day's files without their endings: `usage/2026-11-24`, `usage/2026-11-24.r2`. */
export function stemOf({ source, day, revision }: DayName): string {
  return `${source.toLowerCase()}/${day}${revision === 1 ? '' : `.r${revision}`}`;
}

export const manifestPath = (stem: string): string => `${stem}.json`;
export const signaturePath = (stem: string): string => `${stem}.sig`;
export const rowsPath = (stem: string): string => `${stem}.parquet`;
/** Its ending keeps it from being served as an export, in which a row has one version. */
export const versionsPath = (stem: string): string => `${stem}.versions`;

/** @throws EvidenceRefused if the text is no day, such as `2026-11-24` */
export function rangeOfDay(day: string): Range {
  if (!z.iso.date().safeParse(day).success)
    throw new EvidenceRefused(`${day} is no day. Write it as year, month and day in UTC: 2026-11-24.`);
  const fromMs = Date.parse(`${day}T00:00:00.000Z`);
  return { fromMs, toMs: fromMs + DAY_MS };
}

/** The part of the ledger that lies in a day. @param reads folded, newest first */
export function encodeCoverage(reads: readonly ReadSpan[], { fromMs, toMs }: Range): Manifest['coverage'] {
  return reads
    .filter((read) => read.fromMs < toMs && read.toMs > fromMs)
    .map((read) => ({
      from: formatInstant(Math.max(read.fromMs, fromMs)),
      to: formatInstant(Math.min(read.toMs, toMs)),
      firstRead: formatInstant(read.firstReadMs),
      lastRead: formatInstant(read.lastReadMs),
      dropped: read.dropped,
    }));
}

export function decodeCoverage(coverage: Manifest['coverage']): readonly ReadSpan[] {
  return coverage.map(({ from, to, firstRead, lastRead, dropped }) => ({
    fromMs: Date.parse(from),
    toMs: Date.parse(to),
    firstReadMs: Date.parse(firstRead),
    lastReadMs: Date.parse(lastRead),
    dropped,
  }));
}

/** The newest revision of each sealed day, the one that was sealed last first. */
export function newestRevisions<Sealed extends { readonly manifest: Manifest }>(
  days: readonly Sealed[],
): readonly Sealed[] {
  const newest = new Map<string, Sealed>();
  for (const sealed of days) {
    const { source, day, revision } = sealed.manifest;
    const key: `${Source} ${string}` = `${source} ${day}`;
    if (revision > (newest.get(key)?.manifest.revision ?? 0)) newest.set(key, sealed);
  }
  return [...newest.values()].sort((a, b) => b.manifest.sequence - a.manifest.sequence);
}
