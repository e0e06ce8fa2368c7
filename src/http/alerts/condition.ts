import { z } from 'zod';

/** What is compared: the one value of the path, or what the values of its lists come to. */
const AGGREGATES = ['any', 'all', 'count', 'sum', 'max', 'min'] as const;
export type Aggregate = (typeof AGGREGATES)[number];

const COMPARISONS = {
  gt: (value, threshold) => value > threshold,
  gte: (value, threshold) => value >= threshold,
  lt: (value, threshold) => value < threshold,
  lte: (value, threshold) => value <= threshold,
  eq: (value, threshold) => value === threshold,
  ne: (value, threshold) => value !== threshold,
} satisfies Record<string, (value: number, threshold: number) => boolean>;
type Comparison = keyof typeof COMPARISONS;
const OPERATORS = Object.keys(COMPARISONS) as Comparison[];

/** One step into an answer. `isList`: it goes on in each item. */
export interface PathStep {
  readonly name: string;
  readonly isList: boolean;
}

/** A question about numbers of an answer. */
export interface Condition {
  readonly path: readonly PathStep[];
  /** Each value is divided by the value in the same place here; null: it is not. */
  readonly per: readonly PathStep[] | null;
  /** null: the path leads to one value. */
  readonly aggregate: Aggregate | null;
  readonly comparison: Comparison;
  readonly threshold: number;
  /** What it means if there is no value to compare, such as a share of no calls. */
  readonly empty: 'ok' | 'firing' | 'unknown';
}

/** What an answer says about a condition. `empty`: it has no value to compare, and the condition does not say what that means. */
export type Verdict =
  | { readonly kind: 'holds' | 'clear'; readonly value: number | null }
  | { readonly kind: 'empty' };

const PATH = /^[_A-Za-z]\w*(?:\[\])?(?:\.[_A-Za-z]\w*(?:\[\])?)*$/;
const path = z
  .string()
  .max(500)
  .regex(PATH, "must be names with dots between, and '[]' after each list: usageRecords.totalCount.value")
  .transform((text): readonly PathStep[] =>
    text.split('.').map((part) => ({ name: part.replace('[]', ''), isList: part.endsWith('[]') })),
  );

const number = z.number().optional();
const comparison = z.strictObject({
  gt: number,
  gte: number,
  lt: number,
  lte: number,
  eq: number,
  ne: number,
});
const aggregate = comparison.optional();

/** A condition as the file writes it: `{ path, any: { gt: 10 } }` or `{ path, lt: 0.95 }`. */
export const CONDITION = comparison
  .extend({
    path,
    per: path.optional(),
    empty: z.enum(['ok', 'firing', 'unknown']).default('unknown'),
    any: aggregate,
    all: aggregate,
    count: aggregate,
    sum: aggregate,
    max: aggregate,
    min: aggregate,
  })
  .transform((read, context): Condition => {
    const refuse = (message: string): never => {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    const given = AGGREGATES.filter((name) => read[name] !== undefined);
    const [name = null] = given;
    const compared = name === null ? read : read[name]!;
    const operators = OPERATORS.filter((operator) => compared[operator] !== undefined);
    const [operator] = operators;
    const isMixed = name !== null && OPERATORS.some((other) => read[other] !== undefined);
    if (given.length > 1 || isMixed || operators.length !== 1 || operator === undefined)
      return refuse(
        `must have one comparison (${OPERATORS.join(', ')}), alone or in one of ${AGGREGATES.join(', ')}`,
      );
    const hasLists = (steps: readonly PathStep[]): boolean => steps.some(({ isList }) => isList);
    if (hasLists(read.path) !== (name !== null))
      return refuse(
        `must have one of ${AGGREGATES.join(', ')} if its path has '[]', and none of them otherwise`,
      );
    if (read.per && (name === 'count' || listsOf(read.path) !== listsOf(read.per)))
      return refuse("'per' must go through the same lists as 'path', and has no use with 'count'");
    return {
      path: read.path,
      per: read.per ?? null,
      aggregate: name,
      comparison: operator,
      threshold: compared[operator]!,
      empty: read.empty,
    };
  });

/** The part of a path up to its last list. */
function listsOf(steps: readonly PathStep[]): string {
  const end = steps.findLastIndex(({ isList }) => isList) + 1;
  return steps
    .slice(0, end)
    .map(({ name, isList }) => `${name}${isList ? '[]' : ''}`)
    .join('.');
}

/** A path as the file writes it. */
export function writePath(steps: readonly PathStep[]): string {
  return steps.map(({ name, isList }) => `${name}${isList ? '[]' : ''}`).join('.');
}

/** Asks a condition of the `data` of an answer. */
export function judge(condition: Condition, data: unknown): Verdict {
  const { comparison: operator, threshold } = condition;
  const holds = (value: number): boolean => COMPARISONS[operator](value, threshold);
  const found = collect(condition.path, data);
  if (condition.aggregate === 'count') return found === null ? empty(condition) : decide(found.length, holds);
  const divisors = condition.per && collect(condition.per, data);
  const values = found?.map((value, index) => divide(value, condition.per ? divisors?.[index] : 1)) ?? [];
  const known = values.filter((value) => value !== null);
  const isKnownWhole = found !== null && known.length === values.length;
  switch (condition.aggregate) {
    case 'any': {
      const match = known.find(holds);
      if (match !== undefined) return { kind: 'holds', value: match };
      return isKnownWhole ? { kind: 'clear', value: null } : empty(condition);
    }
    case 'all': {
      const other = known.find((value) => !holds(value));
      if (other !== undefined) return { kind: 'clear', value: other };
      return isKnownWhole && known.length > 0 ? { kind: 'holds', value: known[0]! } : empty(condition);
    }
    case 'sum':
      return isKnownWhole
        ? decide(
            known.reduce((sum, value) => sum + value, 0),
            holds,
          )
        : empty(condition);
    default: {
      if (!isKnownWhole || known.length === 0) return empty(condition);
      const pick = condition.aggregate === 'max' ? Math.max : Math.min;
      return decide(
        known.reduce((best, value) => pick(best, value)),
        holds,
      );
    }
  }
}

function decide(value: number, holds: (value: number) => boolean): Verdict {
  return { kind: holds(value) ? 'holds' : 'clear', value };
}

function empty(condition: Condition): Verdict {
  if (condition.empty === 'unknown') return { kind: 'empty' };
  return { kind: condition.empty === 'firing' ? 'holds' : 'clear', value: null };
}

function divide(value: unknown, divisor: unknown): number | null {
  const isDivisible = typeof value === 'number' && typeof divisor === 'number' && divisor !== 0;
  return isDivisible ? value / divisor : null;
}

/** The values at the end of a path; null: an object or a list on the way is null. */
function collect(steps: readonly PathStep[], data: unknown): readonly unknown[] | null {
  let values: readonly unknown[] = [data];
  for (const { name, isList } of steps) {
    const next: unknown[] = [];
    for (const value of values) {
      if (typeof value !== 'object' || value === null) return null;
      const inner: unknown = (value as Readonly<Record<string, unknown>>)[name];
      if (!isList) next.push(inner);
      else if (Array.isArray(inner)) next.push(...(inner as readonly unknown[]));
      else return null;
    }
    values = next;
  }
  return values;
}
