import { UpstreamError } from '../base/errors.ts';
import type { Secret } from '../base/secret.ts';
import type { SharedStore } from '../base/shared-store.ts';
import type { Source } from '../base/source.ts';
import type { Clock } from '../base/time.ts';
import { createAttempt } from './attempt.ts';
import type { AttemptReport } from './attempt.ts';
import { sendAuthorized } from './authorize.ts';
import { createReadThrough } from './cache/read-through.ts';
import { createTwoTierCache } from './cache/two-tier.ts';
import { createConcurrencyLimit } from './concurrency.ts';
import { createHttpTransport } from './http-transport.ts';
import { DEFAULT_UPSTREAM_LIMITS } from './limits.ts';
import type { UpstreamLimits } from './limits.ts';
import { createRetry, systemWait } from './retry.ts';
import type { Wait } from './retry.ts';
import { createManyTenants, createSingleTenant } from './tenants.ts';
import type { Tenant } from './tenants.ts';
import type { Transport } from './transport.ts';
import type { Call, DecodedAnswer, TryOutcome, Upstream } from './upstream.ts';

export interface UpstreamOptions {
  readonly source: Source;
  /** http or https, without credentials, query or fragment: `https://api.cloud-elements.com/elements/api-v2`. */
  readonly baseUrl: string;
  /** A local socket to connect to instead of the host and port of `baseUrl`. */
  readonly socketPath?: string | null;
  readonly clock: Clock;
  /** In [0, 1): the jitter of retries. */
  readonly random: () => number;
  /** What differs from `DEFAULT_UPSTREAM_LIMITS`. */
  readonly limits?: Partial<UpstreamLimits>;
  /** Whether callers bring their own credentials. Then each credential scope is a tenant; otherwise there is one tenant. */
  readonly hasTenants?: boolean;
  /** Called after every attempt, without values. */
  readonly onAttempt?: (report: AttemptReport) => void;
  /** The store for answers that instances share, sealed under `secret`. Its owner closes it. */
  readonly shared?: { readonly store: SharedStore; readonly secret: Secret };
  /** How to wait. Default: the timers of Node. */
  readonly wait?: Wait;
  /** How to reach the vendor. Default: undici over `baseUrl`. */
  readonly transport?: Transport;
}

/**
 * HTTP to one vendor. This function alone sets the order:
 * cache (memory tier, then shared tier) → single flight → retry → credentials → breaker → concurrency limit → breaker and
 * pause again, because either may have begun while the call waited → one attempt.
 * @throws TypeError if the base URL is not one
 */
export function createUpstream(options: UpstreamOptions): Upstream {
  const { source, clock, random, onAttempt, socketPath = null, wait = systemWait } = options;
  const limits: UpstreamLimits = { ...DEFAULT_UPSTREAM_LIMITS, ...options.limits };
  const transport =
    options.transport ??
    createHttpTransport({ baseUrl: readBaseUrl(options.baseUrl), socketPath, ...limits });
  let isClosed = false;

  const cache = createTwoTierCache({
    source,
    clock,
    maxBytes: limits.cacheBytes,
    baseUrl: options.baseUrl,
    shared: options.shared,
  });
  const tenants = (options.hasTenants ? createManyTenants : createSingleTenant)(clock, limits);
  const tenantOf = ({ credentials }: Call): Tenant => tenants.of(credentials.scope);
  const concurrency = createConcurrencyLimit(clock, limits);
  const fail = ({ request: { operation } }: Call, message: string): UpstreamError =>
    new UpstreamError({ code: 'UPSTREAM_UNAVAILABLE', source, operation, message });

  const attempt = createAttempt({
    source,
    clock,
    transport,
    attemptTimeoutMs: limits.attemptTimeoutMs,
    maxPauseMs: limits.maxPauseMs,
    onAttempt,
    onFirstAttempt: (call) => tenantOf(call).retries.earn(),
  });
  // Runs under the concurrency limit, so that the next call starts only when this outcome is known.
  const sendPermitted = async (call: Call, authorization: Secret): Promise<TryOutcome> => {
    const tenant = tenantOf(call);
    const report = tenant.pausedMs() > 0 ? null : tenant.permit();
    if (!report) return { kind: 'unsent' };
    const sentBefore = call.attempts;
    try {
      const outcome = await attempt(call, authorization);
      report(outcome.verdict);
      tenant.note(outcome);
      return outcome;
    } catch (reason) {
      report(call.attempts === sentBefore ? 'unsent' : 'unknown');
      throw reason;
    }
  };
  const send = (call: Call, authorization: Secret): Promise<TryOutcome> => {
    const tenant = tenantOf(call);
    if (tenant.isRefusing())
      throw fail(call, 'The vendor has failed repeatedly, so it is not called for now.');
    const caller = {
      queue: tenant.queue(),
      signal: call.waiters.signal,
      deadlineMs: call.waiters.deadlineMs(),
      tooBusy: () => fail(call, 'Too many calls are waiting for the vendor.'),
    };
    return concurrency.run(caller, () => sendPermitted(call, authorization));
  };
  const withRetries = createRetry({
    ...limits,
    source,
    clock,
    random,
    wait,
    tenantOf,
    isClosed: () => isClosed,
  });
  const sendOnce = (call: Call): Promise<TryOutcome> => sendAuthorized(source, call, send);
  const callVendor = (call: Call): Promise<DecodedAnswer> => withRetries(call, sendOnce);

  const getSegments = createReadThrough({ source, clock, cache, callVendor });

  return {
    async get(request, context) {
      const { operation, path, query } = request;
      const [answer] = await getSegments(
        {
          operation,
          path,
          // Such an answer is not cut: it is one segment, and its key is the query.
          segments: [{ key: query.flat(), cache: request.cache }],
          query: () => query,
          decode(response) {
            const { rows, ...segment } = request.decode(response);
            return { segments: [segment], rows };
          },
        },
        context,
      );
      return answer!;
    },
    getSegments,
    hasAnswered: tenants.hasAnswered,
    health: tenants.health,
    state: () => ({
      ...concurrency.state(),
      maxConcurrency: limits.maxConcurrency,
      ...tenants.avoidance(),
    }),
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
