import { LightAbortSignal } from '../base/abort.ts';
import type { AbortSignalLike } from '../base/abort.ts';
import type { Clock } from '../base/time.ts';
import { createCallBudget } from '../upstream/call-budget.ts';
import type { CallBudget } from '../upstream/call-budget.ts';
import { createFrameIds } from './frames.ts';
import type { FrameIds } from './frames.ts';
import type { Caller } from './identity/caller.ts';
import { readVendorHeaders } from './identity/vendor-credentials.ts';
import type { CallerSecrets, HeaderReader } from './identity/vendor-credentials.ts';

/** One GraphQL operation: its caller, its time and its bounds. */
export interface Operation {
  /** Who asks, and what they may read. */
  readonly caller: Caller;
  /** The operation's one 'now', in milliseconds since the epoch. */
  readonly nowMs: number;
  /** When it must be answered, in milliseconds since the epoch. */
  readonly deadlineMs: number;
  /** Aborts when the caller leaves, or shortly after the deadline. */
  readonly signal: AbortSignalLike;
  /** Aborts when the caller leaves: a stream goes on after the deadline. */
  readonly departure: AbortSignalLike;
  /** The place in a stream that a client sends when it reconnects; null: none. */
  readonly lastEventId: string | null;
  /** The ids of the frames of its stream. */
  readonly frames: FrameIds;
  readonly callBudget: CallBudget;
  /** The greatest age of a cached answer that `cache-control` accepts, in milliseconds; null: it sets none. */
  readonly maxAgeMs: number | null;
  /** The vendor credentials that the caller sent; null: the service uses its own. */
  readonly callerSecrets: CallerSecrets | null;
  /** It reads one page of a list that is read to its end, so a scan that stops is not cut short. Left out: it does not. */
  readonly goesOn?: boolean;
  /** Ends its timer, and aborts what still reads. Call it when the operation is answered. */
  readonly end: () => void;
}

export interface OperationOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** How many vendor calls the operation may make. */
  readonly maxUpstreamCalls: number;
  /** Whose credentials the vendors are called with: the service's own, or those that each request brings. */
  readonly vendorCredentials: 'config' | 'request';
  /** See `Operation`. */
  readonly goesOn?: boolean;
}

// A vendor call ends at the deadline by itself, with a better error. The signal ends what is still running after that.
const GRACE_MS = 100;

/**
 * Begins an operation now.
 * @throws RequestError `BAD_USER_INPUT` if credentials in the headers have the wrong form
 */
export function createOperation(
  { clock, timeoutMs, maxUpstreamCalls, vendorCredentials, goesOn = false }: OperationOptions,
  request: { readonly signal: AbortSignalLike },
  headers: HeaderReader,
  caller: Caller,
): Operation {
  const callerSecrets = vendorCredentials === 'request' ? readVendorHeaders(headers) : null;
  const nowMs = clock.now();
  let bounds: Bounds | null = null;
  let isOver = false;
  let frames: FrameIds | null = null;
  return {
    caller,
    nowMs,
    deadlineMs: nowMs + timeoutMs,
    get signal() {
      bounds ??= openBounds(request.signal, Math.max(0, nowMs + timeoutMs + GRACE_MS - clock.now()));
      if (isOver) bounds.close();
      return bounds.signal;
    },
    // Only streams ask for these.
    get departure() {
      return request.signal;
    },
    get lastEventId() {
      return headers.get('last-event-id') || null;
    },
    get frames() {
      return (frames ??= createFrameIds());
    },
    callBudget: createCallBudget(maxUpstreamCalls),
    callerSecrets,
    goesOn,
    maxAgeMs: readMaxAge(headers.get('cache-control')),
    end() {
      isOver = true;
      bounds?.close();
    },
  };
}

const ENDED = new DOMException('The operation has ended.', 'AbortError');

interface Bounds {
  readonly signal: AbortSignalLike;
  readonly close: () => void;
}

/**
 * A signal that aborts when the caller leaves, the time is over or the operation has ended. Then a field beside one that failed may
 * still be reading, and nobody needs it. Only operations that wait for something ask for one.
 */
function openBounds(caller: AbortSignalLike, leftMs: number): Bounds {
  const signal = new LightAbortSignal();
  const timer = setTimeout(() => {
    signal.abort(new DOMException('The operation was not answered in time.', 'TimeoutError'));
  }, leftMs);
  const leave = (): void => signal.abort(caller.reason);
  if (caller.aborted) leave();
  else caller.addEventListener('abort', leave, { once: true });
  return {
    signal,
    close() {
      clearTimeout(timer);
      caller.removeEventListener('abort', leave);
      signal.abort(ENDED);
    },
  };
}

/**
 * Reads `no-cache` and `max-age` in whole seconds, quoted or not (RFC 9111, sections 5.2 and 5.2.1). Other directives are
 * ignored. A `max-age` that is no number counts as 0, because RFC 9111 treats unreadable ages as stale (4.2.1). Of several
 * ages the least counts.
 */
function readMaxAge(cacheControl: string | null): number | null {
  if (cacheControl === null) return null;
  const ages = [...cacheControl.matchAll(DIRECTIVE)].flatMap(([, name, quoted, bare = '']) => {
    if (/^no-cache$/i.test(name ?? '')) return [0];
    const seconds = quoted ?? bare;
    return /^max-age$/i.test(name ?? '') ? [/^\d+$/.test(seconds) ? Number(seconds) * 1_000 : 0] : [];
  });
  return ages.length > 0 ? Math.min(...ages) : null;
}

/** One directive of a comma-separated list: its name, its value in quotes, or its value without quotes. */
const DIRECTIVE = /([^\s,="]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]*)))?/g;
