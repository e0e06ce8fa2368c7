import { Kind } from 'graphql';
import type { DocumentNode, FieldNode, FragmentDefinitionNode, SelectionSetNode } from 'graphql';

/** A field, and the fragments that it is in, which must not be spread again inside themselves. */
interface Found {
  readonly field: FieldNode;
  readonly through: readonly string[];
}

/** The most selections to visit. Only a document whose fragments form a cycle has more. */
const MAX_STEPS = 10_000;
/** The result if counting stopped at `MAX_STEPS`. */
const SATURATED = 2 ** 31;

/**
 * Counts the pairs of fields that share one place in the answer, in the operation that has most. The standard rules compare
 * each such pair and all pairs below it, so that a short text can cause much work.
 */
export function countOverlaps({ definitions }: DocumentNode): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  let steps = 0;

  const collect = (
    { selections }: SelectionSetNode,
    through: readonly string[],
    places: Map<string, Found[]>,
    spread: Set<string>,
  ): void => {
    for (const selection of selections) {
      steps += 1;
      if (steps > MAX_STEPS) return;
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        const found = { field: selection, through };
        const known = places.get(key);
        if (known) known.push(found);
        else places.set(key, [found]);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        collect(selection.selectionSet, through, places, spread);
      } else {
        const name = selection.name.value;
        const fragment = fragments.get(name);
        if (!fragment || spread.has(name) || through.includes(name)) continue;
        spread.add(name);
        collect(fragment.selectionSet, [...through, name], places, spread);
      }
    }
  };

  const count = (sets: readonly (readonly [set: SelectionSetNode, through: readonly string[]])[]): number => {
    const places = new Map<string, Found[]>();
    const spread = new Set<string>();
    for (const [set, through] of sets) collect(set, through, places, spread);
    let pairs = 0;
    for (const found of places.values()) {
      pairs += (found.length * (found.length - 1)) / 2;
      const below = found.flatMap(({ field: { selectionSet }, through }) =>
        selectionSet ? [[selectionSet, through] as const] : [],
      );
      if (below.length > 0 && steps <= MAX_STEPS) pairs += count(below);
    }
    return pairs;
  };

  let most = 0;
  for (const definition of definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    most = Math.max(most, count([[definition.selectionSet, []]]));
    if (steps > MAX_STEPS) return SATURATED;
  }
  return most;
}

/** Counts the fragments of a document, inline ones too. The standard rules compare each pair of them. */
export function countFragments({ definitions }: DocumentNode): number {
  let count = 0;
  const waiting: SelectionSetNode[] = [];
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) count += 1;
    if ('selectionSet' in definition && definition.selectionSet) waiting.push(definition.selectionSet);
  }
  for (let set = waiting.pop(); set; set = waiting.pop()) {
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) count += 1;
      if (selection.kind !== Kind.FRAGMENT_SPREAD && selection.selectionSet)
        waiting.push(selection.selectionSet);
    }
  }
  return count;
}
