import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRouter, Refusal } from './vendor-api.ts';
import type { RestAnswer, VendorApi } from './vendor-api.ts';

export interface RestServer {
  /** Origin and root path, without a slash at the end. Over a socket the host is `localhost`, without a port. */
  readonly url: string;
  close(): Promise<void>;
}

export interface RestServerOptions {
  readonly api: VendorApi;
  /** The vendor's OpenAPI file. */
  readonly openApiFile: URL;
  readonly listen: ListenAddress;
  /** A delay before each answer. */
  readonly latencyMs: number;
  /** The share of requests, 0 to 1, that fail with a 5xx. */
  readonly errorRate: number;
  /** Draws numbers from 0 (inclusive) to 1 (exclusive). */
  readonly chance: () => number;
  /** Is called after each answer. */
  readonly onAnswer?: (trace: RestTrace) => void;
  /** Receives an error that is the sandbox's own fault. The request is answered with 500. */
  readonly onFault: (error: unknown) => void;
}

/** A port of this machine (0: any free one), or the path of a Unix socket. */
export type ListenAddress = { readonly port: number } | { readonly path: string };

/** One request that was answered. */
export interface RestTrace {
  /** The path with its query, as requested. */
  readonly uri: string;
  readonly status: number;
  readonly durationMs: number;
}

const BODY_LIMIT = 65_536;
/** The hosts that a client on this machine names. A web page whose name was pointed at this machine sends its own name. */
const OWN_HOST = /^(?:localhost|127\.0\.0\.1)(?::\d{1,5})?$/i;

/**
 * Serves a vendor's REST API to this machine.
 *
 * @throws Error if the port is taken, or the socket can't be made
 */
export async function startRestServer(options: RestServerOptions): Promise<RestServer> {
  const { api, onAnswer } = options;
  const answer = await createAnswerer(options);
  const server = createServer((request, response) => {
    const startedMs = performance.now();
    const url = readTarget(request.url ?? '/');
    void answer(request, url).then(({ status, json, headers }) => {
      response.writeHead(status, {
        'content-type': 'application/json;charset=UTF-8',
        'content-length': Buffer.byteLength(json),
        ...headers,
      });
      response.end(json);
      const uri = url === null ? '/' : url.pathname + url.search;
      onAnswer?.({ uri, status, durationMs: performance.now() - startedMs });
    });
  });
  // Longer than clients keep an idle connection, so that no request meets a connection that is being closed.
  server.keepAliveTimeout = 65_000;

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', ...options.listen }, resolve);
  });
  const address = server.address();
  const host = typeof address === 'object' && address !== null ? `127.0.0.1:${address.port}` : 'localhost';
  return {
    url: `http://${host}${api.root}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function createAnswerer({
  api,
  openApiFile,
  latencyMs,
  errorRate,
  chance,
  onFault,
}: RestServerOptions) {
  const route = await createRouter(api, openApiFile);

  return async (request: IncomingMessage, url: URL | null): Promise<RestAnswer & { status: number }> => {
    try {
      if (!OWN_HOST.test(request.headers.host ?? ''))
        throw new Refusal(421, 'The host must be localhost or 127.0.0.1.');
      if (url === null) throw new Refusal(400, 'Invalid request: the target is not a path.');
      if (latencyMs > 0) await sleep(latencyMs);
      if (errorRate > 0 && chance() < errorRate)
        throw new Refusal(chance() < 0.5 ? 500 : 503, 'An unexpected error has occurred.');
      if (!acceptsJson(request.headers.accept))
        throw new Refusal(406, 'Only application/json can be answered.');
      const body = await readBody(request);
      return {
        status: 200,
        ...(await route({ method: request.method ?? 'GET', url, headers: request.headers, body })),
      };
    } catch (error) {
      if (!(error instanceof Refusal)) onFault(error);
      const { status, message } =
        error instanceof Refusal ? error : new Refusal(500, 'An unexpected error has occurred.');
      return { status, json: JSON.stringify(api.encodeRefusal(status, message)) };
    }
  };
}

/** The requested address, resolved as proxies do: `..` in the path, encoded or not, leaves its folder. null: not a path. */
function readTarget(target: string): URL | null {
  const url = URL.parse(target, 'http://sandbox.invalid');
  try {
    decodeURIComponent(url?.pathname ?? '');
    return url;
  } catch {
    return null;
  }
}

function acceptsJson(accept: string | undefined): boolean {
  return accept === undefined || /\*\/\*|application\/(\*|json)/i.test(accept);
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_LIMIT) throw new Refusal(400, 'The body is too large.');
    chunks.push(chunk);
  }
  if (length === 0) return undefined;
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
    throw new Refusal(415, 'The body must be application/json.');
  return Buffer.concat(chunks).toString('utf8');
}
