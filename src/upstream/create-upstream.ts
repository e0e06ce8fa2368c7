import type { Clock } from '../base/clock.ts';
import { scopedKey } from '../base/credential-scope.ts';
import { RequestError } from '../base/request-error.ts';
import type { Secret } from '../base/secret.ts';
import type { SharedStore } from '../base/shared-store.ts';
import type { Source } from '../base/source.ts';
import { UpstreamError } from '../base/upstream-error.ts';
import type { UpstreamCode } from '../base/upstream-error.ts';
import { createAnswerCache } from './answer-cache.ts';
import { createAttempt } from './attempt.ts';
import type { AttemptReport } from './attempt.ts';
import { sendAuthorized } from './authorize.ts';
import { createBreaker } from './breaker.ts';
import type { Call, Outcome, Reading } from './call.ts';
import { createHttpTransport } from './http-transport.ts';
import { createRecall } from './recall.ts';
import { createRetry } from './retry.ts';
import { createRetryBudget } from './retry-budget.ts';
import { createSharedAnswers } from './shared-answers.ts';
import { createSingleFlight } from './single-flight.ts';
import { createSlots } from './slots.ts';
import type { Transport } from './transport.ts';
import { DEFAULT_UPSTREAM_LIMITS } from './upstream-limits.ts';
import type { UpstreamLimits } from './upstream-limits.ts';
import type { CallContext, Upstream, UpstreamAnswer, UpstreamRequest } from './upstream.ts';
import { createVendorHealth } from './vendor-health.ts';
import { createVendorRest } from './vendor-rest.ts';
import { systemWait } from './wait.ts';
import type { Wait } from './wait.ts';

export interface UpstreamOptions {
  readonly source: Source;
  /** http or https, without credentials, query or fragment: `https://api.cloud-elements.com/elements/api-v2`. */
  readonly baseUrl: string;
  readonly clock: Clock;
  /** In [0, 1): spreads retries. */
  readonly random: () => number;
  /** What differs from `DEFAULT_UPSTREAM_LIMITS`. */
  readonly limits?: Partial<UpstreamLimits>;
  /** Told of every attempt, without values. */
  readonly onAttempt?: (report: AttemptReport) => void;
  /** Answers shared with other instances, sealed under `secret`. Closed by whoever made it. */
  readonly shared?: { readonly store: SharedStore; readonly secret: Secret };
  /** How to wait, for tests with a clock of their own. */
  readonly wait?: Wait;
  /** How to reach the vendor, for tests without sockets; else undici over `baseUrl`. */
  readonly transport?: Transport;
}

// An answer that was right may stand in where the vendor is at fault, not where it has refused (any more) to give one.
const STALE_MAY_STAND_IN: ReadonlySet<UpstreamCode> = new Set([
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_RATE_LIMITED',
  'UPSTREAM_BAD_RESPONSE',
]);

/**
 * HTTP to one vendor. The one place where the order of things stands:
 * cache (memory, then shared) → single flight → retry → credentials → breaker → concurrency → one attempt.
 * @throws TypeError for a base URL that is none
 */
