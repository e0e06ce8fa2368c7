import type { Span } from './coverage-span.ts';
import type { ListPlan } from './list-plan.ts';
import { compareRows, nameOf } from './log.ts';
import type { LogRow, Place } from './log.ts';
import type { Blame } from './violation.ts';
import type { World } from './world.ts';

/** What a walk knows so far, and by what it is judged. */
export interface WalkFacts {
  readonly world: World;
  readonly plan: ListPlan;
  readonly blame: Blame;
  readonly startMs: number;
  /** As the first page froze it; null: there is none yet. */
  range: { readonly fromMs: number; readonly toMs: number } | null;
  /** By name, in the order in which they came. */
  readonly given: Map<string, LogRow>;
  last: LogRow | null;
  /** Coverage of all pages that count, each with the page that it is from. */
  readonly covered: (Span & { readonly page: string })[];
  /** Below zero where the walk comes by `a` before `b`. */
  compare(a: Place, b: Place): number;
  /** A row of the log by its name. */
  find(name: string): LogRow | undefined;
}

export function createWalkFacts(world: World, plan: ListPlan, blame: Blame): WalkFacts {
  const byName = new Map<string, LogRow>();
  let known = 0;
  const sign = plan.isForward === plan.isAscending ? -1 : 1;
  return {
    world,
    plan,
    blame,
    startMs: world.now(),
    range: null,
    given: new Map(),
    last: null,
    covered: [],
    compare: (a, b) => sign * compareRows(a, b),
    find(name) {
      // Rows slip in while it goes on.
      for (const { rows } = world.log; known < rows.length; known += 1) {
        const row = rows[known];
        if (row) byName.set(nameOf(row), row);
      }
      return byName.get(name);
    },
  };
}

/** Whether the list is to hold this row, if it stands. */
export function isExpected({ range, plan }: WalkFacts, row: LogRow): boolean {
  return (
    range !== null &&
    row.defect === null &&
    plan.sources.includes(row.source) &&
    row.ms >= range.fromMs &&
    row.ms < range.toMs &&
    plan.filter.isMatch(row)
  );
}

/** Whether the vendor gives this row for the question, and it can't be understood. */
export function isSpoilt({ range, plan }: WalkFacts, row: LogRow): boolean {
  return (
    range !== null &&
    row.defect !== null &&
    plan.sources.includes(row.source) &&
    row.ms >= range.fromMs &&
    row.ms < range.toMs &&
    plan.filter.isAsked(row)
  );
}
