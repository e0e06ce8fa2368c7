import { createCredentialScope } from '../../../../src/base/credential-scope.ts';
import { RequestError, UpstreamError } from '../../../../src/base/errors.ts';
import { Secret } from '../../../../src/base/secret.ts';
import type { Range } from '../../../../src/base/time.ts';
import { createAnalyticsReader } from '../../../../src/sources/usage/analytics/reader.ts';
import type { AnalyticsSettings } from '../../../../src/sources/usage/analytics/reader.ts';
import { vendorFloor } from '../../../../src/sources/usage/analytics/vendor-rows.ts';
import type { VendorInterval } from '../../../../src/sources/usage/analytics/vendor-rows.ts';
import { createCallBudget } from '../../../../src/upstream/call-budget.ts';
import type {
  CallContext,
  Upstream,
  UpstreamRequest,
  UpstreamResponse,
} from '../../../../src/upstream/upstream.ts';
import { getSegmentsUncached } from '../../../support/simulated-vendor.ts';

/** One call in the simulated vendor's log. */
export interface LoggedCall {
  readonly atMs: number;
  readonly element: string;
  readonly failed: boolean;
  readonly ms: number;
}

/** A call that Sightline made. */
export interface MadeCall extends Range {
  readonly operation: string;
  readonly interval: string;
}

export interface VendorOptions {
  readonly log: readonly LoggedCall[];
  /** Whether the first and the last row count calls outside of the requested range. It is unknown of the real vendor. */
  readonly cutRows?: 'clipped' | 'whole';
  /** Changes an answer, or throws instead. */
  readonly answer?: (operation: string, rows: Record<string, unknown>[], call: MadeCall) => unknown;
  readonly readAtMs?: number;
  readonly stale?: boolean;
}

/** A vendor that follows its page: full units in UTC, a row at `to`, no row left out. */
export function createSimulatedVendor(options: VendorOptions): {
  readonly upstream: Pick<Upstream, 'getSegments'>;
  readonly calls: MadeCall[];
} {
  const calls: MadeCall[] = [];
  const upstream: Pick<Upstream, 'get'> = {
    async get(request, context) {
      const call = readCall(request);
      context.callBudget.spend('USAGE', call.operation);
      calls.push(call);
      const rows = listRows(call, options);
      const body = options.answer ? options.answer(call.operation, rows, call) : rows;
      const response: UpstreamResponse =
        body === NOT_FOUND ? { status: 404 } : { status: 200, headers: {}, body };
      const value = decode(request, response);
      const { readAtMs = Number.MAX_SAFE_INTEGER, stale = false } = options;
      return { value, readAtMs, stale, origin: stale ? 'CACHE' : 'VENDOR' };
    },
  };
  return {
    upstream: { getSegments: (request, context) => getSegmentsUncached(upstream, request, context) },
    calls,
  };
}

/** As in `upstream`, an answer that cannot be decoded is a bad response. */
function decode<Value>(request: UpstreamRequest<Value>, response: UpstreamResponse): Value {
  try {
    return request.decode(response).value;
  } catch (cause) {
    if (cause instanceof UpstreamError) throw cause;
    const { operation } = request;
    const message = 'The answer could not be parsed.';
    throw new UpstreamError({ code: 'UPSTREAM_BAD_RESPONSE', source: 'USAGE', operation, message, cause });
  }
}

/** The value that `answer` gives for a 404. */
export const NOT_FOUND = Symbol('404');

export const SETTINGS: AnalyticsSettings = {
  maxBuckets: 2_000,
  maxUpstreamBuckets: 20_000,
  settleMs: 90_000,
  staleIfErrorMs: 86_400_000,
  retentionMs: null,
};

export const NOW = Date.parse('2026-06-15T12:34:56.789Z');

/** The reader over a simulated vendor, and the calls that it makes. */
export function createReader(
  options: VendorOptions,
  settings: Partial<AnalyticsSettings> = {},
  nowMs = NOW,
  context: Partial<CallContext> = {},
) {
  const { upstream, calls } = createSimulatedVendor({ readAtMs: nowMs, ...options });
  const read = createAnalyticsReader(
    { upstream, settings: { ...SETTINGS, ...settings } },
    { ...createContext(), ...context },
    nowMs,
  );
  return { read, calls };
}

