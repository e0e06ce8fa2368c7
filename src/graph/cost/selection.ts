import {
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  getNullableType,
  getVariableValues,
  GraphQLError,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
  Kind,
} from 'graphql';
import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLNamedType,
  GraphQLObjectType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
  VariableValues,
} from 'graphql';

/** One field that an answer will hold: fragments spread, repetitions merged, arguments coerced. */
export interface OperationField {
  /** Where the schema has it: `Query.events`. */
  readonly coordinate: string;
  readonly name: string;
  /** Its name in the answer: the alias, if it has one. */
  readonly key: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** The type of the objects that alone have it; null: those of an interface. */
  readonly ofType: string | null;
  readonly isLeaf: boolean;
  readonly isList: boolean;
  readonly fields: readonly OperationField[];
}

/** What is to be executed, as graphql-js takes it. */
export interface OperationDocument {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined;
}

interface CollectContext {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: VariableValues;
}

interface Found {
  readonly parent: GraphQLNamedType;
  readonly nodes: FieldNode[];
}

/** Operations that take no variables select the same each time; a document that is kept is read once. */
const constants = new WeakMap<OperationDefinitionNode, readonly OperationField[]>();

const NO_ARGUMENTS: Readonly<Record<string, unknown>> = {};

/**
 * The fields of an operation that has been validated, through fragments, aliases, `@include` and `@skip`. null: it can't be
 * run as it stands (no such operation, variables of the wrong kind), which execution tells better.
 */
export function readOperationFields(asked: OperationDocument): readonly OperationField[] | null {
  const { schema, document, operationName, variableValues } = asked;
  const fragments = new Map<string, FragmentDefinitionNode>();
  const operations: OperationDefinitionNode[] = [];
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    else if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
  }
  const operation = operationName
    ? operations.find(({ name }) => name?.value === operationName)
    : operations[0];
  const root = operation && schema.getRootType(operation.operation);
  if (!operation || !root || (!operationName && operations.length > 1)) return null;
  const known = constants.get(operation);
  if (known) return known;
  const { variableValues: variables } = getVariableValues(
    schema,
    operation.variableDefinitions ?? [],
    variableValues ?? {},
    // Whether there is a fault is all that counts here.
    { hideSuggestions: true, maxErrors: 0 },
  );
  if (!variables) return null;
  try {
    const fields = readFields({ schema, fragments, variables }, root, [operation.selectionSet]);
    if ((operation.variableDefinitions ?? []).length === 0) constants.set(operation, fields);
    return fields;
  } catch (error) {
    // A variable that is null where the argument must not be.
    if (error instanceof GraphQLError) return null;
    throw error;
  }
}

function readFields(
  context: CollectContext,
  parent: GraphQLNamedType,
  sets: readonly SelectionSetNode[],
): OperationField[] {
  const found = new Map<string, Found>();
  for (const set of sets) collect(context, parent, set, found, new Set());
  return [...found.values()].map((field) => describe(context, field));
}

function describe(context: CollectContext, { parent, nodes }: Found): OperationField {
  const node = nodes[0]!;
  const name = node.name.value;
  const key = node.alias?.value ?? name;
  const definition = fieldsOf(parent)?.[name];
  const coordinate = `${parent.name}.${name}`;
  const ofType = isObjectType(parent) ? parent.name : null;
  // `__typename`, and introspection, which has bounds of its own.
  if (!definition) {
    const isLeaf = node.selectionSet === undefined;
    return { coordinate, name, key, args: NO_ARGUMENTS, ofType, isLeaf, isList: false, fields: [] };
  }
  const type = getNamedType(definition.type);
  const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  return {
    coordinate,
    name,
    key,
    ofType,
    args:
      definition.args.length > 0
        ? getArgumentValues(definition, node, context.variables, undefined, true)
        : NO_ARGUMENTS,
    isLeaf: isLeafType(type),
    isList: isListType(getNullableType(definition.type)),
    fields: sets.length > 0 ? readFields(context, type, sets) : [],
  };
}

function collect(
  context: CollectContext,
  parent: GraphQLNamedType,
  set: SelectionSetNode,
  found: Map<string, Found>,
  visited: Set<string>,
): void {
  for (const selection of set.selections) {
    if (!isIncluded(context, selection)) continue;
    if (selection.kind === Kind.FIELD) {
      addField(found, parent, selection);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      const condition = selection.typeCondition?.name.value;
      const type = condition === undefined ? parent : context.schema.getType(condition);
      if (type) collect(context, type, selection.selectionSet, found, visited);
    } else if (!visited.has(selection.name.value)) {
      visited.add(selection.name.value);
      const fragment = context.fragments.get(selection.name.value);
      const type = fragment && context.schema.getType(fragment.typeCondition.name.value);
      if (type) collect(context, type, fragment.selectionSet, found, visited);
    }
  }
}

/** Types behind one abstract type may give a key to different fields, or with other arguments: each has its own. */
function addField(found: Map<string, Found>, parent: GraphQLNamedType, node: FieldNode): void {
  const place = `${node.alias?.value ?? node.name.value} ${node.name.value} ${parent.name}`;
  const known = found.get(place);
  if (known) known.nodes.push(node);
  else found.set(place, { parent, nodes: [node] });
}

function isIncluded(context: CollectContext, node: { directives?: FieldNode['directives'] }): boolean {
  if (!node.directives || node.directives.length === 0) return true;
  const skip = getDirectiveValues(GraphQLSkipDirective, node, context.variables);
  if (skip?.['if'] === true) return false;
  const include = getDirectiveValues(GraphQLIncludeDirective, node, context.variables);
  return include?.['if'] !== false;
}

function fieldsOf(type: GraphQLNamedType): ReturnType<GraphQLObjectType['getFields']> | null {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields() : null;
}
