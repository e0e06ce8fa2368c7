import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { OpenAPIBackend } from 'openapi-backend';
import type { Context, Document } from 'openapi-backend';
import { parse } from 'yaml';
import type { Chance } from '../data/chance.ts';
import { Refusal } from './refusal.ts';

/** A call whose parameters the vendor's OpenAPI file allows. */
export interface RestCall {
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The decoded body, where there is one. */
  readonly body: unknown;
}

export interface RestAnswer {
  /** The body. */
  readonly json: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What was answered, for a vendor that logs its own calls. */
export interface RestTrace {
  readonly operationId: string;
  /** As asked, with its query. */
  readonly uri: string;
  readonly status: number;
  readonly durationMs: number;
}

/** A port of this machine (0: any free one), or a socket in the file system. */
export type ListenAddress = { readonly port: number } | { readonly path: string };

export interface RestServerOptions {
  /** The vendor's OpenAPI file. */
  readonly definition: URL;
  /** The path below which the file's paths lie. */
  readonly root: string;
  readonly listen: ListenAddress;
  /** By operationId. @throws Refusal */
  readonly operations: Readonly<Record<string, (call: RestCall) => Promise<RestAnswer>>>;
  /** By security scheme: whether an `Authorization` header is good. */
  readonly authorizers: Readonly<Record<string, (authorization: string) => boolean>>;
  /** The vendor's form of a refusal. */
  readonly encodeRefusal: (status: number, message: string) => unknown;
  readonly latencyMs: number;
  readonly errorRate: number;
  readonly chance: Chance;
  readonly onAnswer?: (trace: RestTrace) => void;
  /** Told of what should not happen: the sandbox's own fault, answered as a 500. */
  readonly onFault: (error: unknown) => void;
}

export interface RestServer {
  /** Origin and root, without a slash at the end; over a socket only its name, since there is no port. */
  readonly url: string;
  close(): Promise<void>;
}

const BODY_LIMIT = 65_536;
/** The names under which a client of this machine asks. A web page that was turned to point here sends another. */
const OWN_HOST = /^(?:localhost|127\.0\.0\.1)(?::\d{1,5})?$/i;

/**
 * Serves a vendor's REST API to this machine, every request checked against its OpenAPI file.
 * @throws Error the port is taken, or the socket can't be made
 */
export async function startRestServer(options: RestServerOptions): Promise<RestServer> {
  const backend = await createBackend(options);

  const answer = async (
    request: IncomingMessage,
    url: URL | null,
  ): Promise<RestAnswer & { status: number; operationId: string }> => {
    let operationId = '';
    try {
      if (!OWN_HOST.test(request.headers.host ?? ''))
        throw new Refusal(421, 'Only this machine is answered.');
      if (url === null) throw new Refusal(400, 'Invalid request: the target is no path.');
      if (options.latencyMs > 0) await sleep(options.latencyMs);
      if (options.errorRate > 0 && options.chance() < options.errorRate) {
        throw new Refusal(options.chance() < 0.5 ? 500 : 503, 'An unexpected error has occurred.');
      }
      if (!acceptsJson(request.headers.accept)) throw new Refusal(406, 'Only application/json can be given.');
      const body = await readBody(request);
      const call = (await backend.handleRequest({
        method: request.method ?? 'GET',
        path: url.pathname,
        query: groupQuery(url.searchParams),
        headers: Object.fromEntries(
          Object.entries(request.headers).flatMap(([name, value]) =>
            value === undefined ? [] : [[name, value]],
          ),
        ),
        body,
      })) as {
        readonly operationId: string;
        readonly pathParameters: Record<string, string>;
        readonly body: unknown;
      };
      operationId = call.operationId;
      const operation = options.operations[operationId];
      if (operation === undefined) throw new Refusal(404, 'There is nothing at this path.');
      const given = await operation({
        pathParameters: call.pathParameters,
        query: url.searchParams,
        body: call.body,
      });
      return { status: 200, operationId, ...given };
    } catch (error) {
      if (!(error instanceof Refusal)) options.onFault(error);
      const refusal =
        error instanceof Refusal ? error : new Refusal(500, 'An unexpected error has occurred.');
      return {
        status: refusal.status,
        operationId,
        json: JSON.stringify(options.encodeRefusal(refusal.status, refusal.message)),
      };
    }
  };

  const server = createServer((request, response) => {
    const startedMs = performance.now();
    const url = readTarget(request.url ?? '/');
    void answer(request, url).then(({ status, operationId, json, headers }) => {
      response.writeHead(status, {
        'content-type': 'application/json;charset=UTF-8',
        'content-length': Buffer.byteLength(json),
        ...headers,
      });
      response.end(json);
      options.onAnswer?.({
        operationId,
        uri: url === null ? '/' : url.pathname + url.search,
        status,
        durationMs: performance.now() - startedMs,
      });
    });
  });
  // Longer than clients keep theirs, so that no request meets a socket that is just being closed.
  server.keepAliveTimeout = 65_000;

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', ...options.listen }, resolve);
  });
  const address = server.address();
  const host = typeof address === 'object' && address !== null ? `127.0.0.1:${address.port}` : 'localhost';
  return {
    url: `http://${host}${options.root}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function createBackend(options: RestServerOptions): Promise<OpenAPIBackend> {
  const definition = parse(await readFile(options.definition, 'utf8')) as Document;
  const backend = new OpenAPIBackend({
    definition,
    apiRoot: options.root,
    coerceTypes: true,
    quick: true,
    ajvOpts: { strict: false, validateFormats: false },
    handlers: {
      ...Object.fromEntries(
        Object.keys(options.operations).map((operationId) => [
          operationId,
          ({ request }: Context) => ({
            operationId,
            pathParameters: request.params,
            body: request.requestBody,
          }),
        ]),
      ),
      notFound: () => {
        throw new Refusal(404, 'There is nothing at this path.');
      },
      methodNotAllowed: () => {
        throw new Refusal(405, 'This method is not supported here.');
      },
      unauthorizedHandler: () => {
        throw new Refusal(401, 'The credentials are missing or wrong.');
      },
      validationFail: ({ validation }: Context) => {
        const [first] = validation.errors ?? [];
        const where = first?.instancePath.split('/').slice(2).join('.') ?? '';
        throw new Refusal(400, `Invalid request: ${[where, first?.message].filter(Boolean).join(' ')}.`);
      },
    },
    securityHandlers: Object.fromEntries(
      Object.entries(options.authorizers).map(([scheme, isGood]) => [
        scheme,
        ({ request }: Context) => isGood(String(request.headers['authorization'] ?? '')),
      ]),
    ),
  });
  await backend.init();
  return backend;
}

/** What is asked for, read as proxies do: `..` in a path, encoded or not, leaves its folder. null: it is no path. */
function readTarget(target: string): URL | null {
  const url = URL.parse(target, 'http://sandbox.invalid');
  try {
    decodeURIComponent(url?.pathname ?? '');
    return url;
  } catch {
    return null;
  }
}

/** `keys[]=a&keys[]=b` as a list, even of one; a scalar given twice becomes a list, which its schema refuses. */
function groupQuery(query: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries(
    [...new Set(query.keys())].map((name) => {
      const values = query.getAll(name);
      return [name, name.endsWith('[]') || values.length > 1 ? values : (values[0] ?? '')];
    }),
  );
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
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new Refusal(415, 'The body is to be application/json.');
  }
  return Buffer.concat(chunks).toString('utf8');
}
