import { getOperationAST } from 'graphql';
import type { DocumentNode, GraphQLError } from 'graphql';
import type { Plugin, YogaInitialContext } from 'graphql-yoga';
import type { GraphContext } from '../../graph/context.ts';
import { addTallies } from '../../upstream/call-budget.ts';
import type { CallTally } from '../../upstream/call-budget.ts';
import type { Caller } from '../identity/caller.ts';
import { createOperation } from '../operation.ts';
import type { Operation, OperationOptions } from '../operation.ts';
import type { RequestNotes } from '../request-notes.ts';

const MAX_NAME_LETTERS = 100;

/** What the responder gives to Yoga with each request. */
export interface RequestContext {
  readonly caller: Caller;
  /** The caller is on this machine, and may see the vendor calls of the answer. */
  readonly isLocal: boolean;
  /** Whose points are spent, unless vendor credentials identify the caller; null: no points are counted. */
  readonly rateKey: string | null;
  readonly notes: RequestNotes;
}

/** The context of plugins while an operation runs. */
export type OperationContext = YogaInitialContext &
  RequestContext &
  GraphContext & { readonly operation: Operation; readonly renew: () => RenewedContext };

/** The context of one update of a stream, which has a time, a call budget and a deadline of its own. */
export interface RenewedContext {
  readonly contextValue: object;
  /** Ends it, and adds what it has called to the notes of the request. */
  end(): void;
}

/**
 * Gives each operation its context and its bounds. Afterwards reports its vendor calls: to the log, and to callers on this
 * machine in `extensions.upstream`, with one row for each vendor operation.
 */
export function useOperation(
  options: OperationOptions,
  createContext: (operation: Operation) => GraphContext,
): Plugin<OperationContext, RequestContext> {
  return {
    onContextBuilding({ context, extendContext }) {
      const operation = createOperation(options, context.request, context.request.headers, context.caller);
      const renew = (): RenewedContext => {
        const each = createOperation(options, context.request, context.request.headers, context.caller);
        if (context.notes.estimate) each.callBudget.share(context.notes.estimate);
        return {
          contextValue: { ...context, ...createContext(each), operation: each },
          end() {
            each.end();
            context.notes.tallies = addTallies(context.notes.tallies, each.callBudget.tallies());
          },
        };
      };
      extendContext({ ...createContext(operation), operation, renew });
    },
    onSubscribe({ args }) {
      const { notes } = args.contextValue;
      notes.operationType = 'subscription';
      notes.operation = readName(args.document, args.operationName);
    },
    onExecute({ args }) {
      const { operation, notes } = args.contextValue;
      notes.operationType = getOperationAST(args.document, args.operationName)?.operation ?? null;
      notes.operation = readName(args.document, args.operationName);
      return {
        onExecuteDone({ result, setResult }) {
          const reported = endOperation(operation, args.contextValue, result);
          if (reported !== result) setResult(reported);
        },
      };
    },
    // Every answer comes by here, also one that refuses a request before it is read.
    onResultProcess({ result, serverContext }) {
      serverContext.notes.errors = listCodes('errors' in result ? (result.errors ?? []) : []);
    },
  };
}

/** The name of the operation that runs, for the log; null: it has none. */
export function readName(document: DocumentNode, operationName?: string | null): string | null {
  return shorten(getOperationAST(document, operationName)?.name?.value ?? null);
}

/** Ends an operation and notes its vendor calls, for what else counts them. Returns its result, with the calls for a caller on this machine. */
export function endOperation<Result extends object>(
  operation: Operation,
  { notes, isLocal }: Pick<RequestContext, 'notes' | 'isLocal'>,
  result: Result & { readonly extensions?: Readonly<Record<string, unknown>> },
): Result {
  operation.end();
  // A call that was under way is not counted: a field may have failed before all of its calls were answered.
  const tallies = operation.callBudget.tallies();
  notes.tallies = tallies;
  if (!isLocal || !('data' in result)) return result;
  const upstream = tallies.map((tally) => describe(tally, operation.caller));
  return { ...result, extensions: { ...result.extensions, upstream } };
}

/** The codes of errors, each once. */
export function listCodes(errors: readonly GraphQLError[]): readonly string[] {
  const codes = errors.map(({ extensions }) => extensions['code']);
  return [...new Set(codes.filter((code) => typeof code === 'string'))];
}

/** A caller may name an operation with as many letters as a body has. Logs keep the beginning. */
function shorten(name: string | null): string | null {
  return name !== null && name.length > MAX_NAME_LETTERS ? `${name.slice(0, MAX_NAME_LETTERS)}…` : name;
}

/** A tally as its caller may see it. The number of bytes would reveal the length of masked values. */
function describe({ bytes, ms, ...tally }: CallTally, { scopes }: Caller): Partial<CallTally> {
  const rounded = { ...tally, ms: Math.round(ms * 10) / 10 };
  return scopes.has('pii:read') ? { ...rounded, bytes } : rounded;
}
