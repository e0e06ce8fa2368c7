import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createCredentialScope } from '../../src/base/credential-scope.ts';
import { Secret } from '../../src/base/secret.ts';
import type { Source } from '../../src/base/source.ts';
import { createCallBudget } from '../../src/upstream/call-budget.ts';
import { createUpstream } from '../../src/upstream/create.ts';
import type { UpstreamOptions } from '../../src/upstream/create.ts';
import type { Wait } from '../../src/upstream/retry.ts';
import type { Transport, TransportAnswer, TransportRequest } from '../../src/upstream/transport.ts';
import type { CallContext, Credentials, Upstream, UpstreamRequest } from '../../src/upstream/upstream.ts';

/** A clock that moves only by `advance`, and a `wait` that advances it instead of waiting. */
export function createSimulatedTime(startMs = 1_700_000_000_000) {
  let nowMs = startMs;
  const waits: number[] = [];
  const wait: Wait = async (ms, signal) => {
    signal.throwIfAborted();
    waits.push(ms);
    nowMs += ms;
  };
  return {
    clock: { now: () => nowMs },
    wait,
    waits,
    advance(ms: number) {
      nowMs += ms;
    },
  };
}

export function credentialsOf(text: string, source: Source = 'USAGE'): Credentials {
  const secret = new Secret(text);
  return {
    scope: createCredentialScope(new Secret('a key for tests'), source, [secret]),
    authorization: async () => secret,
  };
}

export function contextOf(parts: Partial<CallContext> & { readonly deadlineMs: number }): CallContext {
  return {
    credentials: credentialsOf('User one'),
    signal: new AbortController().signal,
    callBudget: createCallBudget(1_000_000),
    maxAgeMs: null,
    ...parts,
  };
}

/** A request whose value is the body; null for a 404. */
export function requestOf(parts: Partial<UpstreamRequest<unknown>> = {}): UpstreamRequest<unknown> {
  return {
    operation: '/usage',
    path: '/usage',
    query: [],
    cache: { freshMs: 0, staleIfErrorMs: 0 },
    decode: (response) => ({ value: response.status === 200 ? response.body : null, rows: 1 }),
    ...parts,
  };
}

export function jsonAnswer(
  value: unknown,
  status = 200,
  headers: Record<string, string> = {},
): TransportAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(value)),
  };
}

/** A vendor without sockets. `answer` answers each attempt, and `requests` lists them. */
export function createFakeTransport(
  answer: (request: TransportRequest, attempt: number) => TransportAnswer | Promise<TransportAnswer>,
): Transport & { readonly requests: TransportRequest[] } {
  const requests: TransportRequest[] = [];
  return {
    requests,
    async get(request) {
      requests.push(request);
      return answer(request, requests.length);
    },
    close: async () => {},
  };
}

/** An upstream over simulated time, without jitter. */
export function createTestUpstream(
  options: Partial<UpstreamOptions> & Pick<UpstreamOptions, 'clock'>,
): Upstream {
  return createUpstream({
    source: 'USAGE',
    baseUrl: 'http://127.0.0.1:9/base',
    random: () => 0,
    ...options,
  });
}

/** Starts a vendor on loopback. It closes when the test ends. */
export async function startVendor(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ readonly baseUrl: string; readonly openSockets: () => Promise<number> }> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/base`,
    openSockets: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
  };
}

/** Waits until `isSo` is true. The test's timeout bounds the wait. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 2));
}
