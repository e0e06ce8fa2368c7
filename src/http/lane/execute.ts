import { getArgumentValues, GraphQLError, locatedError, responsePathAsArray } from 'graphql';
import type {
  ExecutionResult,
  FieldNode,
  GraphQLField,
  GraphQLObjectType,
  OperationDefinitionNode,
  ResponsePath,
  VariableValues,
} from 'graphql';
import type { Selections } from './fields.ts';

/** One execution of a compiled operation. */
export interface Run {
  readonly contextValue: object;
  readonly variables: VariableValues;
  /** The arguments of the fields with variables, by slot, once they are read. */
  readonly args: (Arguments | undefined)[];
  readonly errors: GraphQLError[];
  /** The places of the answer that an error has made null. */
  readonly nulled: Set<ResponsePath | undefined>;
  /** Whether the answer is complete. What still waits then is in a place that is null, and goes no further. */
  isOver: boolean;
}

type Arguments = Record<string, unknown>;

/** The value of a field, or a promise of it. */
export type Resolve = (run: Run, source: unknown, plan: FieldPlan, path: ResponsePath | undefined) => unknown;

/**
 * Turns a resolved value into the value in the answer (https://spec.graphql.org/September2025/#CompleteValue()), or a promise
 * of it if a field below waits.
 * @param path of the value; for a leaf, of the object around
 */
export type Complete = (run: Run, value: unknown, path: ResponsePath | undefined, plan: FieldPlan) => unknown;

/** How one field of one object type is resolved and completed. */
export interface FieldPlan {
  /** The name in the answer. */
  readonly key: string;
  readonly nodes: readonly FieldNode[];
  readonly parent: GraphQLObjectType;
  readonly definition: GraphQLField<unknown, unknown>;
  readonly resolve: Resolve;
  /** The property of the object around whose texts are the answer as they are; null: the value must be resolved. */
  readonly text: string | null;
  /** The place of the arguments in the run; null: they are always `args`. */
  readonly slot: number | null;
  readonly args: Arguments;
  readonly isLeaf: boolean;
  readonly isNullable: boolean;
  readonly complete: Complete;
  readonly selections: Selections;
  readonly operation: OperationDefinitionNode;
}

/** The fields of one object. */
export interface ObjectPlan {
  readonly fields: readonly FieldPlan[];
  /** The object with a null for each field. A copy of it has room for all fields, so that it need not grow. */
  readonly empty: Readonly<Record<string, unknown>>;
}

/** The result of an operation with these root fields. Never throws or rejects. */
export function respond(run: Run, plans: ObjectPlan): ExecutionResult | Promise<ExecutionResult> {
  const fail = (error: unknown): ExecutionResult => {
    addError(run, toGraphqlError(error), undefined);
    return createResult(run, null);
  };
  const end = (): void => {
    run.isOver = true;
  };
  try {
    const data = executeFields(run, plans, undefined, undefined);
    if (data instanceof Promise) {
      const answer = data.then((resolved) => createResult(run, resolved), fail);
      void answer.then(end);
      return answer;
    }
    end();
    return createResult(run, data);
  } catch (error) {
    end();
    return fail(error);
  }
}

function createResult({ errors }: Run, data: Record<string, unknown> | null): ExecutionResult {
  return errors.length > 0 ? { errors, data } : { data };
}

function toGraphqlError(error: unknown): GraphQLError {
  return error instanceof GraphQLError ? error : locatedError(error, undefined);
}

/** Resolves fields of one object. The result is a promise only if a field waits. */
export function executeFields(
  run: Run,
  plans: ObjectPlan,
  source: unknown,
  path: ResponsePath | undefined,
): Record<string, unknown> | Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = { ...plans.empty };
  let waiting: string[] | null = null;
  try {
    for (const plan of plans.fields) {
      const text = plan.text === null ? null : (source as Readonly<Record<string, unknown>>)[plan.text];
      if (typeof text === 'string') {
        values[plan.key] = text;
        continue;
      }
      const value = executeField(run, plan, source, path);
      values[plan.key] = value;
      if (value instanceof Promise) (waiting ??= []).push(plan.key);
    }
  } catch (error) {
    // The answer has no place for them any more, but a rejection that nobody handles would end the process.
    for (const key of waiting ?? []) ignoreRejection(values[key]);
    throw error;
  }
  return waiting === null ? values : settleFields(values, waiting);
}

async function settleFields(
  values: Record<string, unknown>,
  waiting: readonly string[],
): Promise<Record<string, unknown>> {
  const settled = await Promise.all(waiting.map((key) => values[key]));
  for (const [index, key] of waiting.entries()) values[key] = settled[index];
  return values;
}

function executeField(run: Run, plan: FieldPlan, source: unknown, path: ResponsePath | undefined): unknown {
  // The path of a leaf is needed only for an error.
  const own = plan.isLeaf ? path : extendPath(path, plan.key, plan.parent.name);
  try {
    const value = plan.resolve(run, source, plan, own);
    if (isPromiseLike(value)) return awaitField(run, plan, value, path, own);
    const completed = plan.complete(run, value, own, plan);
    return completed instanceof Promise
      ? completed.catch((error: unknown) => failField(run, plan, error, path, own))
      : completed;
  } catch (error) {
    return failField(run, plan, error, path, own);
  }
}

async function awaitField(
  run: Run,
  plan: FieldPlan,
  value: PromiseLike<unknown>,
  path: ResponsePath | undefined,
  own: ResponsePath | undefined,
): Promise<unknown> {
  try {
    const resolved = await value;
    if (run.isOver) return null;
    const completed = plan.complete(run, resolved, own, plan);
    return completed instanceof Promise ? await completed : completed;
  } catch (error) {
    return failField(run, plan, error, path, own);
  }
}

function failField(
  run: Run,
  plan: FieldPlan,
  error: unknown,
  path: ResponsePath | undefined,
  own: ResponsePath | undefined,
): null {
  const place = plan.isLeaf ? extendPath(path, plan.key, plan.parent.name) : own;
  return failAt(run, plan, error, place, plan.isNullable);
}

/**
 * Notes an error at a place that may be null. @throws GraphQLError with the place, if it may not: the object around becomes null
 */
export function failAt(
  run: Run,
  plan: FieldPlan,
  error: unknown,
  path: ResponsePath | undefined,
  isNullable: boolean,
): null {
  const located = locatedError(error, plan.nodes, path && responsePathAsArray(path));
  if (!isNullable) throw located;
  addError(run, located, path);
  return null;
}

/** Only the first error inside a place that is null is told. */
function addError({ errors, nulled }: Run, error: GraphQLError, path: ResponsePath | undefined): void {
  if (nulled.has(undefined)) return;
  for (let place = path; place; place = place.prev) if (nulled.has(place)) return;
  nulled.add(path);
  errors.push(error);
}

/** The arguments of a field, read once for a run. */
export function readArguments(run: Run, plan: FieldPlan): Arguments {
  if (plan.slot === null) return plan.args;
  return (run.args[plan.slot] ??= getArgumentValues(
    plan.definition,
    plan.nodes[0]!,
    run.variables,
    undefined,
    true,
  ));
}

export function extendPath(
  prev: ResponsePath | undefined,
  key: string | number,
  typename: string | undefined,
): ResponsePath {
  return { prev, key, typename };
}

export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

export function ignoreRejection(value: unknown): void {
  if (isPromiseLike(value)) value.then(undefined, () => {});
}
