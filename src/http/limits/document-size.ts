import { Kind } from 'graphql';
import type {
  DocumentNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql';

/** How large an operation is once its fragments have been put in place. */
export interface DocumentSize {
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly rootFields: number;
  /** Fields and fragments together. */
  readonly selections: number;
  /** Fields on the longest way down below `__schema` and `__type`; not part of `depth`. */
  readonly introspectionDepth: number;
  /** Steps from a type to the types of its fields, on the longest way down: more than one goes in circles. */
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

// Beyond this every bound is long passed; adding on would lose exactness, then reach Infinity.
const SATURATED = 2 ** 31;

/** The fields of introspection that lead from a type to further types, each of which has them too. */
const HOPS = new Set(['fields', 'inputFields', 'interfaces', 'possibleTypes']);

/**
 * Measures each operation of a document, in their order. Each fragment is measured once however often it is spread, so
 * the work is proportional to the text, whatever it expands to. A fragment that spreads itself adds nothing to itself:
 * another rule refuses it.
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
          // One level up, these are what a root would see.
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
