import { Kind } from 'graphql';
import type {
  DocumentNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql';

/** The size of an operation after its fragments are expanded. */
export interface DocumentSize {
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly rootFields: number;
  /** Fields and fragments together. */
  readonly selections: number;
  /** Fields on the longest path below `__schema` and `__type`. They don't count for `depth`. */
  readonly introspectionDepth: number;
  /** Steps from a type to the types of its fields on the longest path. A path with more than one returns to earlier types. */
  readonly introspectionHops: number;
}

const NOTHING: DocumentSize = {
  depth: 0,
  aliases: 0,
  directives: 0,
  rootFields: 0,
  selections: 0,
  introspectionDepth: 0,
  introspectionHops: 0,
};

// Far above every bound. Larger sums would lose precision and then become Infinity.
const SATURATED = 2 ** 31;

/** The introspection fields that lead from a type to other types. */
const HOPS = new Set(['fields', 'inputFields', 'interfaces', 'possibleTypes']);

/**
 * Measures each operation of a document, in order. Each fragment is measured once, so that the work grows with the text and
 * not with its expansion. A fragment that spreads itself counts as empty there, because another rule refuses it.
 */
export function measureDocument(document: DocumentNode): readonly DocumentSize[] {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const operations: OperationDefinitionNode[] = [];
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const outside = new Map<string, DocumentSize>();
  const inside = new Map<string, DocumentSize>();

  const measureFragment = (name: string, isIntrospection: boolean): DocumentSize => {
    const known = isIntrospection ? inside : outside;
    const before = known.get(name);
    if (before) return before;
    const fragment = fragments.get(name);
    if (!fragment) return NOTHING;
    known.set(name, NOTHING);
    const size = measureSet(fragment.selectionSet, isIntrospection);
    const whole = { ...size, directives: add(size.directives, fragment.directives?.length ?? 0) };
    known.set(name, whole);
    return whole;
  };

  const measureSet = (set: SelectionSetNode, isIntrospection: boolean): DocumentSize => {
    let total = NOTHING;
    for (const selection of set.selections) {
      let below = NOTHING;
      let isAliased = false;
      if (selection.kind === Kind.FIELD) {
        const name = selection.name.value;
        const introspects = isIntrospection || name === '__schema' || name === '__type';
        isAliased = selection.alias !== undefined;
        const children = selection.selectionSet ? measureSet(selection.selectionSet, introspects) : NOTHING;
        below = {
          ...children,
          // A field counts as one, however many fields it selects.
          rootFields: 1,
          depth: introspects ? children.depth : children.depth + 1,
          introspectionDepth: introspects ? children.introspectionDepth + 1 : children.introspectionDepth,
          introspectionHops: children.introspectionHops + (isIntrospection && HOPS.has(name) ? 1 : 0),
        };
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        below = measureSet(selection.selectionSet, isIntrospection);
      } else {
        below = measureFragment(selection.name.value, isIntrospection);
      }
      total = {
        depth: Math.max(total.depth, below.depth),
        aliases: add(total.aliases, below.aliases, isAliased ? 1 : 0),
        directives: add(total.directives, below.directives, selection.directives?.length ?? 0),
        rootFields: add(total.rootFields, below.rootFields),
        selections: add(total.selections, below.selections, 1),
        introspectionDepth: Math.max(total.introspectionDepth, below.introspectionDepth),
        introspectionHops: Math.max(total.introspectionHops, below.introspectionHops),
      };
    }
    return total;
  };

  return operations.map((operation) => {
    const size = measureSet(operation.selectionSet, false);
    return { ...size, directives: add(size.directives, operation.directives?.length ?? 0) };
  });
}

function add(...parts: readonly number[]): number {
  return Math.min(
    SATURATED,
    parts.reduce((sum, part) => sum + part, 0),
  );
}
