import { RequestError } from '../base/errors.ts';
import type { Clock } from '../base/time.ts';
import { requireAccess } from '../graph/access.ts';
import type { AttemptReport } from '../upstream/attempt.ts';
import { createCallBudget } from '../upstream/call-budget.ts';
import type { CallTally } from '../upstream/call-budget.ts';
import { answerRefusal } from './export/refusal.ts';
import { JSON_TYPE, TEXT_TYPE } from './http-message.ts';
import type { HttpAnswer, HttpRequest } from './http-message.ts';
import type { Caller } from './identity/caller.ts';
import { createMasker } from './mask-error.ts';
import type { RequestNotes } from './request-notes.ts';

/** What an examination has found, for JSON. */
export interface DoctorReport {
  /** When it began. */
  readonly asOf: string;
  readonly right: boolean;
  readonly plan: readonly object[];
  readonly findings: readonly object[];
}

/** Examines the vendors, Redis and the archive once. */
export type Examine = (
  onAttempt: (report: AttemptReport) => void,
  signal: AbortSignal,
) => Promise<DoctorReport>;

/** Examines at most once at a time, and keeps each report for a minute. */
export interface Doctor {
  /** @param onCalls gets the vendor calls up to now, after each of them, if this question began the examination */
  consult(onCalls: (tallies: readonly CallTally[]) => void): Promise<DoctorReport>;
  /** Ends an examination that runs. */
  close(): void;
}

/** Who asks, as the handler knows it. */
interface Asked {
  readonly notes: RequestNotes;
  readonly caller: Caller;
}

/** An examination takes ten vendor calls, so callers can't have one whenever they like. */
const KEPT_MS = 60_000;
/** The name in the audit trail. */
const OPERATION = 'Doctor';

export const GET_ONLY: HttpAnswer = {
  status: 405,
  headers: { allow: 'GET', ...TEXT_TYPE },
  body: 'The doctor reports by GET.\n',
};

/** @param onAttempt learns each vendor call, as of all other work */
export function createDoctor(
  examine: Examine,
  clock: Clock,
  onAttempt: (report: AttemptReport) => void,
): Doctor {
  const ending = new AbortController();
  let latest: { readonly report: Promise<DoctorReport>; endedAtMs: number | null } | null = null;
  const begin = (onCalls: (tallies: readonly CallTally[]) => void): Promise<DoctorReport> => {
    const made = createCallBudget(Infinity);
    const count = (report: AttemptReport): void => {
      made.spend(report.source, report.operation);
      made.record(report.source, report.operation, report);
      onCalls(made.tallies());
      onAttempt(report);
    };
    const report = examine(count, ending.signal).finally(() => {
      run.endedAtMs = clock.now();
    });
    // A failure is kept, too, because it may have cost as many calls.
    const run = { report, endedAtMs: null as number | null };
    latest = run;
    return report;
  };
  return {
    consult(onCalls) {
      const isKept = latest && (latest.endedAtMs === null || clock.now() < latest.endedAtMs + KEPT_MS);
      return isKept ? latest!.report : begin(onCalls);
    },
    close: () => ending.abort(),
  };
}

/** Answers `GET /health/doctor`. Rejects only if the caller leaves; the examination then goes on, and its report is kept. */
export function createDoctorAnswer(
  doctor: Doctor,
  onFault: (error: unknown) => void,
): (request: HttpRequest, asked: Asked) => Promise<HttpAnswer> {
  const mask = createMasker(onFault);
  return async ({ signal }, { notes, caller }) => {
    notes.operation = OPERATION;
    try {
      checkCaller(caller);
      const consulting = doctor.consult((tallies) => {
        notes.tallies = tallies;
      });
      const report = await Promise.race([consulting, leaving(signal)]);
      return { status: 200, headers: JSON_TYPE, body: `${JSON.stringify(report, null, 2)}\n` };
    } catch (error) {
      signal.throwIfAborted();
      const masked = mask(error);
      notes.errors = [String(masked.extensions['code'])];
      return answerRefusal(masked);
    }
  };
}

/** @throws RequestError `UNAUTHENTICATED`, `FORBIDDEN` */
function checkCaller(caller: Caller): void {
  if (caller.kind === 'open') {
    throw new RequestError(
      'FORBIDDEN',
      'The doctor reports to callers with keys or tokens only, and this service does not ask callers who they are. Set SIGHTLINE_API_KEYS_FILE or an issuer, or run npm run doctor where the service runs.',
    );
  }
  requireAccess(caller, ['doctor']);
}

/** Rejects when the caller leaves. */
function leaving(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