export function createUpstream(options: UpstreamOptions): Upstream {
  const { source, clock, random, onAttempt, wait = systemWait } = options;
  const limits: UpstreamLimits = { ...DEFAULT_UPSTREAM_LIMITS, ...options.limits };
  const transport =
    options.transport ?? createHttpTransport({ baseUrl: readBaseUrl(options.baseUrl), ...limits });
  let isClosed = false;

  const cache = createAnswerCache(clock, limits.cacheBytes);
  const shared =
    options.shared && createSharedAnswers({ ...options.shared, clock, baseUrl: options.baseUrl });
  const recall = shared && createRecall(source, cache, shared);
  const flights = createSingleFlight<Reading>(clock);
  const budget = createRetryBudget(clock, limits);
  const rest = createVendorRest(clock, limits.maxRestMs);
  const breaker = createBreaker(clock, limits);
  const slots = createSlots(clock, limits);
  const health = createVendorHealth(clock);
  const fail = (
    code: UpstreamCode,
    { operation }: UpstreamRequest<unknown>,
    message: string,
  ): UpstreamError => new UpstreamError({ code, source, operation, message });

  const attempt = createAttempt({
    source,
    clock,
    transport,
    attemptTimeoutMs: limits.attemptTimeoutMs,
    onAttempt,
    onFirst: () => budget.earn(),
  });
  const inSlot = (call: Call, work: () => Promise<Outcome>): Promise<Outcome> =>
    slots.run(
      {
        signal: call.flight.signal,
        deadlineMs: call.flight.deadlineMs(),
        tooBusy: () =>
          fail('UPSTREAM_UNAVAILABLE', call.request, 'Too many calls are waiting for the vendor.'),
      },
      work,
    );
  const behindBreaker = async (call: Call, work: () => Promise<Outcome>): Promise<Outcome> => {
    const report = breaker.permit();
    if (!report) {
      throw fail(
        'UPSTREAM_UNAVAILABLE',
        call.request,
        'The vendor has failed repeatedly and is being left alone for now.',
      );
    }
    try {
      const outcome = await work();
      report(outcome.verdict);
      health.note(outcome);
      return outcome;
    } catch (reason) {
      report('unknown');
      throw reason;
    }
  };
  const withRetries = createRetry({
    ...limits,
    source,
    clock,
    random,
    wait,
    budget,
    rest,
    isClosed: () => isClosed,
  });
  const callVendor = (call: Call): Promise<Reading> =>
    withRetries(call, () =>
      sendAuthorized(source, call, (authorization) =>
        behindBreaker(call, () => inSlot(call, () => attempt(call, authorization))),
      ),
    );

  const get = async <Value>(
    request: UpstreamRequest<Value>,
    context: CallContext,
  ): Promise<UpstreamAnswer<Value>> => {
    const { credentials } = context;
    if (!credentials) throw fail('SOURCE_NOT_CONFIGURED', request, 'This source has no credentials.');
    const { scope } = credentials;
    const key = scopedKey(scope, source, request.operation, request.path, ...request.query.flat());
    // One path and query has one decoder (see UpstreamRequest), so what its key holds is of its type.
    const give = ({ value, readAtMs }: { value: unknown; readAtMs: number }, stale: boolean) => ({
      value: value as Value,
      readAtMs,
      stale,
    });

    const { maxAgeMs } = context;
    const readFresh = () => {
      const kept = cache.readFresh(scope, key, request.cache);
      return kept && (maxAgeMs === null || clock.now() - kept.readAtMs <= maxAgeMs) ? kept : null;
    };
    if (maxAgeMs !== 0) {
      const fresh = readFresh();
      if (fresh) return give(fresh, false);
      if (recall && request.cache.freshMs > 0) {
        await recall(request, scope, key);
        const recalled = readFresh();
        if (recalled) return give(recalled, false);
      }
    }

    let isInitiator = false;
    const waiter = {
      signal: context.signal,
      deadlineMs: context.deadlineMs,
      timedOut: () => fail('UPSTREAM_TIMEOUT', request, 'The vendor did not answer in time.'),
    };
    try {
      const read = await flights.join(key, waiter, async (flight) => {
        isInitiator = true;
        const reading = await callVendor({ request, context, credentials, flight, attempts: 0 });
        const { value, readAtMs, answer } = reading;
        cache.write(scope, key, request.cache, { value, readAtMs }, answer.body.length);
        shared?.write(scope, key, { policy: request.cache, readAtMs, answer });
        return reading;
      });
      return give(read, false);
    } catch (reason) {
      // Another caller's call budget ended the flight that this one had joined.
      if (reason instanceof RequestError && !isInitiator) return get(request, context);
      if (!(reason instanceof UpstreamError) || !STALE_MAY_STAND_IN.has(reason.code) || maxAgeMs !== null)
        throw reason;
      if (recall && !cache.readStale(scope, key, request.cache)) await recall(request, scope, key);
      const earlier = cache.readStale(scope, key, request.cache);
      if (earlier) return give(earlier, true);
      throw reason;
    }
  };

  return {
    get,
    health: () => health.read(breaker.isOpen() || rest.leftMs() > 0),
    async close() {
      isClosed = true;
      await transport.close();
    },
  };
}

function readBaseUrl(text: string): URL {
  const url = new URL(text);
  const isPlain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!/^https?:$/.test(url.protocol) || !isPlain) {
    throw new TypeError('A base URL is http or https and has no credentials, query or fragment.');
  }
  return url;
}
