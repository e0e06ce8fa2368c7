import { getOperationAST } from 'graphql';
import type { Plugin, YogaInitialContext } from 'graphql-yoga';
import type { GraphContext } from '../../graph/context.ts';
import type { CallTally } from '../../upstream/call-budget.ts';
import type { Caller } from '../identity/caller.ts';
import { createOperation } from '../operation.ts';
import type { Operation, OperationOptions } from '../operation.ts';
import type { RequestNotes } from '../request-notes.ts';

const MAX_NAME_LETTERS = 100;

/** What `create-http` hands to Yoga with each request. */
export interface RequestContext {
  readonly caller: Caller;
  /** The caller is on this machine, and may see what the answer cost. */
  readonly isLocal: boolean;
  /** Whose points are spent, unless their credentials tell it better; null: nobody's are counted. */
  readonly rateKey: string | null;
  readonly notes: RequestNotes;
}

/** What plugins find when an operation is run. */
export type OperationContext = YogaInitialContext &
  RequestContext &
  GraphContext & { readonly operation: Operation };

/**
 * Gives each operation its context and its bounds, and tells afterwards what it cost: in `extensions.upstream`, one row per
 * vendor operation, for callers on this machine; in the log for all.
 */
export function useOperation(
  options: OperationOptions,
  createContext: (operation: Operation) => GraphContext,
): Plugin<OperationContext, RequestContext> {
  return {
    onContextBuilding({ context, extendContext }) {
      const operation = createOperation(options, context.request, context.caller);
      extendContext({ ...createContext(operation), operation });
    },
    onExecute({ args }) {
      const { operation, notes, isLocal } = args.contextValue;
      notes.operation = shorten(getOperationAST(args.document, args.operationName)?.name?.value ?? null);
      return {
        onExecuteDone({ result, setResult }) {
          operation.end();
          const tallies = operation.callBudget.tallies();
          notes.vendorCalls = tallies.reduce((sum, { calls }) => sum + calls, 0);
          if (!isLocal || !('data' in result)) return;
          const upstream = tallies.map((tally) => describe(tally, operation.caller));
          setResult({ ...result, extensions: { ...result.extensions, upstream } });
        },
      };
    },
    // Every answer comes by here, also of what was refused before it could be read.
    onResultProcess({ result, serverContext }) {
      const errors = 'errors' in result ? (result.errors ?? []) : [];
      const codes = errors.map(({ extensions }) => extensions?.['code']);
      serverContext.notes.errors = [...new Set(codes.filter((code) => typeof code === 'string'))];
    },
  };
}

/** The name of an operation is the caller's own, as long as a body: logs keep its beginning. */
function shorten(name: string | null): string | null {
  return name !== null && name.length > MAX_NAME_LETTERS ? `${name.slice(0, MAX_NAME_LETTERS)}…` : name;
}

/** What a caller is told of a tally. How many bytes were read tells how long values are that they may not see. */
function describe({ bytes, ms, ...tally }: CallTally, { scopes }: Caller): Partial<CallTally> {
  const rounded = { ...tally, ms: Math.round(ms * 10) / 10 };
  return scopes.has('pii:read') ? { ...rounded, bytes } : rounded;
}
