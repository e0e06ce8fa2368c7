import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { corsHeadersFor, createOriginReport } from './cors.ts';
import { createGraphiqlPage, GRAPHIQL_POLICY, readExamples } from './graphiql.ts';
import type { GraphiqlPage } from './graphiql.ts';
import { answerHealth } from './health.ts';
import type { Readiness } from './health.ts';
import { API_KEY_HEADER, authenticate, refuseCaller } from './identity/authenticate.ts';
import type { SentProof } from './identity/authenticate.ts';
import type { Identity } from './identity/identity.ts';
import type { Caller } from './identity/caller.ts';
import { BodyTooLarge, readBody } from './limits/body.ts';
import { rateKeyOf } from './limits/rate-limit.ts';
import { isLoopbackAddress, isLoopbackHost, readHostHeader } from './loopback.ts';
import { createAuditLine } from './plugins/audit.ts';
import type { AuditLine } from './plugins/audit.ts';
import { createRequestNotes, createRequestReport } from './request-notes.ts';
import type { RequestNotes, RequestReport } from './request-notes.ts';
import { createYogaServer } from './yoga.ts';
import type { YogaOptions } from './yoga.ts';

/** One line of the request log. */
export interface RequestLine extends RequestReport {
  readonly method: string;
  /** One of our own paths, or `other`: what callers write into a path is theirs. */
  readonly path: string;
  /** null: the caller left before there was an answer. */
  readonly status: number | null;
  readonly ms: number;
}

export interface HandlerOptions extends Omit<YogaOptions, 'isAudited'>, Readiness {
  readonly maxBodyBytes: number;
  /** How callers say who they are; null: nobody is asked. */
  readonly identity: Identity | null;
  /**
   * Answer only to names of this machine in `Host`: keeps out a web page whose own name has been turned to point here.
   */
  readonly isLoopbackOnly: boolean;
  readonly onRequest: (line: RequestLine) => void;
  /** Told, once for each origin, why its pages can't read answers. */
  readonly onRefusedOrigin: (message: string) => void;
  /**
   * Told of every operation before its answer goes out, refused ones included. Where it throws, the answer is withheld, and
   * further ones are until it has taken a line again. null: there is no audit trail.
   */
  readonly onAudit: ((line: AuditLine) => void) | null;
}

/** The wire to our callers. */
export interface Handler {
  /** In process, without a port: for tests and other servers. Bytes are not bounded here. */
  fetch(input: string | Request, init?: RequestInit): Promise<Response>;
  /** For `node:http`. Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

interface Asked {
  readonly method: string;
  readonly pathname: string;
  readonly accept: string;
  readonly acceptEncoding: string;
  readonly ifNoneMatch: string;
}

const GRAPHQL_PATH = '/graphql';
/** In it a refusal can be told from another server's page. */
const RESPONSE_TYPE = 'application/graphql-response+json';
const PATHS: readonly string[] = [GRAPHQL_PATH, '/', '/health/live', '/health/ready'];
/** GraphiQL sends documents of its own. */
const NO_PAGE = 'There is no GraphiQL here: this service answers trusted documents only.\n';
const TEXT = { 'content-type': 'text/plain; charset=utf-8' };
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
const UNAUDITED_CODE = 'INTERNAL_SERVER_ERROR';
const UNAUDITED_RETRY_S = 5;
/** In the place of an answer that the audit trail could not be told of. */
const UNAUDITED: Answer = {
  status: 503,
  headers: { ...JSON_TYPE, 'retry-after': String(UNAUDITED_RETRY_S) },
  body: JSON.stringify({
    errors: [
      {
        message: "The audit trail can't be written, and nothing is answered without it. Ask again later.",
        extensions: { code: UNAUDITED_CODE, retryAfterMs: UNAUDITED_RETRY_S * 1_000 },
      },
    ],
  }),
};
/** For every answer: nothing here is to be sniffed, kept or told on. */
const STANDING_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
};

