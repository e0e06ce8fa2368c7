/** How often each value was there in one stretch, in one dimension. */
export interface Counted {
  readonly dimension: string;
  readonly values: readonly { readonly value: string | null; readonly count: number }[];
  /** There are further values, which were not counted one by one. */
  readonly isCut: boolean;
}

/** What was read of one stretch. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  /** All rows, each once. */
  readonly total: number;
  readonly counted: readonly Counted[];
  readonly statuses: readonly string[];
}

export interface Change {
  readonly value: string | null;
  readonly count: number;
  readonly countBefore: number;
  /** From 0 to 1, of all rows of the stretch. null: it has no rows. */
  readonly share: number | null;
  readonly shareBefore: number | null;
  /** How unlikely chance makes the change: 0 for none. It grows with the change and with the rows that it rests on. */
  readonly strength: number;
}

export interface ChangedDimension {
  readonly dimension: string;
  /** The strongest change first. Empty if `isCut`. */
  readonly changes: readonly Change[];
  /** There are too many values to compare. */
  readonly isCut: boolean;
}

export type Comparison =
  | { readonly kind: 'refused'; readonly words: string }
  | {
      readonly kind: 'compared';
      readonly total: number;
      readonly totalBefore: number;
      /** The vendor may still add rows, so shares may move a little. */
      readonly isFilling: boolean;
      /** The dimension with the strongest change first. */
      readonly dimensions: readonly ChangedDimension[];
    };

const WHOLE: readonly string[] = ['COMPLETE', 'FILLING'];

/**
 * Compares the shares of values in a stretch with those in the stretch of the same length before it. Refused if either was not read whole,
 * because shares of a part say nothing of all. FILLING counts as whole: every row that is there was read.
 */
export function compareStretches(now: Stretch, before: Stretch): Comparison {
  const refusal = refuse(now, before);
  if (refusal !== null) return { kind: 'refused', words: refusal };
  const dimensions = now.counted.map((counted): ChangedDimension => {
    const earlier = before.counted.find(({ dimension }) => dimension === counted.dimension);
    const isCut = counted.isCut || (earlier?.isCut ?? true);
    return {
      dimension: counted.dimension,
      isCut,
      changes: isCut ? [] : listChanges(counted, earlier, now.total, before.total),
    };
  });
  return {
    kind: 'compared',
    total: now.total,
    totalBefore: before.total,
    isFilling: [...now.statuses, ...before.statuses].includes('FILLING'),
    dimensions: dimensions.toSorted((a, b) =>
      compareChanges(a.changes.find(isListed), b.changes.find(isListed)),
    ),
  };
}

function refuse(now: Stretch, before: Stretch): string | null {
  const isWhole = ({ statuses }: Stretch) =>
    statuses.length > 0 && statuses.every((each) => WHOLE.includes(each));
  const [isNow, isBefore] = [isWhole(now), isWhole(before)];
  if (!isNow || !isBefore) {
    const which = isNow ? 'The stretch before was' : isBefore ? 'The stretch was' : 'Neither stretch was';
    const verb = isNow || isBefore ? `${which} not read whole` : `${which} read whole`;
    return `${verb}, and shares of a part say nothing of all. Select a shorter or a later stretch, or narrow the filter.`;
  }
  if (now.toMs - now.fromMs !== before.toMs - before.fromMs)
    return 'The stretches are not equally long, because one of them lies in part in the future. Select a stretch that has ended.';
  if (now.total === 0 && before.total === 0)
    return 'Neither stretch has rows. Select another one, or widen the filter.';
  return null;
}

function listChanges(
  now: Counted,
  before: Counted | undefined,
  total: number,
  totalBefore: number,
): readonly Change[] {
  const counts = new Map<string | null, [count: number, countBefore: number]>();
  for (const { value, count } of now.values) counts.set(value, [count, 0]);
  for (const { value, count } of before?.values ?? [])
    counts.set(value, [counts.get(value)?.[0] ?? 0, count]);
  const shareOf = (count: number, all: number) => (all === 0 ? null : count / all);
  return [...counts]
    .map(([value, [count, countBefore]]): Change => ({
      value,
      count,
      countBefore,
      share: shareOf(count, total),
      shareBefore: shareOf(countBefore, totalBefore),
      strength: measureStrength([count, total], [countBefore, totalBefore]),
    }))
    .toSorted(compareChanges);
}

/**
 * The G-test of two shares. The change of a share alone would put a large value that went up and down by chance before a small one that is
 * new: of 490 failed calls, 25 % instead of 20 % for an account is chance, and 19 with a status that there was not before is not.
 */
function measureStrength(...sides: readonly (readonly [count: number, total: number])[]): number {
  const count = sides.reduce((sum, [each]) => sum + each, 0);
  const total = sides.reduce((sum, [, each]) => sum + each, 0);
  const surprise = (found: number, expected: number) => (found > 0 ? found * Math.log(found / expected) : 0);
  const terms = sides.map(
    ([part, all]) =>
      surprise(part, (count / total) * all) + surprise(all - part, ((total - count) / total) * all),
  );
  return Math.max(0, 2 * terms.reduce((sum, term) => sum + term, 0));
}

/** The same figure computed in another order differs in its last digits. */
const round = (value: number): number => Math.round(value * 1e9) / 1e9;

/** The stronger change first, then the larger one, and of equal ones growth before decline. */
function compareChanges(a: Change | undefined, b: Change | undefined): number {
  if (!a || !b) return a ? -1 : b ? 1 : 0;
  const differ = (one: number, other: number) => round(other) - round(one);
  return (
    differ(a.strength, b.strength) ||
    differ(Math.abs(changeOf(a)), Math.abs(changeOf(b))) ||
    differ(changeOf(a), changeOf(b)) ||
    Math.abs(b.count - b.countBefore) - Math.abs(a.count - a.countBefore) ||
    compareText(a.value ?? '', b.value ?? '')
  );
}

/** By how much the share changed, signed. A stretch without rows counts as a share of 0. */
export const changeOf = ({ share, shareBefore }: Change): number => (share ?? 0) - (shareBefore ?? 0);

/** Smaller changes of a share are not worth a line. */
const LEAST_CHANGE = 0.005;
export const isListed = (change: Change): boolean => Math.abs(changeOf(change)) >= LEAST_CHANGE;

/** Whether there was no row with the value before, although there were others. */
export const isNew = ({ count, countBefore, shareBefore }: Change): boolean =>
  count > 0 && countBefore === 0 && shareBefore !== null;

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
