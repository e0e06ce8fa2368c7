import type { Range } from '../../base/time.ts';
import type { CallTally } from '../../upstream/call-budget.ts';
import type { AuditTrail } from '../audit-trail.ts';
import type { Caller } from '../identity/caller.ts';
import { createMasker } from '../mask-error.ts';
import { noteAnswer } from '../plugins/audit.ts';
import { listCodes } from '../plugins/operation.ts';
import { createRequestNotes } from '../request-notes.ts';
import { noteDocument, runDocument } from '../run-document.ts';
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

/**
 * Asks the graph in this process. Rejects only if the signal aborts.
 * @param traceId the trace that the question belongs to; left out: none
 */
export type AskAlert = (asked: AlertAsked, traceId?: string) => Promise<AlertAnswer>;

const ANY_ANSWER = 200;
const NO_HEADERS = { get: () => null };

/**
 * Each question is an operation of its own: with its own 'now', deadline, call budget and line of the audit trail. It takes points from
 * nobody, because the file bounds how often it is asked.
 */
export function createAskAlert(options: YogaOptions, trail: Pick<AuditTrail, 'write'>): AskAlert {
  const mask = createMasker(options.onFault);
  return async ({ question, caller, range, signal }, traceId) => {
    const { known, variablesOf } = question;
    const notes = createRequestNotes();
    notes.isOperation = true;
    notes.caller = caller;
    if (traceId !== undefined) notes.trace_id = traceId;
    noteDocument(notes, known);
    const run = async (): Promise<AlertAnswer> => {
      try {
        const request = { signal, headers: NO_HEADERS };
        const asked = { caller, isLocal: false, rateKey: null, notes };
        const { data, errors } = await runDocument(options, known, variablesOf(range), request, asked);
        const [error] = errors;
        if (error || !data) throw error ?? new Error('The graph gave no data.');
        noteAnswer(notes, data);
        return { kind: 'answer', data, tallies: notes.tallies };
      } catch (error) {
        signal.throwIfAborted();
        const masked = mask(error);
        notes.errors = listCodes([masked]);
        return {
          kind: 'failure',
          reason: `${notes.errors.join()}: ${masked.message}`,
          tallies: notes.tallies,
        };
      }
    };
    const answer = await run();
    signal.throwIfAborted();
    if (await trail.write(notes, ANY_ANSWER)) return answer;
    return { kind: 'failure', reason: "The audit trail can't be written.", tallies: answer.tallies };
  };
}
