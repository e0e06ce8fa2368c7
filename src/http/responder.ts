import type { AuditTrail } from './audit-trail.ts';
import { createOriginReport } from './cors.ts';
import { createDoctorAnswer, GET_ONLY } from './doctor.ts';
import type { Doctor } from './doctor.ts';
import { createExports } from './export/exports.ts';
import type { ExportsOptions } from './export/exports.ts';
import { EXPORT_PATH } from './export/lists.ts';
import { pathOf } from './http-message.ts';
import type { HttpAnswer, HttpRequest } from './http-message.ts';
import { API_KEY_HEADER, authenticate, refuseCaller } from './identity/authenticate.ts';
import type { SentProof } from './identity/authenticate.ts';
import type { Caller } from './identity/caller.ts';
import type { Identity } from './identity/identity.ts';
import { createLane, useLane } from './lane/lane.ts';
import { readBody } from './limits/body.ts';
import { rateKeyOf } from './limits/rate-limit.ts';
import { isLoopbackAddress, isLoopbackHost, readHostHeader } from './loopback.ts';
import { answerOtherMethod, refuseAgent } from './mcp/guard.ts';
import { createMcp } from './mcp/mcp.ts';
import type { McpSettings } from './mcp/mcp.ts';
import { createPages, DOCTOR_PATH, MCP_PATH } from './pages.ts';
import { addressRefusal, BROKEN_BODY, FOREIGN_HOST, refuseBody, UNAUDITED, WRONG_HOST } from './refusals.ts';
import type { Refusal } from './refusals.ts';
import type { RequestNotes } from './request-notes.ts';
import { createYogaServer } from './yoga.ts';

export interface ResponderOptions extends ExportsOptions {
  /** Whether this process should be sent requests. */
  readonly isReady: () => boolean;
  readonly maxBodyBytes: number;
  /** The folder of the console's files; null: there is no console. */
  readonly consoleFolder: string | null;
  /** How callers are identified; null: they are not. */
  readonly identity: Identity | null;
  /**
   * Answers only if `Host` names this machine. This keeps out a web page whose host name was made to resolve to this machine
   * (DNS rebinding).
   */
  readonly isLoopbackOnly: boolean;
  /** Answers `GET /metrics` at this port; null or left out: it is not answered. */
  readonly metrics?: (() => Promise<HttpAnswer>) | null;
  /** Learns which way each GraphQL request was answered. */
  readonly onWay: (way: Way) => void;
  /** The service for agents; null: there is none. */
  readonly mcp: McpSettings | null;
  /** Answers `GET /health/doctor`; null or left out: there is no such path. */
  readonly doctor?: Doctor | null;
  /** Gets, once for each origin, the reason why its pages can't read answers. */
  readonly onRefusedOrigin: (message: string) => void;
}

/** The two ways to the same answer: `docs/decisions/speed.md`. */
export type Way = 'lane' | 'yoga';

/** Decides what a request is answered with, and notes what the log and the audit trail need. */
export type Responder = (request: HttpRequest, notes: RequestNotes) => Promise<HttpAnswer>;

/** @param trail if it is broken, operations are refused */
export function createResponder(options: ResponderOptions, trail: AuditTrail): Responder {
  const { maxBodyBytes, identity, clock, isLoopbackOnly, isReady, trustedDocuments } = options;
  const { corsOrigins, consoleFolder, onRefusedOrigin, onWay } = options;
  const reportOrigin = createOriginReport(corsOrigins, onRefusedOrigin);
  const lane = createLane(options);
  const answerExport = createExports(options, trail);
  const answerMcp = options.mcp && createMcp(options, options.mcp);
  const answerDoctor = options.doctor ? createDoctorAnswer(options.doctor, options.onFault) : null;
  const askYoga = createYogaServer(options, [useLane(lane)]);
  const answerPage = createPages({
    isReady,
    hasGraphiql: !trustedDocuments,
    consoleFolder,
    metrics: options.metrics ?? null,
  });

  return async (request, notes) => {
    const hosts = request.valuesOf('host');
    const host = readHostHeader(hosts[0]);
    if (hosts.length > 1 || (host === null && hosts.some((text) => text !== ''))) return WRONG_HOST;
    if (isLoopbackOnly && !isLoopbackHost(host ?? '')) return FOREIGN_HOST;
    const isExport = pathOf(request).startsWith(EXPORT_PATH);
    const isMcp = answerMcp !== null && pathOf(request) === MCP_PATH;
    const isDoctor = answerDoctor !== null && pathOf(request) === DOCTOR_PATH;
    const page = isExport || isMcp || isDoctor ? null : answerPage(request);
    if (page) return page;
    if (isMcp && request.method !== 'POST') return answerOtherMethod(request, corsOrigins);
    if (isDoctor && request.method !== 'GET') return GET_ONLY;
    reportOrigin(request.headers);
    notes.isOperation = request.method !== 'OPTIONS';
    const refuse = (refusal: Refusal): HttpAnswer => {
      notes.errors = [refusal.code];
      return addressRefusal(refusal, request, corsOrigins);
    };
    // The line of this refusal tries the trail again.
    if (notes.isOperation && trail.isBroken()) return refuse(UNAUDITED);
    const checking = authenticate(identity, readProof(request), clock);
    const authentication = checking instanceof Promise ? await checking : checking;
    if (authentication.kind !== 'caller') return refuse(refuseCaller(authentication));
    const { caller } = authentication;
    notes.caller = caller;
    const noAgent = isMcp ? refuseAgent(request, caller, corsOrigins) : null;
    if (noAgent) return refuse(noAgent);
    if (isDoctor && answerDoctor) return answerDoctor(request, { notes, caller });
    const isLocal = isLocalCaller(request);
    const rateKey = readRateKey(caller, isLocal ? null : request.address);
    const asked = { notes, caller, isLocal, rateKey };
    if (isExport) return answerExport(request, asked);
    const body = await readBody(request, maxBodyBytes);
    if (body.kind === 'tooLarge') return refuse(refuseBody(maxBodyBytes));
    if (body.kind === 'broken') return BROKEN_BODY;
    if (isMcp && answerMcp) return answerMcp(request, body.bytes, asked);
    const answer = await lane.answer(request, body.bytes, asked);
    onWay(answer ? 'lane' : 'yoga');
    return answer ?? askYoga(request, body.bytes, host, asked);
  };
}

/** If a header is sent twice, the joined values are no valid proof, because each may be of another caller. */
function readProof(request: HttpRequest): SentProof {
  const read = (name: string): string | null =>
    request.headers[name] === undefined ? null : request.valuesOf(name).join(', ');
  return { authorization: read('authorization'), apiKey: read(API_KEY_HEADER) };
}

/** An identified caller has one budget from all addresses. All others are distinguished by their address. */
function readRateKey({ kind, name }: Caller, address: string | null): string | null {
  return name === null ? address && rateKeyOf(address) : `${kind} ${name}`;
}

/** A proxy on this machine forwards requests of other machines. */
function isLocalCaller({ address, headers }: HttpRequest): boolean {
  const isForwarded = headers['x-forwarded-for'] !== undefined || headers['forwarded'] !== undefined;
  return !isForwarded && isLoopbackAddress(address);
}
