import { estimateOperation, refuseOperation } from '../../graph/cost/operation.ts';
import type { Range } from '../../base/time.ts';
import type { CallTally } from '../../upstream/call-budget.ts';
import type { AuditTrail } from '../audit-trail.ts';
import type { Caller } from '../identity/caller.ts';
import { isAbandoned, isMasked, maskError } from '../mask-error.ts';
import { createOperation } from '../operation.ts';
import { noteAnswer } from '../plugins/audit.ts';
import { readMoment } from '../plugins/cost.ts';
import { listCodes } from '../plugins/operation.ts';
import { createRequestNotes } from '../request-notes.ts';
import type { YogaOptions } from '../yoga.ts';
import type { AlertQuestion } from './question.ts';

/** What an alert asks. */
export interface AlertAsked {
  readonly question: AlertQuestion;
  readonly caller: Caller;
  readonly range: Range;
  readonly signal: AbortSignal;
}

/** An answer without an error, or the reason why there is none: a sentence for people, after its code. */
export type AlertAnswer = (
  | { readonly kind: 'answer'; readonly data: Readonly<Record<string, unknown>> }
  | { readonly kind: 'failure'; readonly reason: string }
) & { readonly tallies: readonly CallTally[] };

/** Asks the graph in this process. Rejects only if the signal aborts. */
export type AskAlert = (asked: AlertAsked) => Promise<AlertAnswer>;

const ANY_ANSWER = 200;

/**
 * Each question is an operation of its own: with its own 'now', deadline, call budget and line of the audit trail. It takes points from
 * nobody, because the file bounds how often it is asked.
 */
export function createAskAlert(options: YogaOptions, trail: Pick<AuditTrail, 'write'>): AskAlert {
  const { schema, createContext, costLimits, onFault } = options;
  return async ({ question, caller, range, signal }) => {
    const { document, coerce, compiled, name, hash } = question.known;
    const variables = question.variablesOf(range);
    const notes = createRequestNotes();
    notes.isOperation = true;
    notes.caller = caller;
    notes.operation = name;
    notes.document = hash;
    const fail = (error: unknown): AlertAnswer => {
      signal.throwIfAborted();
      const masked = maskError(error);
      if (isMasked(masked) && !isAbandoned(error)) onFault(error);
      notes.errors = listCodes([masked]);
      return { kind: 'failure', reason: `${notes.errors.join()}: ${masked.message}`, tallies: notes.tallies };
    };
    const run = async (): Promise<AlertAnswer> => {
      const operation = createOperation(options, { signal }, { get: () => null }, caller);
      try {
        const coerced = coerce(variables)!;
        const context = createContext(operation);
        const estimate = estimateOperation(
          { schema, document, variableValues: variables, coerced },
          costLimits,
          readMoment(context),
        );
        notes.estimate = estimate;
        const refusal = estimate && refuseOperation(estimate, costLimits);
        if (refusal) return fail(refusal);
        if (estimate) operation.callBudget.share(estimate);
        const { data, errors } = await compiled(coerced)(context, coerced);
        notes.tallies = operation.callBudget.tallies();
        const [error] = errors ?? [];
        if (error || !data) return fail(error ?? new Error('The graph gave no data.'));
        noteAnswer(notes, data);
        return { kind: 'answer', data, tallies: notes.tallies };
      } catch (error) {
        return fail(error);
      } finally {
        operation.end();
      }
    };
    const answer = await run();
    signal.throwIfAborted();
    if (await trail.write(notes, ANY_ANSWER)) return answer;
    return { kind: 'failure', reason: "The audit trail can't be written.", tallies: answer.tallies };
  };
}
