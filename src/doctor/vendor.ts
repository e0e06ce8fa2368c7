import { UpstreamError } from '../base/errors.ts';
import type { Source } from '../base/source.ts';
import type { Clock } from '../base/time.ts';
import { readSourceSettings } from '../config/config.ts';
import type { Config } from '../config/config.ts';
import type { VendorAddress } from '../config/vendors.ts';
import type { SourceSettings } from '../sources/paging/vendor-page.ts';
import type { AttemptReport } from '../upstream/attempt.ts';
import { createCallBudget } from '../upstream/call-budget.ts';
import { createUpstream } from '../upstream/create.ts';
import { createHttpTransport } from '../upstream/http-transport.ts';
import type { Transport } from '../upstream/transport.ts';
import type { CallContext, Credentials, Upstream } from '../upstream/upstream.ts';
import { recordTransport } from './recorded-transport.ts';
import type { RecordedTransport } from './recorded-transport.ts';

/** A vendor under examination: the service's own way to it, without cache and without retries. */
export interface ExaminedVendor {
  readonly upstream: Upstream;
  readonly context: CallContext;
  readonly settings: SourceSettings;
  readonly transport: RecordedTransport;
  readonly attemptTimeoutMs: number;
  /** The clock is a sandbox's, whose Date headers tell the machine's time. */
  readonly isClockMoved: boolean;
  /** When the examination began, in milliseconds since the epoch. */
  readonly nowMs: number;
  close(): Promise<void>;
}

/** More calls than any examination makes. */
const MOST_CALLS = 40;
const DEADLINE_MS = 600_000;

export function openVendor(
  source: Source,
  address: VendorAddress,
  credentials: Credentials,
  config: Config,
  {
    clock,
    transport,
    signal,
    isClockMoved,
    onAttempt,
  }: {
    readonly clock: Clock;
    readonly transport?: Transport | undefined;
    readonly signal: AbortSignal;
    readonly isClockMoved: boolean;
    readonly onAttempt: ((report: AttemptReport) => void) | undefined;
  },
): ExaminedVendor {
  const sourceConfig = source === 'USAGE' ? config.usage : config.events;
  const nowMs = clock.now();
  const { baseUrl, socketPath } = address;
  const recorded = recordTransport(
    transport ??
      createHttpTransport({ baseUrl: new URL(baseUrl), socketPath, maxConcurrency: 1, ...config.upstream }),
    clock,
  );
  const upstream = createUpstream({
    source,
    baseUrl,
    clock,
    random: () => 0,
    transport: recorded,
    // A failure is a finding, so nothing is tried again.
    limits: { ...config.upstream, maxTries: 1, maxConcurrency: 1 },
    ...(onAttempt ? { onAttempt } : {}),
  });
  return {
    upstream,
    transport: recorded,
    settings: { ...readSourceSettings(config, sourceConfig), staleIfErrorMs: 0 },
    attemptTimeoutMs: config.upstream.attemptTimeoutMs,
    isClockMoved,
    nowMs,
    context: {
      credentials,
      signal,
      deadlineMs: nowMs + DEADLINE_MS,
      callBudget: createCallBudget(MOST_CALLS),
      maxAgeMs: 0,
    },
    close: () => upstream.close(),
  };
}

/** What to do about a failed call. */
export function adviseOn({ code, source }: UpstreamError): string {
  const names =
    source === 'USAGE'
      ? 'USAGE_API_USER_SECRET and USAGE_API_ORGANIZATION_SECRET'
      : 'EVENTS_API_TOKEN, or EVENTS_API_USERNAME and EVENTS_API_PASSWORD';
  switch (code) {
    case 'UPSTREAM_UNAUTHENTICATED':
      return `Correct ${names}.`;
    case 'UPSTREAM_FORBIDDEN':
      return 'Give this account the right to read the log, or use another account.';
    case 'UPSTREAM_RATE_LIMITED':
      return 'Wait as long as the vendor asks. If it happens often, lower the limits of calls (docs/operations.md).';
    case 'UPSTREAM_TIMEOUT':
      return 'Look at the network to the vendor. If the vendor is slow, raise SIGHTLINE_ATTEMPT_TIMEOUT_MS.';
    default:
      return `Check ${source}_API_URL, the network to it, and whether the vendor works.`;
  }
}

/** The failure of a call; other errors are faults of this program. */
export function asUpstreamError(error: unknown): UpstreamError {
  if (error instanceof UpstreamError) return error;
  throw error;
}
