/** `until_ms` of a version that no other has replaced: the greatest int64. */
export const OPEN_MS = '9223372036854775807';

/** What is stored of one version of a row. Records of equal `atMs`, `id`, `version` and `hash` are one, with the least of each time. */
export interface Version {
  readonly id: string;
  readonly atMs: number;
  /** How many versions of the row were known before it was written. */
  readonly version: number;
  /** Of the values, by the database, which keeps apart what two writers wrote at once; null: not written yet. */
  readonly hash: string | null;
  readonly firstSeenMs: number;
  readonly sinceMs: number;
  /** null: no version has replaced it. */
  readonly untilMs: number | null;
  readonly values: readonly unknown[];
  /** The time and the values, as text that is equal if they are. */
  readonly content: string;
}

/** A row as the vendor gives it now. */
export interface Sight extends Pick<Version, 'id' | 'atMs' | 'values' | 'content'> {
  /** When it was first seen, if that was before now, as for a row of a sealed day; null: now. */
  readonly firstSeenMs: number | null;
}

/**
 * What to write so that a row is there once, in the version that the vendor gives now. A row that is equal to its newest version
 * takes nothing.
 * @param versions each stored version of the row, in no order
 */
export function mergeSight(versions: readonly Version[], seen: Sight, seenMs: number): readonly Version[] {
  const newest = newestOf(versions.filter(isOpen));
  const closings = settleVersions(versions);
  if (newest && newest.content === seen.content) return closings;
  const isNew = versions.length === 0;
  const firstSeenMs = isNew ? (seen.firstSeenMs ?? seenMs) : earliestSight(versions);
  const sinceMs = isNew ? firstSeenMs : Math.max(seenMs, ...versions.map((version) => version.sinceMs));
  const version = versions.reduce((next, known) => Math.max(next, known.version + 1), 0);
  return [
    ...closings,
    ...(newest ? [{ ...newest, firstSeenMs, untilMs: sinceMs }] : []),
    { ...seen, version, hash: null, firstSeenMs, sinceMs, untilMs: null },
  ];
}

/**
 * What to write so that one version of a row is the newest: two writers that did not see each other may have left two, or have
 * replaced each other's. Of two, the one seen later stays.
 */
export function settleVersions(versions: readonly Version[]): readonly Version[] {
  const open = versions.filter(isOpen);
  const newest = newestOf(open);
  const firstSeenMs = earliestSight(versions);
  if (newest) {
    const replaced = open.filter((version) => version !== newest);
    const closings = replaced.map((version) => ({
      ...version,
      firstSeenMs,
      untilMs: Math.max(version.sinceMs, newest.sinceMs),
    }));
    return newest.firstSeenMs > firstSeenMs ? [...closings, { ...newest, firstSeenMs }] : closings;
  }
  const last = newestOf(versions);
  if (!last) return [];
  const sinceMs = Math.max(...versions.map(({ untilMs }) => untilMs ?? 0));
  return [{ ...last, version: last.version + 1, hash: null, firstSeenMs, sinceMs, untilMs: null }];
}

function isOpen({ untilMs }: Version): boolean {
  return untilMs === null;
}

function earliestSight(versions: readonly Version[]): number {
  return Math.min(...versions.map(({ firstSeenMs }) => firstSeenMs));
}

function newestOf(versions: readonly Version[]): Version | null {
  return versions.reduce<Version | null>((newest, version) => {
    if (!newest) return version;
    const order =
      version.version - newest.version ||
      version.sinceMs - newest.sinceMs ||
      Number(String(version.hash) > String(newest.hash)) - 0.5;
    return order > 0 ? version : newest;
  }, null);
}
