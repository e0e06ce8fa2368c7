import { RequestError } from '../../base/errors.ts';

/** One value for each dimension, in the order asked for; null: rows without a value. */
export type GroupKey = readonly (string | null)[];

/** A group with its figures over the whole range and in each bucket. */
export interface Group<Figures> {
  /** Empty for the group of everything beyond `top`. */
  readonly key: GroupKey;
  readonly total: Figures;
  /** The figures of every bucket, oldest first, also of empty ones; null: there are no buckets. */
  readonly buckets: readonly Figures[] | null;
}

/** The groups of a breakdown. */
export interface Groups<Figures> {
  /** The `top` largest groups, largest first; of equal counts, the lower key by code unit, null last. */
  readonly groups: readonly Group<Figures>[];
  /** All further groups as one; null: there are none. A row that is in several of them counts in it as often. */
  readonly other: Group<Figures> | null;
}

/** The same groups with other figures. */
export function mapGroups<From, To>({ groups, other }: Groups<From>, map: (figures: From) => To): Groups<To> {
  const mapOne = ({ key, total, buckets }: Group<From>): Group<To> => ({
    key,
    total: map(total),
    buckets: buckets && buckets.map(map),
  });
  return { groups: groups.map(mapOne), other: other && mapOne(other) };
}

/** How the rows of one group, or of one of its buckets, are summed up. */
export interface TallyRules<Row, Tally, Figures> {
  create(): Tally;
  add(tally: Tally, row: Row): void;
  /** Adds the rows of `from`, which stays unchanged. */
  merge(into: Tally, from: Tally): void;
  count(tally: Tally): number;
  figures(tally: Tally): Figures;
}

/** How rows are grouped. */
export interface Grouping<Row, Tally, Figures> {
  /** For each dimension, the distinct values of a row. A row without values counts under null. */
  readonly valuesOf: readonly ((row: Row) => readonly string[])[];
  /** The edges of the buckets (`listBucketEdges`); every row lies between the first and the last. null: no buckets. */
  readonly edges: readonly number[] | null;
  readonly rules: TallyRules<Row, Tally, Figures>;
}

/** Takes rows one by one, then gives their groups. */
export interface Breakdown<Row, Figures> {
  /** @throws RequestError `LIMIT_EXCEEDED` if rows are in too many groups */
  add(row: Row): void;
  groups(top: number): Groups<Figures>;
}

/** How often rows may count again in one more group, because they have several tags or addresses. It bounds memory and time. */
const MAX_REPEATED_ROWS = 500_000;

/** Groups rows by one value or by combinations of values. A row with several values of a dimension counts in each of them. */
export function createBreakdown<Row extends { readonly timestampMs: number }, Tally, Figures>({
  valuesOf,
  edges,
  rules,
}: Grouping<Row, Tally, Figures>): Breakdown<Row, Figures> {
  const found = new Map<string, FoundGroup<Tally>>();
  let repeated = 0;
  return {
    add(row) {
      const values = valuesOf.map((of) => of(row)).map((list) => (list.length > 0 ? list : NO_VALUE));
      repeated += values.reduce((product, list) => product * list.length, 1) - 1;
      if (repeated > MAX_REPEATED_ROWS) throw tooManyGroups();
      const bucket = edges && indexOfBucket(edges, row.timestampMs);
      for (const key of combine(values)) {
        const name = JSON.stringify(key);
        let group = found.get(name);
        if (!group) found.set(name, (group = { key, total: rules.create(), buckets: new Map() }));
        rules.add(group.total, row);
        if (bucket !== null) rules.add(tallyOf(group, bucket, rules), row);
      }
    },
    groups(top) {
      const ranked = [...found.values()].toSorted(
        (a, b) => rules.count(b.total) - rules.count(a.total) || compareKeys(a.key, b.key),
      );
      const show = (group: FoundGroup<Tally>): Group<Figures> => ({
        key: group.key,
        total: rules.figures(group.total),
        buckets: edges && listFigures(group, edges.length - 1, rules),
      });
      const further = ranked.slice(top);
      return {
        groups: ranked.slice(0, top).map(show),
        other: further.length > 0 ? show(mergeGroups(further, rules)) : null,
      };
    },
  };
}

/** A group while rows are added. Buckets without rows are left out. */
interface FoundGroup<Tally> {
  readonly key: GroupKey;
  readonly total: Tally;
  readonly buckets: Map<number, Tally>;
}

const NO_VALUE: GroupKey = [null];

/** The keys that are made of one value of each list. */
function combine(values: readonly GroupKey[]): readonly GroupKey[] {
  return values.reduce<readonly GroupKey[]>(
    (keys, list) => keys.flatMap((key) => list.map((value) => [...key, value])),
    [[]],
  );
}

/** The last bucket that begins at or before the time. */
function indexOfBucket(edges: readonly number[], atMs: number): number {
  let low = 0;
  let high = edges.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (edges[middle]! <= atMs) low = middle;
    else high = middle;
  }
  return low;
}

function tallyOf<Tally>(
  { buckets }: FoundGroup<Tally>,
  bucket: number,
  rules: Pick<TallyRules<never, Tally, unknown>, 'create'>,
): Tally {
  const known = buckets.get(bucket);
  if (known !== undefined) return known;
  const created = rules.create();
  buckets.set(bucket, created);
  return created;
}

function mergeGroups<Tally>(
  groups: readonly FoundGroup<Tally>[],
  rules: Pick<TallyRules<never, Tally, unknown>, 'create' | 'merge'>,
): FoundGroup<Tally> {
  const merged: FoundGroup<Tally> = { key: [], total: rules.create(), buckets: new Map() };
  for (const { total, buckets } of groups) {
    rules.merge(merged.total, total);
    for (const [bucket, tally] of buckets) rules.merge(tallyOf(merged, bucket, rules), tally);
  }
  return merged;
}

function listFigures<Tally, Figures>(
  { buckets }: FoundGroup<Tally>,
  count: number,
  rules: Pick<TallyRules<never, Tally, Figures>, 'create' | 'figures'>,
): readonly Figures[] {
  const empty = rules.figures(rules.create());
  return Array.from({ length: count }, (_, bucket) => {
    const tally = buckets.get(bucket);
    return tally === undefined ? empty : rules.figures(tally);
  });
}

/** Value by value; `<` compares by code unit, and null is last. */
function compareKeys(left: GroupKey, right: GroupKey): number {
  for (const [at, a] of left.entries()) {
    const b = right[at] ?? null;
    if (a === b) continue;
    if (a === null) return 1;
    return b === null || a < b ? -1 : 1;
  }
  return 0;
}

function tooManyGroups(): RequestError {
  return new RequestError(
    'LIMIT_EXCEEDED',
    `'by' counts rows with several tags or addresses more than ${MAX_REPEATED_ROWS} times again. Leave out one of these dimensions, or ask for a shorter 'range' or a narrower 'filter'.`,
    { argument: 'by', limit: 'maxRepeatedRows', allowed: MAX_REPEATED_ROWS },
  );
}