export function createHandler(options: HandlerOptions): Handler {
  const { maxBodyBytes, identity, clock, isLoopbackOnly, isReady, onRequest, onAudit, onFault } = options;
  const { trustedDocuments, corsOrigins, onRefusedOrigin } = options;
  const reportOrigin = createOriginReport(corsOrigins, onRefusedOrigin);
  const yoga = createYogaServer({ ...options, isAudited: onAudit !== null });
  let page: Promise<GraphiqlPage> | null = null;

  /** What is not GraphQL; null: it is. */
  const answer = async (asked: Asked): Promise<Answer | null> => {
    const { method, pathname } = asked;
    const isRead = method === 'GET' || method === 'HEAD';
    const health = isRead ? answerHealth(pathname, { isReady }) : null;
    if (health) return { ...health, headers: TEXT };
    if (pathname === '/' && isRead) return { status: 302, headers: { location: GRAPHQL_PATH } };
    if (pathname !== GRAPHQL_PATH)
      return { status: 404, headers: TEXT, body: `There is nothing here. GraphQL is at ${GRAPHQL_PATH}\n` };
    if (!isRead || !asked.accept.includes('text/html')) return null;
    if (trustedDocuments) return { status: 404, headers: TEXT, body: NO_PAGE };
    page ??= readExamples().then(createGraphiqlPage);
    return answerPage(await page, asked);
  };

  const readable = (request: IncomingMessage, refusal: Answer): Answer => ({
    ...refusal,
    headers: {
      ...refusal.headers,
      ...(request.headers.accept?.includes(RESPONSE_TYPE) && {
        'content-type': `${RESPONSE_TYPE}; charset=utf-8`,
      }),
      ...corsHeadersFor(request.headers.origin, corsOrigins),
    },
  });

  let isTrailBroken = false;
  /** Whether the trail has its line. Without it nothing goes out; the log is told when that begins. */
  const audit = (notes: RequestNotes, report: RequestReport, status: number | null): boolean => {
    if (!onAudit) return true;
    try {
      onAudit(createAuditLine(notes, report, status));
      isTrailBroken = false;
      return true;
    } catch (error) {
      if (!isTrailBroken) onFault(error);
      isTrailBroken = true;
      return false;
    }
  };

  const answerNow = async (
    request: IncomingMessage,
    response: ServerResponse,
    report: RequestReport,
    notes: RequestNotes,
  ): Promise<Answer> => {
    const hosts = request.headersDistinct['host'] ?? [];
    const host = readHostHeader(hosts[0]);
    if (hosts.length > 1 || (host === null && hosts.some((text) => text !== '')))
      return { status: 400, headers: TEXT, body: 'The Host header must name one host.\n' };
    if (isLoopbackOnly && !isLoopbackHost(host ?? ''))
      return { status: 421, headers: TEXT, body: 'This service answers on this machine only.\n' };
    const found = await answer(readAsked(request));
    if (found) return found;
    reportOrigin(request.headers);
    notes.isOperation = request.method !== 'OPTIONS';
    if (isTrailBroken && notes.isOperation) {
      // Its own line is the next trial.
      report.errors = [UNAUDITED_CODE];
      return readable(request, UNAUDITED);
    }
    // Before anything of the request is read, kept or looked up.
    const authentication = await authenticate(identity, readProof(request), clock);
    if (authentication.kind !== 'caller') {
      const refusal = refuseCaller(authentication);
      report.errors = [refusal.code];
      return readable(request, refusal);
    }
    const { caller } = authentication;
    notes.caller = caller;
    let body: string | null;
    try {
      body = await readBody(request, maxBodyBytes);
    } catch (error) {
      if (!(error instanceof BodyTooLarge)) throw error;
      // The rest of the body is not waited for.
      response.setHeader('connection', 'close');
      report.errors = ['LIMIT_EXCEEDED'];
      return readable(request, refuseBody(maxBodyBytes));
    }
    // Yoga takes the body from here where it has been read already.
    if (body !== null) Object.assign(request, { body });
    const isLocal = isLocalCaller(request);
    const rateKey = readRateKey(caller, isLocal ? null : (request.socket.remoteAddress ?? ''));
    // Not `yoga.handle`, which answers what it did not expect with the error's stack.
    const about = { report, caller, isLocal, rateKey, notes };
    const made = await yoga.handleNodeRequestAndResponse(request, response, about);
    return {
      status: made.status,
      headers: Object.fromEntries(made.headers),
      body: await made.text(),
    };
  };

  const respond = ({ status, headers, body }: Answer): Response =>
    new yoga.fetchAPI.Response(Buffer.isBuffer(body) ? new Uint8Array(body) : (body ?? null), {
      status,
      headers: { ...STANDING_HEADERS, ...headers },
    });

  return {
    async fetch(input, init) {
      const request = new yoga.fetchAPI.Request(input, init);
      const { pathname } = new URL(request.url);
      const read = (name: string) => request.headers.get(name) ?? '';
      const found = await answer({
        method: request.method,
        pathname,
        accept: read('accept'),
        acceptEncoding: read('accept-encoding'),
        ifNoneMatch: read('if-none-match'),
      });
      if (found) return respond(found);
      const proof = {
        authorization: request.headers.get('authorization'),
        apiKey: request.headers.get(API_KEY_HEADER),
      };
      const authentication = await authenticate(identity, proof, clock);
      const report = createRequestReport();
      const notes = createRequestNotes();
      if (authentication.kind !== 'caller') {
        const refusal = refuseCaller(authentication);
        report.errors = [refusal.code];
        return respond(audit(notes, report, refusal.status) ? refusal : UNAUDITED);
      }
      const { caller } = authentication;
      notes.caller = caller;
      const about = { report, notes, caller, isLocal: true, rateKey: readRateKey(caller, null) };
      const response = await yoga.fetch(request, about);
      return audit(notes, report, response.status) ? response : respond(UNAUDITED);
    },

    async handle(request, response) {
      const startedMs = performance.now();
      const report = createRequestReport();
      const notes = createRequestNotes();
      let isAudited = false;
      response.once('close', () => {
        const pathname = readPathname(request.url);
        if (notes.isOperation && !isAudited) audit(notes, report, null);
        onRequest({
          method: request.method ?? '',
          path: PATHS.includes(pathname) ? pathname : 'other',
          status: response.writableFinished ? response.statusCode : null,
          ms: Math.round((performance.now() - startedMs) * 10) / 10,
          ...report,
        });
      });
      for (const [name, value] of Object.entries(STANDING_HEADERS)) response.setHeader(name, value);
      // A server that is being shut down lets its connections go, one answer each.
      if (!isReady()) response.setHeader('connection', 'close');
      let reply: Answer;
      try {
        reply = await answerNow(request, response, report, notes);
      } catch (error) {
        // A caller who leaves while sending is no fault of ours.
        if (!request.errored) onFault(error);
        reply = { status: 500, headers: TEXT, body: 'Something went wrong.\n' };
      }
      if (response.closed) return;
      if (notes.isOperation) {
        isAudited = true;
        if (!audit(notes, report, reply.status)) reply = readable(request, UNAUDITED);
      }
      try {
        send(response, request, reply);
      } catch (error) {
        onFault(error);
        response.destroy();
      }
    },
  };
}

