import { fieldsOf, type CostShape } from './cost-shape.ts';

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
