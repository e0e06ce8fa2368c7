/**
 * What a value of an answer costs: told in hundredths of a point, so that sums are exact. A point is about a millisecond of
 * one processor (docs/decisions/call-plan.md tells what was measured).
 */
export const COST = {
  /** A scalar. */
  leaf: 1,
  /** An object, whatever it holds. */
  object: 4,
  /** What is looked through for one entry to find what is related to it, on top of the objects that it gives. */
  relation: 20,
  /** An element's count, with all its fields. */
  element: 1,
  /** A row of a series, read from the vendor. */
  row: 0.4,
  /** One call to a vendor. */
  call: 1_000,
} as const;
export const HUNDREDTHS = 100;

/** The objects of one kind in an answer, and what lies below each of them. */
export interface CostShape {
  /** Scalars of each object. */
  readonly leaves: number;
  readonly fields: readonly CostField[];
  /** Where objects may be of several types: what each type adds, of which an object has one. */
  readonly types?: readonly CostShape[];
}

export interface CostField extends CostShape {
  /** Its name in the answer. */
  readonly key: string;
  /** The field's name, for a refusal. */
  readonly name: string;
  /** Items that it may hold; 1 where it is no list. */
  readonly size: number;
  /** What each of them costs itself. */
  readonly weight: number;
  /** Nothing asked for bounds this list, so that no more than `size` are charged for. */
  readonly isFlat: boolean;
}

/** What an answer of this shape costs at most, calls apart. */
export function costOf({ leaves, fields, types = [] }: CostShape): number {
  const own = fields.reduce((sum, field) => sum + costOfField(field), leaves * COST.leaf);
  return own + Math.max(...types.map(costOf), 0);
}

/** What a field and all below it cost at most. */
export function costOfField(field: CostField): number {
  return field.size * (field.weight + costOf(field));
}

/** What an answer really cost, calls apart. Lists of plain objects are not walked. */
export function measureCost({ leaves, fields, types = [] }: CostShape, value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let sum = leaves * COST.leaf;
  for (const field of fields) {
    const below: unknown = Reflect.get(value, field.key);
    if (below === null || below === undefined) continue;
    if (!Array.isArray(below)) {
      sum += field.weight + measureCost(field, below);
      continue;
    }
    const items = field.isFlat ? below.slice(0, field.size) : below;
    sum += items.length * field.weight;
    if (field.fields.length === 0 && !field.types) sum += items.length * field.leaves * COST.leaf;
    else for (const item of items) sum += measureCost(field, item);
  }
  // Two types may name different fields alike, so that one's answer would be taken for the other's.
  const ofTypes = types.map((type) => Math.min(measureCost(type, value), costOf(type)));
  return sum + Math.max(...ofTypes, 0);
}

/** All fields that an object of this shape may have, of whatever type it is. */
export function fieldsOf({ fields, types = [] }: CostShape): readonly CostField[] {
  return [...fields, ...types.flatMap(fieldsOf)];
}

/** How many items an answer holds in the lists that arguments bound: rows, buckets, facet values. */
export function countRows(shape: CostShape, value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const fields = new Map(fieldsOf(shape).map((field) => [field.key, field]));
  return [...fields.values()].reduce((sum, field) => {
    const below: unknown = Reflect.get(value, field.key);
    if (!Array.isArray(below)) return sum + countRows(field, below);
    const own = field.isFlat ? 0 : below.length;
    return below.reduce((all: number, item: unknown) => all + countRows(field, item), sum + own);
  }, 0);
}
