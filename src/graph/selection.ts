import {
  BREAK,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  getNullableType,
  getOperationAST,
  getVariableValues,
  GraphQLError,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
  Kind,
  visit,
} from 'graphql';
import type {
  ASTNode,
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLField,
  GraphQLNamedType,
  GraphQLResolveInfo,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
  VariableValues,
} from 'graphql';

/** One field that the answer will hold: fragments are spread, repetitions merged, skipped fields left out. */
export interface SelectedField {
  /** The type and the name: `Query.events`. */
  readonly coordinate: string;
  readonly name: string;
  /** The name in the answer: the alias, or the name if there is no alias. */
  readonly key: string;
  /** The object type that the field is selected on; null: an interface, so every type behind it has the field. */
  readonly ofType: string | null;
  /** null: `__typename`, or a field of the introspection. */
  readonly definition: GraphQLField<unknown, unknown> | null;
  readonly isLeaf: boolean;
  readonly isList: boolean;
  /** The arguments as the resolver gets them: coerced, with defaults. @throws GraphQLError if a value does not fit */
  readonly args: Readonly<Record<string, unknown>>;
  /** The fields selected in this one, of every type that it may give. */
  readonly fields: readonly SelectedField[];
}

/** The fields that the operation selects in the field that is being resolved. */
export function selectedFields(info: GraphQLResolveInfo): readonly SelectedField[] {
  const { schema, fragments, variableValues: variables } = info;
  return readFieldsOf({ schema, fragments, variables }, getNamedType(info.returnType), info.fieldNodes);
}

/** The fields under a path of field names. Several fields of one name, with other aliases or arguments, all count. */
export function fieldsUnder(
  fields: readonly SelectedField[],
  ...path: readonly string[]
): readonly SelectedField[] {
  return path.reduce(
    (level, name) => level.flatMap((field) => (field.name === name ? field.fields : [])),
    fields,
  );
}

/** The names of the fields under a path of field names. */
export function namesUnder(
  fields: readonly SelectedField[],
  ...path: readonly string[]
): ReadonlySet<string> {
  return new Set(fieldsUnder(fields, ...path).map(({ name }) => name));
}

/** An operation as graphql-js takes it. */
export interface OperationDocument {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined;
  /** The same variables, if they are coerced already. */
  readonly coerced?: VariableValues;
}

/** The fields of operations without variables: a document that is kept is read once. */
const constants = new WeakMap<OperationDefinitionNode, readonly SelectedField[]>();

/**
 * All fields of a validated operation, with their arguments already coerced. null: the operation can't run (there is no such
 * operation, or a variable does not fit), and the execution reports why.
 */
export function operationFields(asked: OperationDocument): readonly SelectedField[] | null {
  const { schema, document } = asked;
  const operation = findOperation(asked);
  const root = operation && schema.getRootType(operation.operation);
  if (!operation || !root) return null;
  const known = constants.get(operation);
  if (known) return known;
  const variables = asked.coerced ?? coerceVariables(asked, operation);
  if (!variables) return null;
  const fields = readFields({ schema, fragments: fragmentsOf(document), variables }, root, [operation]);
  if (!haveArguments(fields)) return null;
  if ((operation.variableDefinitions ?? []).length === 0) {
    constants.set(operation, fields);
    constantFields.add(fields);
  }
  return fields;
}

/**
 * Whether an operation without `operationFields` would run all the same: only an argument of it does not fit, because its variable is
 * null. The execution reports that for the argument's field, and runs the others.
 */
export function runsInPart(asked: OperationDocument): boolean {
  const operation = findOperation(asked);
  return operation !== null && (asked.coerced ?? coerceVariables(asked, operation)) !== undefined;
}

/** An empty name counts as none. */
function findOperation({ document, operationName }: OperationDocument): OperationDefinitionNode | null {
  return getOperationAST(document, operationName || null) ?? null;
}

/** The fragments of a document by their names. */
export function fragmentsOf({ definitions }: DocumentNode): Record<string, FragmentDefinitionNode> {
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null);
  for (const definition of definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  return fragments;
}

function coerceVariables(
  { schema, variableValues }: OperationDocument,
  { variableDefinitions = [] }: OperationDefinitionNode,
): VariableValues | undefined {
  return getVariableValues(schema, variableDefinitions, variableValues ?? {}, {
    // Only whether there is an error matters here.
    hideSuggestions: true,
    maxErrors: 0,
  }).variableValues;
}

const checkOnce = onceForConstants((fields) => ({ haveArguments: haveArguments(fields) }));

/** Whether the arguments of all these fields can be coerced. A null in a variable may not fit an argument. */
function haveArguments(fields: readonly SelectedField[]): boolean {
  try {
    return fields.every((field) => field.args && checkOnce(field.fields).haveArguments);
  } catch (error) {
    if (error instanceof GraphQLError) return false;
    throw error;
  }
}

interface SelectionContext {
  readonly schema: GraphQLSchema;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode | undefined>>;
  readonly variables: VariableValues;
}

/** The nodes of one field, as they are found in the selection sets. */
interface FieldNodes {
  readonly parent: GraphQLNamedType;
  readonly nodes: FieldNode[];
}

const NO_ARGUMENTS: Readonly<Record<string, unknown>> = {};

