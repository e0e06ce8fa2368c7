/** What a value of an answer costs: told in hundredths of a point, so that sums are exact. */
export const COST = {
  /** A scalar. */
  leaf: 1,
  /** An object, whatever it holds. */
  object: 10,
  /** One call to a vendor. */
  call: 1_000,
} as const;
export const HUNDREDTHS = 100;

/** The objects of one kind in an answer, and what lies below each of them. */
export interface CostShape {
  /** Scalars of each object. */
  readonly leaves: number;
  readonly fields: readonly CostField[];
}

export interface CostField extends CostShape {
  /** Its name in the answer. */
  readonly key: string;
  /** The field's name, for a refusal. */
  readonly name: string;
  /** Items that it may hold; 1 where it is no list. */
  readonly size: number;
  /** Nothing asked for bounds this list, so that no more than `size` are charged for. */
  readonly isFlat: boolean;
}

/** What an answer of this shape costs at most, calls apart. */
export function costOf({ leaves, fields }: CostShape): number {
  return fields.reduce((sum, field) => sum + costOfField(field), leaves * COST.leaf);
}

/** What a field and all below it cost at most. */
export function costOfField(field: CostField): number {
  return field.size * (COST.object + costOf(field));
}

/** What an answer really cost, calls apart. Lists of plain objects are not walked. */
export function measureCost({ leaves, fields }: CostShape, value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let sum = leaves * COST.leaf;
  for (const field of fields) {
    const below: unknown = Reflect.get(value, field.key);
    if (below === null || below === undefined) continue;
    if (!Array.isArray(below)) {
      sum += COST.object + measureCost(field, below);
      continue;
    }
    const items = field.isFlat ? below.slice(0, field.size) : below;
    sum += items.length * COST.object;
    if (field.fields.length === 0) sum += items.length * field.leaves * COST.leaf;
    else for (const item of items) sum += measureCost(field, item);
  }
  return sum;
}
