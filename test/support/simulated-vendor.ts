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

/** An `Upstream` that asks a function in place of a network, and keeps what it was asked. */
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
      return { value: decoded.value, readAtMs: now(), stale: false };
    },
  };
  return {
    calls,
    get: upstream.get,
    getSegments: (request, context) => getSegmentsUncached(upstream, request, context),
    hasAnswered: () => true,
    health: () => ({ healthy: null, lastSuccessAtMs: null }),
    close: async () => {},
  };
}

/** All parts by one call, as where none is kept. */
export async function getSegmentsUncached<Value>(
  upstream: Pick<Upstream, 'get'>,
  { operation, path, segments, query, decode }: SegmentsRequest<Value>,
  context: CallContext,
): Promise<readonly UpstreamAnswer<Value>[]> {
  const last = segments.length - 1;
  const cache = { freshMs: 0, staleIfErrorMs: 0 };
  const { value, ...told } = await upstream.get(
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
  return value.map((part) => ({ ...told, value: part.value }));
}

/** What an operation hands down, with a scope named `name` and no bound on calls unless a ledger says so. */
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
