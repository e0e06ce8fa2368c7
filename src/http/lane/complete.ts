import { GraphQLError, GraphQLID, GraphQLString, isObjectType } from 'graphql';
import type {
  GraphQLAbstractType,
  GraphQLLeafType,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLSchema,
  ResponsePath,
} from 'graphql';
import { executeFields, extendPath, failAt, ignoreRejection, isPromiseLike } from './execute.ts';
import type { Complete, FieldPlan, ObjectPlan, Run } from './execute.ts';
import { ResolveInfo } from './resolve-info.ts';

export function requireValue(complete: Complete): Complete {
  return (run, value, path, plan) => {
    const completed = complete(run, value, path, plan);
    if (completed !== null) return completed;
    throw new Error(`Cannot return null for non-nullable field ${plan.parent.name}.${plan.definition.name}.`);
  };
}

/** Whether each text is a value of this type in the answer as it is. */
export function isTextType(type: GraphQLOutputType): boolean {
  return type === GraphQLString || type === GraphQLID;
}

export function createCompleteLeaf(type: GraphQLLeafType): Complete {
  const isText = isTextType(type);
  return (_run, value) => {
    if (value === null || value === undefined) return null;
    if (isText && typeof value === 'string') return value;
    if (value instanceof Error) throw value;
    const coerced = type.coerceOutputValue(value);
    if (coerced === null || coerced === undefined) throw new Error(`${type.name} gave no value.`);
    return coerced;
  };
}

/**
 * @param isLeaf the items are leaves, so their paths are needed only for errors
 * @param isText texts among the items are in the answer as they are
 */
export function createCompleteList(
  complete: Complete,
  {
    isLeaf,
    isText,
    isNullable,
  }: { readonly isLeaf: boolean; readonly isText: boolean; readonly isNullable: boolean },
): Complete {
  const placeOf = (path: ResponsePath | undefined, index: number): ResponsePath =>
    extendPath(path, index, undefined);
  const completeItem = (
    run: Run,
    item: unknown,
    path: ResponsePath | undefined,
    index: number,
    plan: FieldPlan,
  ): unknown => {
    const own = isLeaf ? path : placeOf(path, index);
    try {
      if (isPromiseLike(item)) return awaitItem(run, item, own, index, plan);
      const completed = complete(run, item, own, plan);
      if (!(completed instanceof Promise)) return completed;
      return completed.catch((error: unknown) => fail(run, error, own, index, plan));
    } catch (error) {
      return fail(run, error, own, index, plan);
    }
  };
  /** The place of an object must be the very one that its fields have: what is null is known by it. */
  const fail = (
    run: Run,
    error: unknown,
    own: ResponsePath | undefined,
    index: number,
    plan: FieldPlan,
  ): null => failAt(run, plan, error, isLeaf ? placeOf(own, index) : own, isNullable);
  const awaitItem = async (
    run: Run,
    item: PromiseLike<unknown>,
    own: ResponsePath | undefined,
    index: number,
    plan: FieldPlan,
  ): Promise<unknown> => {
    try {
      const resolved = await item;
      if (run.isOver) return null;
      const completed = complete(run, resolved, own, plan);
      return completed instanceof Promise ? await completed : completed;
    } catch (error) {
      return fail(run, error, own, index, plan);
    }
  };
  return (run, value, path, plan) => {
    if (value === null || value === undefined) return null;
    if (value instanceof Error) throw value;
    if (!Array.isArray(value)) {
      throw new GraphQLError(
        `Expected Iterable, but did not find one for field "${plan.parent.name}.${plan.definition.name}".`,
      );
    }
    if (isText && areTexts(value)) return value;
    const items: unknown[] = [];
    let isWaiting = false;
    try {
      for (let index = 0; index < value.length; index += 1) {
        const completed = completeItem(run, value[index], path, index, plan);
        items.push(completed);
        if (completed instanceof Promise) isWaiting = true;
      }
    } catch (error) {
      items.forEach(ignoreRejection);
      // Those behind it have not been reached.
      value.forEach(ignoreRejection);
      throw error;
    }
    return isWaiting ? Promise.all(items) : items;
  };
}

function areTexts(items: readonly unknown[]): boolean {
  // Not `every`, which leaves out what was never set.
  for (let index = 0; index < items.length; index += 1) if (typeof items[index] !== 'string') return false;
  return true;
}

/** @param plansFor the fields that the operation selects on one of the possible types */
export function createCompleteAbstract(
  schema: GraphQLSchema,
  type: GraphQLAbstractType,
  plansFor: (type: GraphQLObjectType) => ObjectPlan,
): Complete {
  return (run, value, path, plan) => {
    if (value === null || value === undefined) return null;
    if (value instanceof Error) throw value;
    const name = type.resolveType?.(value, run.contextValue, new ResolveInfo(plan, run, path), type);
    const named = typeof name === 'string' ? schema.getType(name) : undefined;
    if (!isObjectType(named) || !schema.isSubType(type, named))
      throw new GraphQLError(`"${type.name}" has no type for the value of "${plan.definition.name}".`);
    return executeFields(run, plansFor(named), value, path);
  };
}