function answerPage({ html, gzipped, etag }: GraphiqlPage, { acceptEncoding, ifNoneMatch }: Asked): Answer {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': GRAPHIQL_POLICY,
    // The page is as large as its library: a browser that has it asks only whether it still holds.
    'cache-control': 'no-cache',
    vary: 'accept, accept-encoding',
    etag,
  };
  if (ifNoneMatch === etag) return { status: 304, headers };
  if (!/\bgzip\b/.test(acceptEncoding)) return { status: 200, headers, body: html };
  return { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipped };
}

function refuseBody(maxBytes: number): Answer {
  const message = `A request body may have ${maxBytes} bytes, and this one has more.`;
  const extensions = { code: 'LIMIT_EXCEEDED', limit: 'maxBodyBytes', allowed: maxBytes };
  return {
    status: 413,
    headers: JSON_TYPE,
    body: JSON.stringify({ errors: [{ message, extensions }] }),
  };
}

function send(response: ServerResponse, request: IncomingMessage, { status, headers, body }: Answer): void {
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  // 304 tells of a body without having one.
  response.writeHead(status, { ...headers, ...(status === 304 ? {} : { 'content-length': length }) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function readAsked({ method = '', url, headers }: IncomingMessage): Asked {
  return {
    method,
    pathname: readPathname(url),
    accept: headers.accept ?? '',
    acceptEncoding: headers['accept-encoding'] ?? '',
    ifNoneMatch: headers['if-none-match'] ?? '',
  };
}

/** A header that is sent twice is read as a list, which is no proof: one of its values may be of another caller. */
function readProof({ headersDistinct }: IncomingMessage): SentProof {
  return {
    authorization: headersDistinct['authorization']?.join(', ') ?? null,
    apiKey: headersDistinct[API_KEY_HEADER]?.join(', ') ?? null,
  };
}

/** A known caller has one budget wherever they ask from; of all others only the address is known. */
function readRateKey({ kind, name }: Caller, address: string | null): string | null {
  return name === null ? address && rateKeyOf(address) : `${kind} ${name}`;
}

function readPathname(url = '/'): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

/** A proxy on this machine speaks for others. */
function isLocalCaller({ socket, headers }: IncomingMessage): boolean {
  const isForwarded = headers['x-forwarded-for'] !== undefined || headers['forwarded'] !== undefined;
  return !isForwarded && isLoopbackAddress(socket.remoteAddress ?? '');
}
