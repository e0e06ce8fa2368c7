import {
  defaultFieldResolver,
  getArgumentValues,
  getNamedType,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  TypeNameMetaFieldDef,
  visit,
} from 'graphql';
import type {
  ExecutionResult,
  FieldNode,
  GraphQLField,
  GraphQLObjectType,
  GraphQLOutputType,
  OperationDefinitionNode,
  VariableValues,
} from 'graphql';
import {
  createCompleteAbstract,
  createCompleteLeaf,
  createCompleteList,
  isTextType,
  requireValue,
} from './complete.ts';
import { executeFields, readArguments, respond } from './execute.ts';
import type { Complete, FieldPlan, ObjectPlan, Resolve, Run } from './execute.ts';
import { collectFields } from './fields.ts';
import type { Selections } from './fields.ts';
import { ResolveInfo } from './resolve-info.ts';

/** An operation whose selections have been read once, for all requests that send it. */
export type CompiledOperation = (
  contextValue: object,
  variables: VariableValues,
) => ExecutionResult | Promise<ExecutionResult>;

/**
 * Compiles a query. The result is that of graphql-js: the same data in the same order, the same errors at the same paths. Two
 * things make it faster: a field's arguments are read once for a request and not for each object, and the result of reading
 * the selections is kept.
 *
 * @param selections with the variables of one request: every request with the same values of `@skip` and `@include` may use
 *   the compiled operation
 */
export function compileQuery(
  selections: Selections,
  root: GraphQLObjectType,
  operation: OperationDefinitionNode,
): CompiledOperation {
  let slots = 0;

  const planField = (parent: GraphQLObjectType, key: string, nodes: readonly FieldNode[]): FieldPlan => {
    const node = nodes[0]!;
    const definition = selections.schema.getField(parent, node.name.value)!;
    const { type } = definition;
    const takesVariables = definition.args.length > 0 && hasVariable(node);
    return {
      key,
      nodes,
      parent,
      definition,
      resolve: resolverOf(parent, definition),
      text: isTextType(isNonNullType(type) ? type.ofType : type) ? exposedProperty(definition) : null,
      slot: takesVariables ? slots++ : null,
      args: takesVariables ? {} : getArgumentValues(definition, node),
      isLeaf: isLeafType(isNonNullType(type) ? type.ofType : type),
      isNullable: !isNonNullType(type),
      complete: completeOf(type, nodes),
      selections,
      operation,
    };
  };

  const planFields = (type: GraphQLObjectType, nodes: readonly FieldNode[]): ObjectPlan =>
    planAll(
      type,
      collectFields(
        selections,
        type,
        nodes.map(({ selectionSet }) => selectionSet),
      ),
    );
  const planAll = (
    type: GraphQLObjectType,
    found: ReadonlyMap<string, readonly FieldNode[]>,
  ): ObjectPlan => ({
    fields: [...found].map(([key, nodes]) => planField(type, key, nodes)),
    // The parser makes objects of exactly the size that they need.
    empty: JSON.parse(JSON.stringify(Object.fromEntries([...found.keys()].map((key) => [key, null])))),
  });

  const completeOf = (type: GraphQLOutputType, nodes: readonly FieldNode[]): Complete => {
    if (isNonNullType(type)) return requireValue(completeOf(type.ofType, nodes));
    if (isListType(type)) {
      const item = type.ofType;
      const itemType = isNonNullType(item) ? item.ofType : item;
      return createCompleteList(completeOf(item, nodes), {
        isLeaf: isLeafType(getNamedType(item)) && !isListType(itemType),
        isText: isTextType(itemType),
        isNullable: !isNonNullType(item),
      });
    }
    if (isLeafType(type)) return createCompleteLeaf(type);
    const planned = new Map<GraphQLObjectType, ObjectPlan>();
    const plansFor = (objectType: GraphQLObjectType): ObjectPlan => {
      const known = planned.get(objectType);
      if (known) return known;
      const plans = planFields(objectType, nodes);
      planned.set(objectType, plans);
      return plans;
    };
    if (isAbstractType(type)) return createCompleteAbstract(selections.schema, type, plansFor);
    const plans = plansFor(type);
    return (run, value, path) => {
      if (value === null || value === undefined) return null;
      if (value instanceof Error) throw value;
      return executeFields(run, plans, value, path);
    };
  };

  const plans = planAll(root, collectFields(selections, root, [operation.selectionSet]));
  return (contextValue, variables) => {
    const run: Run = {
      contextValue,
      variables,
      args: [],
      errors: [],
      nulled: new Set(),
      isOver: false,
    };
    return respond(run, plans);
  };
}

function resolverOf(
  { name: typeName }: GraphQLObjectType,
  definition: GraphQLField<unknown, unknown>,
): Resolve {
  const { name, resolve } = definition;
  if (name === TypeNameMetaFieldDef.name) return () => typeName;
  const property = exposedProperty(definition);
  if (property !== null) return (_run, source) => (source as Readonly<Record<string, unknown>>)[property];
  const call = resolve ?? defaultFieldResolver;
  if (call.length < RESOLVER_PARAMETERS) {
    // It can't read what is told about its field.
    const callWithout = call as (source: unknown, args: object, context: object) => unknown;
    return (run, source, plan) => callWithout(source, readArguments(run, plan), run.contextValue);
  }
  return (run, source, plan, path) =>
    call(source, readArguments(run, plan), run.contextValue, new ResolveInfo(plan, run, path));
}

/** The object, the arguments, the context, and what is told about the field. */
const RESOLVER_PARAMETERS = 4;

/** The property of its object that a field shows, if it does no more; null: it has a resolver. */
function exposedProperty({ extensions }: GraphQLField<unknown, unknown>): string | null {
  const property = extensions['pothosExposedField'];
  return extensions['pothosResolveWrapped'] !== true && typeof property === 'string' ? property : null;
}

/** Whether a variable occurs in a field's arguments. */
function hasVariable(node: FieldNode): boolean {
  let found = false;
  for (const argument of node.arguments ?? []) {
    visit(argument, {
      Variable() {
        found = true;
      },
    });
  }
  return found;
}
