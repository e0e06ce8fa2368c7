/** An entry as far as a story needs it. */
export interface StoryRow {
  readonly id: string;
  readonly timestamp: string;
}

/** Equal entries one after the other, newest first. */
export interface Run<Row> {
  readonly kind: 'run';
  readonly id: string;
  readonly rows: readonly Row[];
}

export type StoryLine<Row> =
  | { readonly kind: 'row'; readonly row: Row; readonly isInRun: boolean }
  | Run<Row>
  /** Nothing happened for so long. */
  | { readonly kind: 'quiet'; readonly id: string; readonly ms: number };

const LEAST_RUN = 3;

/** How long nothing must happen to be worth a line, for a range of this length. */
export const quietMs = (rangeMs: number): number => Math.min(Math.max(rangeMs / 48, 60_000), 86_400_000);

/**
 * The lines of a page of rows, newest first: a quiet time is a line of its own, and three or more equal entries in a row become one line,
 * unless the reader has opened it.
 */
export function tellStory<Row extends StoryRow>(
  rows: readonly Row[],
  before: Row | null,
  {
    likeness,
    quiet,
    opened,
  }: {
    /** Entries with the same text are equal. */
    readonly likeness: (row: Row) => string;
    readonly quiet: number;
    /** Ids of runs that the reader has opened. */
    readonly opened: ReadonlySet<string>;
  },
): readonly StoryLine<Row>[] {
  const lines: StoryLine<Row>[] = [];
  let newer = before;
  for (let at = 0; at < rows.length;) {
    const first = rows[at];
    if (first === undefined) break;
    const silence = newer ? Date.parse(newer.timestamp) - Date.parse(first.timestamp) : 0;
    if (silence >= quiet) lines.push({ kind: 'quiet', id: `quiet ${first.id}`, ms: silence });
    const run = takeRun(rows, at, likeness, quiet);
    if (run.length < LEAST_RUN) {
      lines.push({ kind: 'row', row: first, isInRun: false });
      newer = first;
      at += 1;
      continue;
    }
    lines.push({ kind: 'run', id: first.id, rows: run });
    if (opened.has(first.id)) for (const row of run) lines.push({ kind: 'row', row, isInRun: true });
    newer = run.at(-1) ?? first;
    at += run.length;
  }
  return lines;
}

/** A quiet time ends a run. */
function takeRun<Row extends StoryRow>(
  rows: readonly Row[],
  from: number,
  likeness: (row: Row) => string,
  quiet: number,
): readonly Row[] {
  const [first] = rows.slice(from, from + 1);
  if (first === undefined) return [];
  const wanted = likeness(first);
  const run = [first];
  for (const row of rows.slice(from + 1)) {
    const silence = Date.parse(run.at(-1)?.timestamp ?? '') - Date.parse(row.timestamp);
    if (likeness(row) !== wanted || silence >= quiet) break;
    run.push(row);
  }
  return run;
}
