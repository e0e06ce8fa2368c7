import { keyedDigest } from '../base/sealing.ts';
import { DAY_MS } from '../base/time.ts';
import { canonicalAddress, decodeAddresses } from '../sources/shared/addresses.ts';

/** What names a person in rows. */
export const ERASABLE = ['username', 'userId', 'address'] as const;
export type Erasable = (typeof ERASABLE)[number];

/** A record that the rows of one person were deleted. It does not name the person. */
export interface Erasure {
  readonly atMs: number;
  readonly by: Erasable;
  /** In hexadecimal digits; the same for all erasures of an archive. */
  readonly salt: string;
  /** Of what names the person, keyed by the salt, in hexadecimal digits. */
  readonly subject: string;
  /** How many rows were deleted then. */
  readonly usageRows: number;
  readonly eventRows: number;
}

/** The digest by which an archive knows a person whose rows it must not keep. */
export function digestSubject(salt: string, by: Erasable, value: string): string {
  return keyedDigest(Buffer.from(salt, 'hex'), `${by}\n${value}`).toString('hex');
}

/** One record of each person: of several, with all rows that were deleted, and when the first of them was made. */
export function foldErasures(erasures: readonly Erasure[]): readonly Erasure[] {
  const folded = new Map<string, Erasure>();
  for (const erasure of erasures) {
    const known = folded.get(erasure.subject) ?? { ...erasure, usageRows: 0, eventRows: 0 };
    folded.set(erasure.subject, {
      ...known,
      atMs: Math.min(known.atMs, erasure.atMs),
      usageRows: known.usageRows + erasure.usageRows,
      eventRows: known.eventRows + erasure.eventRows,
    });
  }
  return [...folded.values()];
}

/** The rows that an erasure has deleted. */
export interface Erased {
  readonly rows: number;
  /** The days (UTC) on which they were, such as `2026-11-24`; oldest first. */
  readonly days: readonly string[];
}

/** The one spelling of an address, by which its rows are erased; null: the text is not one address. */
export function readErasedAddress(text: string): string | null {
  const { ipAddress } = decodeAddresses(text);
  return ipAddress === null ? null : canonicalAddress(ipAddress);
}

/** The column of a source that holds a name or an id of a person; null: it has none. */
export function erasedColumn(table: 'usage' | 'events', by: Exclude<Erasable, 'address'>): string | null {
  if (by === 'username') return table === 'usage' ? 'userName' : 'username';
  return table === 'usage' ? 'userId' : null;
}

/** The days of some times, given as whole numbers of days since the epoch. */
export function daysOf(numbers: readonly number[]): readonly string[] {
  return numbers.toSorted((a, b) => a - b).map((day) => new Date(day * DAY_MS).toISOString().slice(0, 10));
}
