/** What every answer is held to. */
export const LAWS = [
  'coverage that vouches for a stretch equals the log',
  'a row that stands is given, or a stretch says otherwise',
  'a row is given once, in order',
  'a walk ends',
  'coverage has no gap',
  'a count is what it says',
  'page info is right',
  'a series equals the log',
  'an error is coded',
  'what was given can be had by its id',
] as const;
export type Law = (typeof LAWS)[number];

export interface Violation {
  readonly law: Law;
  readonly text: string;
}

/** Keeps what is wrong; of one turn a few are enough. */
export type Blame = (law: Law, text: string) => void;

const MOST = 6;

export function createBlame(): { readonly blame: Blame; readonly violations: readonly Violation[] } {
  const violations: Violation[] = [];
  return {
    violations,
    blame: (law, text) => {
      if (violations.length < MOST) violations.push({ law, text });
    },
  };
}