function createContext(): CallContext {
  return {
    credentials: {
      scope: createCredentialScope(new Secret('key'), 'USAGE', []),
      authorization: () => Promise.resolve(new Secret('value')),
    },
    signal: new AbortController().signal,
    deadlineMs: NOW + 8_000,
    callBudget: createCallBudget(1_000_000),
    maxAgeMs: null,
  };
}

function readCall({ operation, query }: UpstreamRequest<unknown>): MadeCall {
  const { from = '', to = '', interval = '' } = Object.fromEntries(query);
  const call = { operation, interval, fromMs: Date.parse(from), toMs: Date.parse(to) };
  const isTooLong = interval === 'second' && call.toMs - call.fromMs > 86_400_000;
  if (call.fromMs > call.toMs || isTooLong)
    throw new RequestError('BAD_USER_INPUT', 'the vendor would say 400');
  return call;
}

const STEP_MS: Readonly<Record<string, number>> = {
  DAY: 86_400_000,
  HOUR: 3_600_000,
  MINUTE: 60_000,
  SECOND: 1_000,
};

/** The vendor's answer to a call. */
export function listRows(
  call: MadeCall,
  { log, cutRows = 'clipped' }: Pick<VendorOptions, 'log' | 'cutRows'>,
): Record<string, unknown>[] {
  const interval = call.interval.toUpperCase() as VendorInterval;
  const rows: Record<string, unknown>[] = [];
  const sorted = log.toSorted((a, b) => a.atMs - b.atMs);
  let next = 0;
  for (let startMs = vendorFloor(call.fromMs, interval); startMs <= call.toMs;) {
    const endMs = vendorFloor(startMs + (STEP_MS[interval] ?? 366 * 86_400_000), interval);
    const rowEndMs = interval in STEP_MS ? endMs : nextMonthEdge(startMs, interval);
    const inside: LoggedCall[] = [];
    for (; ; next += 1) {
      const entry = sorted[next];
      if (!entry || entry.atMs >= rowEndMs) break;
      const isAsked = entry.atMs >= call.fromMs && entry.atMs < call.toMs;
      if (entry.atMs >= startMs && (isAsked || cutRows === 'whole')) inside.push(entry);
    }
    rows.push({ timestamp: new Date(startMs).toISOString(), ...describe(call.operation, inside) });
    startMs = rowEndMs;
  }
  return rows;
}

function nextMonthEdge(startMs: number, interval: VendorInterval): number {
  const months = { YEAR: 12, QUARTER: 3, MONTH: 1 }[interval as 'YEAR' | 'QUARTER' | 'MONTH'];
  const date = new Date(startMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
}

function describe(operation: string, inside: readonly LoggedCall[]): Record<string, unknown> {
  const count = inside.length;
  if (operation.endsWith('/activity')) return { count };
  if (operation.endsWith('/statuses')) {
    const failed = inside.filter((entry) => entry.failed).length;
    return { count, failed, success: count - failed };
  }
  if (operation.endsWith('/elements')) {
    const counts: Record<string, number> = {};
    for (const { element } of inside) counts[element] = (counts[element] ?? 0) + 1;
    return { ...counts, count };
  }
  if (count === 0) return { count };
  const times = inside.map((entry) => entry.ms);
  const avg = times.reduce((total, ms) => total + ms, 0) / count;
  return { count, min: Math.min(...times), max: Math.max(...times), avg };
}

/** Calls spread over a range, always the same ones. */
export function logCalls({ fromMs, toMs }: Range, count: number): LoggedCall[] {
  let state = 12_345;
  const chance = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: count }, () => ({
    atMs: fromMs + Math.floor(chance() * (toMs - fromMs)),
    element: ['sendgrid', 'twilio', 'box', 'githuboauth'][Math.floor(chance() * 4)] ?? 'box',
    failed: chance() < 0.2,
    ms: Math.floor(chance() * 5_000),
  }));
}
