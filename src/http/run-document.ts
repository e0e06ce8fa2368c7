import type { AbortSignalLike } from '../base/abort.ts';
import type { ExecutionResult, GraphQLError } from 'graphql';
import { RequestError } from '../base/errors.ts';
import { estimateOperation, refuseOperation } from '../graph/cost/operation.ts';
import type { OperationEstimate } from '../graph/cost/operation.ts';
import type { Caller } from './identity/caller.ts';
import type { HeaderReader } from './identity/vendor-credentials.ts';
import type { KnownDocument } from './lane/documents.ts';
import { rateHeaders } from './limits/rate-limit.ts';
import { refuse } from './mask-error.ts';
import { createOperation } from './operation.ts';
import type { Operation } from './operation.ts';
import { readMoment, refuseNull, refuseRate, settleCost, takePoints } from './plugins/cost.ts';
import { endOperation } from './plugins/operation.ts';
import type { RequestContext } from './plugins/operation.ts';
import type { RequestNotes } from './request-notes.ts';
import type { YogaOptions } from './yoga.ts';

/** What a run takes of the request that caused it. */
export interface RunRequest {
  readonly signal: AbortSignalLike;
  readonly headers: HeaderReader;
}

/** One run of a document that this service trusts. It is an operation of its own: with its own 'now', deadline and call budget. */
export interface DocumentRun {
  readonly operation: Operation;
  /** What it needs. @throws RequestError `BAD_USER_INPUT` if an argument that takes no null gets one from a variable */
  estimate(): OperationEstimate;
  execute(): ExecutionResult | Promise<ExecutionResult>;
}

export type Variables = Readonly<Record<string, unknown>>;

/**
 * Begins a run. Nothing is checked yet, and no points are taken. Call `operation.end` when it has been executed.
 * @param variables not yet coerced. They fit the document
 * @throws RequestError `BAD_USER_INPUT` if credentials in the headers have the wrong form, or if a condition is null
 */
export function beginDocument(
  options: YogaOptions,
  { document, coerce, compiled }: KnownDocument,
  variables: Variables,
  { signal, headers }: RunRequest,
  caller: Caller,
): DocumentRun {
  const { schema, costLimits, createContext } = options;
  const operation = createOperation(options, { signal }, headers, caller);
  const coerced = coerce(variables);
  if (!coerced) throw new RequestError('BAD_USER_INPUT', 'A condition must be true or false, not null.');
  let context: ReturnType<typeof createContext> | null = null;
  const open = () => (context ??= createContext(operation));
  return {
    operation,
    estimate() {
      const estimate = estimateOperation({ schema, document, coerced }, costLimits, readMoment(open()));
      if (!estimate) throw refuseNull();
      return estimate;
    },
    execute: () => compiled(coerced)(open(), coerced),
  };
}

/** The answer of a run. Its errors are not yet translated for callers. */
export interface DocumentAnswer {
  readonly data: Variables | null | undefined;
  readonly errors: readonly GraphQLError[];
}

/**
 * Runs a document with the bounds that the same operation has over HTTP, and notes what HTTP notes. The points come from the caller.
 * @throws what `beginDocument` throws, and GraphQLError `LIMIT_EXCEEDED` before the first vendor call
 */
export async function runDocument(
  options: YogaOptions,
  known: KnownDocument,
  variables: Variables,
  request: RunRequest,
  asked: RequestContext,
): Promise<DocumentAnswer> {
  const { notes } = asked;
  const run = beginDocument(options, known, variables, request, asked.caller);
  const { operation } = run;
  try {
    const estimate = run.estimate();
    notes.operationType = 'query';
    notes.estimate = estimate;
    const refusal = refuseOperation(estimate, options.costLimits);
    if (refusal) throw refuse(refusal);
    const verdict = await takePoints(options, operation, asked, estimate);
    if (verdict) notes.headers = rateHeaders(verdict);
    if (verdict && !verdict.isAllowed) throw refuseRate(verdict, estimate);
    operation.callBudget.share(estimate);
    const result = await run.execute();
    const { data, errors = [] } = endOperation(operation, asked, result);
    settleCost(asked, estimate, verdict, { data });
    return { data, errors };
  } finally {
    operation.end();
  }
}

/** Notes which document is asked for, for the log and the audit trail. */
export function noteDocument(notes: RequestNotes, { name, hash }: KnownDocument): void {
  notes.operation = name;
  notes.document = hash;
}
