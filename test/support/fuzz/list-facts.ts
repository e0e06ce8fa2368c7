import type { Span } from './coverage-span.ts';
import type { ListPlan } from './list-plan.ts';
import { compareRows, nameOf } from './log.ts';
import type { LogRow, Position } from './log.ts';
import type { ReportViolation } from './violation.ts';
import type { World } from './world.ts';

/** What the pages of one list have given so far, and the plan and log that they are compared with. */
export interface ListFacts {
  readonly world: World;
  readonly plan: ListPlan;
  readonly report: ReportViolation;
  readonly startMs: number;
  /** The range of the first page; null: there is no page yet. */
  range: { readonly fromMs: number; readonly toMs: number } | null;
  /** The given rows by name, in the order of the pages. */
  readonly given: Map<string, LogRow>;
  last: LogRow | null;
  /** The coverage of all accepted pages, each entry with its page. */
  readonly covered: (Span & { readonly page: string })[];
  /** Below zero if `a` comes before `b` on these pages. */
  compare(a: Position, b: Position): number;
  /** A row of the log by its name. */
  find(name: string): LogRow | undefined;
}

export function createListFacts(world: World, plan: ListPlan, report: ReportViolation): ListFacts {
  const byName = new Map<string, LogRow>();
  let known = 0;
  const sign = plan.isForward === plan.isAscending ? -1 : 1;
  return {
    world,
    plan,
    report,
    startMs: world.now(),
    range: null,
    given: new Map(),
    last: null,
    covered: [],
    compare: (a, b) => sign * compareRows(a, b),
    find(name) {
      // The log grows while the list is read.
      for (const { rows } = world.log; known < rows.length; known += 1) {
        const row = rows[known];
        if (row) byName.set(nameOf(row), row);
      }
      return byName.get(name);
    },
  };
}

/** Whether the list must contain this row while it exists. */
export function isExpected({ range, plan }: ListFacts, row: LogRow): boolean {
  return (
    range !== null &&
    row.defect === null &&
    plan.sources.includes(row.source) &&
    row.ms >= range.fromMs &&
    row.ms < range.toMs &&
    plan.filter.isMatch(row)
  );
}

/** Whether the vendor answers the query with this row, and the row can't be parsed. */
export function isSpoilt({ range, plan }: ListFacts, row: LogRow): boolean {
  return (
    range !== null &&
    row.defect !== null &&
    plan.sources.includes(row.source) &&
    row.ms >= range.fromMs &&
    row.ms < range.toMs &&
    plan.filter.isAsked(row)
  );
}
