import { performance } from 'node:perf_hooks';
import { setTimeout as elapse } from 'node:timers/promises';
import { RequestError } from '../../base/errors.ts';
import { requireAccess } from '../../graph/access.ts';
import type { AuditTrail } from '../audit-trail.ts';
import { corsHeadersFor, preflightHeadersFor } from '../cors.ts';
import { headersOf, JSON_TYPE, pathOf } from '../http-message.ts';
import type { HttpAnswer, HttpRequest } from '../http-message.ts';
import { createMasker } from '../mask-error.ts';
import { createOperation } from '../operation.ts';
import type { RequestContext } from '../plugins/operation.ts';
import type { YogaOptions } from '../yoga.ts';
import { createExportStarter } from './begin.ts';
import type { BeginExport, ExportLimits } from './begin.ts';
import { RECEIPTS_PATH } from './lists.ts';
import type { Timing } from './pace.ts';
import { createReceipts } from './receipts.ts';
import { answerRefusal } from './refusal.ts';
import { readParameters, readTarget } from './request.ts';

export interface ExportsOptions extends YogaOptions {
  readonly exports: ExportLimits & {
    /** Left out: the machine's. */
    readonly timing?: Timing | undefined;
  };
}

/** Answers every path under `/export/`. Rejects only if the caller leaves. */
export type AnswerExport = (request: HttpRequest, asked: RequestContext) => Promise<HttpAnswer>;

const SYSTEM_TIMING: Timing = {
  now: () => performance.now(),
  wait: (ms, signal) => elapse(ms, undefined, { signal }),
};

export function createExports(options: ExportsOptions, trail: Pick<AuditTrail, 'write'>): AnswerExport {
  const { corsOrigins, trustedDocuments, answeredScope, onFault } = options;
  const { timing = SYSTEM_TIMING, ...limits } = options.exports;
  const receipts = createReceipts(timing.now);
  const mask = createMasker(onFault);
  const ownerOf = ({ caller }: RequestContext, scope: string | null): string =>
    JSON.stringify([caller.kind, caller.name, scope]);
  let begin: BeginExport | null = null;

  /** @throws RequestError `UNAUTHENTICATED`, `FORBIDDEN` */
  const checkCaller = ({ headers }: HttpRequest, { caller }: RequestContext): void => {
    const { origin } = headers;
    const site = headers['sec-fetch-site'];
    const isForeign = site === 'cross-site' || site === 'same-site';
    if (isForeign && (origin === undefined || !corsOrigins.includes(origin))) {
      throw new RequestError(
        'FORBIDDEN',
        'A page of another origin may not start an export, unless the operator names its origin.',
      );
    }
    if (trustedDocuments && caller.kind === 'open') {
      throw new RequestError(
        'FORBIDDEN',
        'This service answers trusted documents only. Exports need callers with keys or tokens then.',
      );
    }
    requireAccess(caller, ['export']);
  };

  const answerReceipt = (request: HttpRequest, asked: RequestContext, id: string): HttpAnswer => {
    const scope = answeredScope(createOperation(options, request, headersOf(request), asked.caller));
    const found = receipts.find(id, ownerOf(asked, scope));
    if (found) return { status: 200, headers: JSON_TYPE, body: `${JSON.stringify(found)}\n` };
    throw new RequestError(
      'BAD_USER_INPUT',
      'There is no such receipt. The process that wrote an export keeps its receipt for an hour, for its caller alone.',
      { argument: 'id' },
    );
  };

  const answer = async (request: HttpRequest, asked: RequestContext): Promise<HttpAnswer> => {
    const path = pathOf(request);
    const refuse = (error: unknown, status?: number): HttpAnswer => {
      request.signal.throwIfAborted();
      const masked = mask(error);
      asked.notes.errors = [String(masked.extensions['code'])];
      return answerRefusal(masked, status);
    };
    try {
      checkCaller(request, asked);
      if (path.startsWith(RECEIPTS_PATH)) {
        const id = path.slice(RECEIPTS_PATH.length);
        try {
          return answerReceipt(request, asked, id);
        } catch (error) {
          return refuse(error, 404);
        }
      }
      const target = readTarget(request);
      if (target.kind !== 'export') return refuse(target.error, target.kind === 'unknown' ? 404 : 406);
      begin ??= createExportStarter({ options, limits, timing, trail, receipts, ownerOf });
      return await begin(request, asked, { ...target, ...readParameters(request) });
    } catch (error) {
      return refuse(error);
    }
  };

  return async (request, asked) => {
    const { origin } = request.headers;
    if (request.method === 'OPTIONS')
      return { status: 204, headers: preflightHeadersFor(origin, corsOrigins) };
    if (request.method !== 'GET') return { status: 405, headers: { allow: 'GET, OPTIONS' } };
    const made = await answer(request, asked);
    const readable = corsHeadersFor(origin, corsOrigins, EXPOSED);
    const vary = { vary: ['accept-encoding', ...(readable.vary ? [readable.vary] : [])].join(', ') };
    return { ...made, headers: { ...asked.notes.headers, ...made.headers, ...readable, ...vary } };
  };
}

/** Headers that pages of listed origins may read. */
const EXPOSED = 'export-receipt, ratelimit, ratelimit-policy, retry-after';
