import type { GraphQLResolveInfo, ResponsePath, VariableValues } from 'graphql';
import type { FieldPlan, Run } from './execute.ts';

/** What the library tells a resolver about its field. Most resolvers read nothing of it, so it is one small object. */
export class ResolveInfo implements GraphQLResolveInfo {
  readonly #plan: FieldPlan;
  readonly path: ResponsePath;
  readonly variableValues: VariableValues;

  /** @param path undefined: of a leaf, which no resolver asks for */
  constructor(plan: FieldPlan, run: Run, path: ResponsePath | undefined) {
    this.#plan = plan;
    this.path = path ?? NOWHERE;
    this.variableValues = run.variables;
  }

  get fieldName() {
    return this.#plan.definition.name;
  }
  get fieldNodes() {
    return this.#plan.nodes;
  }
  get returnType() {
    return this.#plan.definition.type;
  }
  get parentType() {
    return this.#plan.parent;
  }
  get schema() {
    return this.#plan.selections.schema;
  }
  get fragments() {
    return this.#plan.selections.fragments;
  }
  get operation() {
    return this.#plan.operation;
  }
  get rootValue() {
    return undefined;
  }
  getAbortSignal(): undefined {
    return undefined;
  }
  getAsyncHelpers() {
    return HELPERS;
  }
}

const NOWHERE: ResponsePath = { prev: undefined, key: '', typename: undefined };

/** Nothing waits for work that a resolver leaves behind. */
const HELPERS: ReturnType<GraphQLResolveInfo['getAsyncHelpers']> = {
  promiseAll: <T>(values: readonly (PromiseLike<T> | T)[]): Promise<T[]> => Promise.all(values),
  track() {},
};
