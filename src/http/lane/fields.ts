import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  Kind,
} from 'graphql';
import type {
  FieldNode,
  FragmentDefinitionNode,
  GraphQLObjectType,
  GraphQLSchema,
  SelectionNode,
  SelectionSetNode,
  VariableValues,
} from 'graphql';

/** What the selections of an operation are read with. */
export interface Selections {
  readonly schema: GraphQLSchema;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** Only the variables of `@skip` and `@include` are read. */
  readonly variables: VariableValues;
}

/**
 * The fields that selection sets select on one object type, by their names in the answer and in the order of the answer
 * (https://spec.graphql.org/September2025/#CollectFields()).
 */
export function collectFields(
  selections: Selections,
  type: GraphQLObjectType,
  sets: readonly (SelectionSetNode | undefined)[],
): ReadonlyMap<string, readonly FieldNode[]> {
  const found = new Map<string, FieldNode[]>();
  const visited = new Set<string>();
  const collect = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (!isIncluded(selections, selection)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        const nodes = found.get(key);
        if (nodes) nodes.push(selection);
        else found.set(key, [selection]);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (isOfType(selections, type, selection.typeCondition?.name.value)) collect(selection.selectionSet);
      } else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        const fragment = selections.fragments[selection.name.value];
        if (fragment && isOfType(selections, type, fragment.typeCondition.name.value))
          collect(fragment.selectionSet);
      }
    }
  };
  for (const set of sets) if (set) collect(set);
  return found;
}

function isIncluded({ variables }: Selections, selection: SelectionNode): boolean {
  if (!selection.directives || selection.directives.length === 0) return true;
  if (getDirectiveValues(GraphQLSkipDirective, selection, variables)?.['if'] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.['if'] !== false;
}

/** @param condition the type condition of a fragment; undefined: it has none */
function isOfType({ schema }: Selections, type: GraphQLObjectType, condition: string | undefined): boolean {
  if (condition === undefined || condition === type.name) return true;
  const other = schema.getType(condition);
  return isAbstractType(other) && schema.isSubType(other, type);
}
