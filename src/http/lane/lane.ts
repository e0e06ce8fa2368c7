import type { DocumentNode, ExecutionResult, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { RequestError } from '../../base/errors.ts';
import { estimateOperation, refuseOperation } from '../../graph/cost/operation.ts';
import { GRAPHQL_PATH } from '../pages.ts';
import { rateHeaders } from '../limits/rate-limit.ts';
import { headersOf } from '../http-message.ts';
import type { HttpAnswer, HttpRequest } from '../http-message.ts';
import { createMasker } from '../mask-error.ts';
import { createOperation } from '../operation.ts';
import type { Operation } from '../operation.ts';
import { noteAnswer } from '../plugins/audit.ts';
import { readMoment, settleCost, takePoints } from '../plugins/cost.ts';
import { endOperation, listCodes } from '../plugins/operation.ts';
import type { RequestContext } from '../plugins/operation.ts';
import { DOCUMENT_ID, findTrusted } from '../plugins/trusted-documents.ts';
import { boundVariables, checkVariables } from '../plugins/variables.ts';
import type { YogaOptions } from '../yoga.ts';
import { createKnownDocuments } from './documents.ts';
import type { KnownDocument } from './documents.ts';

/** A shorter way to the same answers, beside Yoga: for documents that Yoga has answered before, sent as JSON by POST. */
export interface Lane {
  /**
   * The answer; null: Yoga must answer, because the request needs something that the lane does not do. Then nothing has been
   * spent or noted.
   */
  answer(request: HttpRequest, body: Buffer, asked: RequestContext): Promise<HttpAnswer | null>;
  /** Yoga has parsed and validated this document, and has executed it. */
  learn(text: string, document: DocumentNode): void;
}

/** What a request asks for. */
interface Asked {
  readonly known: KnownDocument;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The media type that Yoga answers in, by the `accept` header. Yoga negotiates all others. */
const ANSWER_TYPES: Readonly<Record<string, string>> = {
  '*/*': 'application/json; charset=utf-8',
  'application/json': 'application/json; charset=utf-8',
  'application/graphql-response+json': 'application/graphql-response+json; charset=utf-8',
  'application/graphql-response+json,application/json;q=0.9':
    'application/graphql-response+json; charset=utf-8',
};
const JSON_TYPES: ReadonlySet<string | undefined> = new Set([
  'application/json',
  'application/json; charset=utf-8',
]);

export function createLane(options: YogaOptions): Lane {
  const { schema, costLimits, corsOrigins, trustedDocuments, isAudited, createContext, onFault } = options;
  const known = createKnownDocuments(schema);
  const maxValues = boundVariables(costLimits.maxPageSize, schema);
  const mask = createMasker(onFault);

  /** null: Yoga must read the request. */
  const readRequest = (body: Buffer): Asked | null => {
    const params = parseBody(body);
    if (!params) return null;
    const { query, operationName = null, variables = null, extensions = null, ...others } = params;
    const isNamed = operationName === null || typeof operationName === 'string';
    if (!isNamed || !isObjectOrNull(variables) || !isObjectOrNull(extensions)) return null;
    if (!Object.keys(others).every((name) => trustedDocuments && name === DOCUMENT_ID)) return null;
    const text = trustedDocuments ? findTrusted(params, trustedDocuments) : query;
    const found = typeof text === 'string' ? known.get(text) : undefined;
    if (!found || (operationName !== null && operationName !== found.operationName)) return null;
    if (checkVariables(variables, maxValues)) return null;
    return { known: found, variables: variables ?? {} };
  };

  const begin = (request: HttpRequest, asked: RequestContext): Operation | null => {
    try {
      return createOperation(options, { signal: request.leaving }, headersOf(request), asked.caller);
    } catch (error) {
      if (error instanceof RequestError) return null;
      throw error;
    }
  };

  return {
    async answer(request, body, asked) {
      const type = readAnswerType(request, corsOrigins);
      const read = type === null ? null : readRequest(body);
      if (!read || type === null) return null;
      const { document, name, hash, coerce, compiled } = read.known;
      const variables = coerce(read.variables);
      const operation = variables && begin(request, asked);
      if (!operation) return null;
      const context = createContext(operation);
      const estimate = estimateOperation(
        { schema, document, variableValues: read.variables, coerced: variables },
        costLimits,
        readMoment(context),
      );
      if (!estimate || refuseOperation(estimate, costLimits)) {
        operation.end();
        return null;
      }
      const taking = takePoints(options, operation, asked, estimate);
      const verdict = taking instanceof Promise ? await taking : taking;
      if (verdict && !verdict.isAllowed) {
        operation.end();
        return null;
      }
      const { notes } = asked;
      notes.operation = name;
      notes.operationType = 'query';
      notes.estimate = estimate;
      if (isAudited) notes.document = hash;
      operation.callBudget.share(estimate);
      const executed = compiled(variables)(context, variables);
      const result = executed instanceof Promise ? await executed : executed;
      const answered = endOperation(operation, asked, maskErrors(result, mask));
      const ended = settleCost(asked, estimate, verdict, answered);
      if (isAudited) noteAnswer(notes, ended.data);
      if (ended.errors) notes.errors = listCodes(ended.errors);
      return {
        status: 200,
        headers: { 'content-type': type, ...(verdict ? rateHeaders(verdict) : {}) },
        body: JSON.stringify(ended),
      };
    },
    learn: known.add,
  };
}

/** Teaches the lane the documents that Yoga answers. */
export function useLane(lane: Lane): Plugin {
  return {
    onExecute({ args, context }) {
      const text: unknown = context.params.query;
      return {
        onExecuteDone({ result }) {
          if (typeof text === 'string' && 'data' in result) lane.learn(text, args.document);
        },
      };
    },
  };
}

/** null: Yoga must answer. */
function readAnswerType(
  { method, target, headers }: HttpRequest,
  corsOrigins: readonly string[],
): string | null {
  if (method !== 'POST' || target !== GRAPHQL_PATH || !JSON_TYPES.has(headers['content-type'])) return null;
  if (corsOrigins.length > 0 && headers['origin'] !== undefined) return null;
  return ANSWER_TYPES[headers['accept'] ?? '*/*'] ?? null;
}

function parseBody(body: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    // Yoga says what is wrong.
    return null;
  }
}

function isObjectOrNull(value: unknown): value is Readonly<Record<string, unknown>> | null {
  return value === null || (typeof value === 'object' && !Array.isArray(value));
}

function maskErrors(result: ExecutionResult, mask: (error: unknown) => GraphQLError): ExecutionResult {
  return result.errors ? { ...result, errors: result.errors.map(mask) } : result;
}
