import type { Source } from '../base/source.ts';

/** What a finding is about. */
export type Subject = Source | 'SETTINGS' | 'REDIS' | 'ARCHIVE';

/**
 * `ok`: as the service expects. `note`: the service copes, but somebody should know. `wrong`: answers are wrong, slow or missing
 * until somebody acts. `unknown`: it could not be found out, or was not asked.
 */
export type Verdict = 'ok' | 'note' | 'wrong' | 'unknown';

/** One line of the report. It holds no secret, no address and no value of a row. */
export interface Finding {
  readonly subject: Subject;
  /** What was looked at: `clock`, `order` … */
  readonly check: string;
  readonly verdict: Verdict;
  readonly asked: string;
  readonly came: string;
  /** What to do; null: nothing. */
  readonly advice: string | null;
}

/** A vendor call that the doctor will make. */
export interface PlannedCall {
  readonly source: Source;
  /** The vendor's path template. */
  readonly operation: string;
  /** What it finds out. */
  readonly purpose: string;
}

/** Makes the findings of one subject. */
export function createFindings(subject: Subject): {
  readonly all: readonly Finding[];
  add(check: string, verdict: Verdict, asked: string, came: string, advice?: string): void;
} {
  const all: Finding[] = [];
  return {
    all,
    add: (check, verdict, asked, came, advice) =>
      void all.push({ subject, check, verdict, asked, came, advice: advice ?? null }),
  };
}

const LONGEST_NAME = 60;

/** A name that a vendor gave, for people: without characters that a terminal obeys, and not too long. */
export function showName(name: string): string {
  const plain = name.toWellFormed().replace(/[\p{C}\p{Z}]+/gu, ' ');
  return `'${plain.length > LONGEST_NAME ? `${plain.slice(0, LONGEST_NAME)}…` : plain}'`;
}
