/**
 * The cost of each kind of value in an answer. The unit is a hundredth of a point, so that sums are exact. A point is about a
 * millisecond of one processor: docs/decisions/cost.md has the measurements.
 */
export const COST = {
  /** A scalar. */
  leaf: 1,
  /** An object, without its fields. */
  object: 4,
  /** The rows that are looked through to find what is related to one entry. The entries found cost extra. */
  relation: 20,
  /** The rows that one breakdown groups, as many as a scan reads by default. */
  breakdown: 3_000,
  /** The count of one element, with all its fields. */
  element: 1,
  /** A row of a series, read from the vendor. */
  row: 0.4,
  /** One call to a vendor. */
  call: 1_000,
} as const;
export const HUNDREDTHS = 100;

/** The objects of one field in an answer, and the fields below each of them. */
export interface CostShape {
  /** Scalars of each object. */
  readonly leaves: number;
  readonly fields: readonly CostField[];
  /** If an object may be of several types: the fields that each type adds. An object has only one type. */
  readonly types?: readonly CostShape[];
}

export interface CostField extends CostShape {
  /** The name in the answer: the alias, or the name of the field. */
  readonly key: string;
  /** The name of the field, for a refusal. */
  readonly name: string;
  /** The most items; 1 if the field is no list. */
  readonly size: number;
  /** The cost of each item, without the fields below it. */
  readonly weight: number;
  /** No argument bounds the list: only the first `size` items are charged for. */
  readonly isFlat: boolean;
}

/** The most that an answer of this shape costs, without calls. */
export function costOf({ leaves, fields, types = [] }: CostShape): number {
  const own = fields.reduce((sum, field) => sum + costOfField(field), leaves * COST.leaf);
  return own + Math.max(...types.map(costOf), 0);
}

/** The most that a field and all fields below it cost. */
export function costOfField(field: CostField): number {
  return field.size * (field.weight + costOf(field));
}

/** The actual cost of an answer, without calls. The items of a list are not visited if they hold scalars only. */
export function measureCost({ leaves, fields, types }: CostShape, value: unknown): number {
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
  if (!types) return sum;
  // Two types may use one key for different fields, so the answer of one type may look like an answer of the other.
  const ofTypes = types.map((type) => Math.min(measureCost(type, value), costOf(type)));
  return sum + Math.max(...ofTypes, 0);
}

/** All fields that an object of this shape may have, of every type. */
export function fieldsOf({ fields, types }: CostShape): readonly CostField[] {
  return types ? [...fields, ...types.flatMap(fieldsOf)] : fields;
}

/** The number of items in the lists that arguments bound: rows, buckets, facet values. */
export function countRows(shape: CostShape, value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const fields = fieldsOf(shape);
  const { types } = shape;
  // Two types may have a field of the same key.
  const found = types ? new Map(fields.map((field) => [field.key, field])).values() : fields;
  let sum = 0;
  for (const field of found) {
    const below: unknown = Reflect.get(value, field.key);
    if (!Array.isArray(below)) {
      sum += countRows(field, below);
      continue;
    }
    if (!field.isFlat) sum += below.length;
    if (fieldsOf(field).length > 0) for (const item of below) sum += countRows(field, item);
  }
  return sum;
}
