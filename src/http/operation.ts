import type { Clock } from '../base/time.ts';
import { createCallBudget } from '../upstream/call-budget.ts';
import type { CallBudget } from '../upstream/call-budget.ts';
import type { Caller } from './identity/caller.ts';
import { readVendorHeaders } from './vendor-headers.ts';
import type { CallerSecrets } from './vendor-headers.ts';

/** What one GraphQL operation may use up, and when it must have answered. */
export interface Operation {
  /** Who asks, and what they may see. */
  readonly caller: Caller;
  /** The operation's one 'now', in milliseconds since the epoch. */
  readonly nowMs: number;
  /** When it must have answered, in milliseconds since the epoch. */
  readonly deadlineMs: number;
  /** Ends when the caller has gone, or shortly after the deadline. */
  readonly signal: AbortSignal;
  readonly callBudget: CallBudget;
  /** How old an answer may be for this caller, in milliseconds, as `cache-control` asks; null: it does not. */
  readonly maxAgeMs: number | null;
  /** The caller's own credentials; null: the service's own are used, and headers say nothing. */
  readonly callerSecrets: CallerSecrets | null;
  /** Frees what watches over it; to be called when it has been answered. */
  readonly end: () => void;
}

export interface OperationOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** How many vendor calls the operation may make. */
  readonly maxUpstreamCalls: number;
  /** Whose credentials the vendors are called with: the service's own, or those that each request brings. */
  readonly vendorCredentials: 'config' | 'request';
}

// A vendor call ends itself at the deadline, with an error that names it; only what does not is cut off by the signal.
const GRACE_MS = 100;

/**
 * An operation that begins now for the caller behind `request`.
 * @throws RequestError `BAD_USER_INPUT` for credentials in its headers that can not be
 */
export function createOperation(
  { clock, timeoutMs, maxUpstreamCalls, vendorCredentials }: OperationOptions,
  request: { readonly signal: AbortSignal; readonly headers: Headers },
  caller: Caller,
): Operation {
  const callerSecrets = vendorCredentials === 'request' ? readVendorHeaders(request.headers) : null;
  const nowMs = clock.now();
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new DOMException('The operation was not answered in time.', 'TimeoutError'));
  }, timeoutMs + GRACE_MS);
  const leave = (): void => controller.abort(request.signal.reason);
  if (request.signal.aborted) leave();
  else request.signal.addEventListener('abort', leave, { once: true });
  return {
    caller,
    nowMs,
    deadlineMs: nowMs + timeoutMs,
    signal: controller.signal,
    callBudget: createCallBudget(maxUpstreamCalls),
    callerSecrets,
    maxAgeMs: readMaxAge(request.headers.get('cache-control') ?? ''),
    end() {
      clearTimeout(timer);
      request.signal.removeEventListener('abort', leave);
    },
  };
}

/**
 * `no-cache`, or `max-age` in whole seconds, quoted or not (RFC 9111, sections 5.2 and 5.2.1); what else it may say is not
 * for us. A `max-age` that is no number, and the least of several, ask for what is newest, as what can't be read is taken
 * for stale there (4.2.1).
 */
function readMaxAge(cacheControl: string): number | null {
  const ages = [...cacheControl.matchAll(DIRECTIVE)].flatMap(([, name, quoted, bare = '']) => {
    if (/^no-cache$/i.test(name ?? '')) return [0];
    const seconds = quoted ?? bare;
    return /^max-age$/i.test(name ?? '') ? [/^\d+$/.test(seconds) ? Number(seconds) * 1_000 : 0] : [];
  });
  return ages.length > 0 ? Math.min(...ages) : null;
}

/** One of several between commas: its name, and its value as a quoted text or as it stands. */
const DIRECTIVE = /([^\s,="]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]*)))?/g;
