/** The laws that every answer must keep. */
export const LAWS = [
  'coverage agrees with the log',
  'a row that exists is given, or coverage says why it may be missing',
  'a row is given once, in order',
  'a list ends',
  'coverage has no gap',
  'a count is as accurate as it says',
  'page info is correct',
  'a series equals the log',
  'an error has a code',
  'a given row is found by its id',
] as const;
export type Law = (typeof LAWS)[number];

export interface Violation {
  readonly law: Law;
  readonly text: string;
}

/** Notes a violation. Only the first few of a turn are kept. */
export type ReportViolation = (law: Law, text: string) => void;

const MOST = 6;

export function collectViolations(): {
  readonly report: ReportViolation;
  readonly violations: readonly Violation[];
} {
  const violations: Violation[] = [];
  return {
    violations,
    report: (law, text) => {
      if (violations.length < MOST) violations.push({ law, text });
    },
  };
}
