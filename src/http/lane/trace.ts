import { tracingChannel } from 'node:diagnostics_channel';
import type { ExecutionResult, GraphQLExecuteContext } from 'graphql';
import type { CompiledOperation } from './compile.ts';

/** The channel of graphql itself, so that whoever traces executions sees those of the lane too. */
const executeChannel = tracingChannel<GraphQLExecuteContext>('graphql:execute');

/** What is known before an execution. Values of variables are not told. */
export type ExecutionFacts = Omit<GraphQLExecuteContext, 'error' | 'result' | 'rawVariableValues'>;

/** The same operation, whose executions are published as graphql publishes its own, if anybody listens. */
export function traceExecution(compiled: CompiledOperation, facts: ExecutionFacts): CompiledOperation {
  return (contextValue, variables) =>
    executeChannel.hasSubscribers
      ? executeChannel.tracePromise(async (): Promise<ExecutionResult> => compiled(contextValue, variables), {
          ...facts,
          rawVariableValues: undefined,
        })
      : compiled(contextValue, variables);
}
