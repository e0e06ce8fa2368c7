import { createHmac } from 'node:crypto';
import type { CredentialScope } from '../../src/base/credential-scope.ts';
import { UpstreamError } from '../../src/base/errors.ts';
import { Secret } from '../../src/base/secret.ts';
import type { Source } from '../../src/base/source.ts';
import { createCallBudget } from '../../src/upstream/call-budget.ts';
import type { CallBudget } from '../../src/upstream/call-budget.ts';
import type {
  CallContext,
  SegmentsRequest,
  Upstream,
  UpstreamAnswer,
  UpstreamResponse,
} from '../../src/upstream/upstream.ts';

/** One call as the vendor saw it. */
export interface SeenCall {
  readonly operation: string;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
}

/** An `Upstream` that calls a function instead of a network, and notes each call. */
export function createSimulatedUpstream(
  source: Source,
  answer: (call: SeenCall) => UpstreamResponse | UpstreamError,
  now: () => number = () => 0,
): Upstream & { readonly calls: SeenCall[] } {
  const calls: SeenCall[] = [];
  const upstream: Pick<Upstream, 'get'> = {
    async get(request, context) {
      context.callBudget.spend(source, request.operation);
      const call = { operation: request.operation, path: request.path, query: request.query };
      calls.push(call);
      const response = answer(call);
      if (response instanceof UpstreamError) throw response;
      const decoded = request.decode(response);
      context.callBudget.record(source, request.operation, { rows: decoded.rows, bytes: 0, ms: 0 });
      return { value: decoded.value, readAtMs: now(), stale: false, origin: 'VENDOR' };
    },
  };
  return {
    calls,
    get: upstream.get,
    getSegments: (request, context) => getSegmentsUncached(upstream, request, context),
    hasAnswered: () => true,
    health: () => ({ healthy: null, lastSuccessAtMs: null }),
    state: () => ({ running: 0, waiting: 0, maxConcurrency: 1, openBreakers: 0, pausedMs: 0 }),
    close: async () => {},
  };
}

/** Reads all segments by one call, as if none were cached. */
export async function getSegmentsUncached<Value>(
  upstream: Pick<Upstream, 'get'>,
  { operation, path, segments, query, decode }: SegmentsRequest<Value>,
  context: CallContext,
): Promise<readonly UpstreamAnswer<Value>[]> {
  const last = segments.length - 1;
  const cache = { freshMs: 0, staleIfErrorMs: 0 };
  const { value, ...answer } = await upstream.get(
    {
      operation,
      path,
      query: query(0, last),
      cache,
      decode(response) {
        const decoded = decode(response, 0, last);
        return { value: decoded.segments, rows: decoded.rows };
      },
    },
    context,
  );
  return value.map((segment) => ({ ...answer, value: segment.value }));
}

/** The call context of an operation with the scope `name`. By default its call budget is practically unlimited. */
export function createTestCallContext(
  name = 'test',
  callBudget: CallBudget = createCallBudget(1_000_000),
): CallContext {
  return {
    credentials: {
      scope: createHmac('sha256', 'test').update(name).digest('base64url') as CredentialScope,
      authorization: async () => new Secret(`Bearer ${name}`),
    },
    signal: new AbortController().signal,
    deadlineMs: Infinity,
    callBudget,
    maxAgeMs: null,
  };
}