/** The selections in which no variable occurs: those of a document that is kept are read once for each type. */
const constantSelections = new WeakMap<FieldNode, Map<GraphQLNamedType, readonly SelectedField[]>>();
const constantFields = new WeakSet<readonly SelectedField[]>();
/** Whether a variable occurs in a node or in a fragment that it spreads. */
const variability = new WeakMap<ASTNode, boolean>();

/** Makes a function over selections that computes its result once for each selection in which no variable occurs. */
export function onceForConstants<Result extends object>(
  compute: (fields: readonly SelectedField[]) => Result,
): (fields: readonly SelectedField[]) => Result {
  const results = new WeakMap<readonly SelectedField[], Result>();
  return (fields) => {
    const known = results.get(fields);
    if (known) return known;
    const result = compute(fields);
    if (constantFields.has(fields)) results.set(fields, result);
    return result;
  };
}

/** The fields selected in one field, which may be selected several times. */
function readFieldsOf(
  context: SelectionContext,
  type: GraphQLNamedType,
  nodes: readonly FieldNode[],
): readonly SelectedField[] {
  const [node] = nodes;
  const set = node?.selectionSet;
  if (!node || !set || nodes.length > 1 || isVariable(set, context.fragments))
    return readFields(context, type, nodes);
  const byType = constantSelections.get(node) ?? new Map<GraphQLNamedType, readonly SelectedField[]>();
  constantSelections.set(node, byType);
  const known = byType.get(type);
  if (known) return known;
  const fields = readFields(context, type, nodes);
  byType.set(type, fields);
  constantFields.add(fields);
  return fields;
}

function isVariable(node: ASTNode, fragments: SelectionContext['fragments']): boolean {
  const known = variability.get(node);
  if (known !== undefined) return known;
  let found = false;
  visit(node, {
    Variable() {
      found = true;
      return BREAK;
    },
    FragmentSpread({ name }) {
      const fragment = fragments[name.value];
      found ||= fragment !== undefined && isVariable(fragment.selectionSet, fragments);
      return found ? BREAK : undefined;
    },
  });
  variability.set(node, found);
  return found;
}

function readFields(
  context: SelectionContext,
  parent: GraphQLNamedType,
  holders: readonly { readonly selectionSet?: SelectionSetNode | undefined }[],
): readonly SelectedField[] {
  const found = new Map<string, FieldNodes>();
  const visited = new Set<string>();
  for (const { selectionSet } of holders)
    if (selectionSet) collectNodes(context, parent, selectionSet, found, visited);
  return [...found.values()].map((field) => describeField(context, field));
}

function collectNodes(
  context: SelectionContext,
  parent: GraphQLNamedType,
  set: SelectionSetNode,
  found: Map<string, FieldNodes>,
  visited: Set<string>,
): void {
  for (const selection of set.selections) {
    if (!isIncluded(context, selection)) continue;
    if (selection.kind === Kind.FIELD) {
      addNode(found, parent, selection);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      const condition = selection.typeCondition?.name.value;
      const type = condition === undefined ? parent : context.schema.getType(condition);
      if (type) collectNodes(context, type, selection.selectionSet, found, visited);
    } else if (!visited.has(selection.name.value)) {
      visited.add(selection.name.value);
      const fragment = context.fragments[selection.name.value];
      const type = fragment && context.schema.getType(fragment.typeCondition.name.value);
      if (type) collectNodes(context, type, fragment.selectionSet, found, visited);
    }
  }
}

/** Two types behind an interface may use one key for different fields, or with other arguments: each keeps its own. */
function addNode(found: Map<string, FieldNodes>, parent: GraphQLNamedType, node: FieldNode): void {
  const place = `${node.alias?.value ?? node.name.value} ${node.name.value} ${parent.name}`;
  const known = found.get(place);
  if (known) known.nodes.push(node);
  else found.set(place, { parent, nodes: [node] });
}

/** Arguments and fields are read when they are asked for: a resolver needs one or two levels of a deep selection. */
function describeField(context: SelectionContext, { parent, nodes }: FieldNodes): SelectedField {
  const node = nodes[0]!;
  const name = node.name.value;
  const definition =
    (isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined) ?? null;
  const type = definition && getNamedType(definition.type);
  let args: SelectedField['args'] | undefined;
  let fields: SelectedField['fields'] | undefined;
  return {
    coordinate: `${parent.name}.${name}`,
    name,
    key: node.alias?.value ?? name,
    ofType: isObjectType(parent) ? parent.name : null,
    definition,
    isLeaf: type ? isLeafType(type) : node.selectionSet === undefined,
    isList: definition !== null && isListType(getNullableType(definition.type)),
    get args() {
      args ??=
        definition && definition.args.length > 0
          ? getArgumentValues(definition, node, context.variables, undefined, true)
          : NO_ARGUMENTS;
      return args;
    },
    get fields() {
      fields ??= type ? readFieldsOf(context, type, nodes) : [];
      return fields;
    },
  };
}

function isIncluded({ variables }: SelectionContext, node: Pick<FieldNode, 'directives'>): boolean {
  if (!node.directives || node.directives.length === 0) return true;
  if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.['if'] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.['if'] !== false;
}
