import type { GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import type { Plugin } from 'graphql-yoga';
import type { GraphContext } from '../graph/context.ts';
import { allowOrigins } from './cors.ts';
import type { HttpAnswer, HttpRequest } from './http-message.ts';
import type { DocumentBounds } from './limits/document-bounds.ts';
import { createMasker, INTERNAL_MESSAGE } from './mask-error.ts';
import type { Operation, OperationOptions } from './operation.ts';
import { useAudit } from './plugins/audit.ts';
import { useCost } from './plugins/cost.ts';
import { createGraphqlEngine, useEngine } from './plugins/engine.ts';
import { useIntrospection } from './plugins/introspection.ts';
import { useLive } from './plugins/live.ts';
import type { LiveOptions } from './plugins/live.ts';
import { useOperation } from './plugins/operation.ts';
import type { RequestContext } from './plugins/operation.ts';
import { usePreflight } from './plugins/preflight.ts';
import { DOCUMENT_ID, useTrustedDocuments } from './plugins/trusted-documents.ts';
import { createValidDocuments, NO_FAULTS, useValidDocuments } from './plugins/valid-documents.ts';
import { boundVariables, useVariables } from './plugins/variables.ts';
import type { TrustedDocuments } from './trusted-documents.ts';

export interface YogaOptions extends OperationOptions, LiveOptions {
  readonly schema: GraphQLSchema;
  readonly bounds: DocumentBounds;
  /** The only documents to answer; null: any document. */
  readonly trustedDocuments: TrustedDocuments | null;
  /** Pages of these origins may read answers. */
  readonly corsOrigins: readonly string[];
  /** Whether to note what the audit trail needs. */
  readonly isAudited: boolean;
  /** Makes the context of resolvers, once for each operation. */
  readonly createContext: (operation: Operation) => GraphContext;
  /** Gets every fault that is masked for callers. */
  readonly onFault: (error: unknown) => void;
}

/**
 * Answers one request for GraphQL. Rejects only for faults of this service.
 * @param host of the request's URL; null: it named none
 */
export type AskYoga = (
  request: HttpRequest,
  body: Buffer,
  host: string | null,
  context: RequestContext,
) => Promise<HttpAnswer>;

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Answers GraphQL over HTTP with Yoga. The responder has already answered what is not GraphQL, and read the body.
 * @param plugins of the server's owner, which observe the operations
 */
export function createYogaServer(options: YogaOptions, plugins: readonly Plugin[] = []): AskYoga {
  const { schema, bounds, trustedDocuments, corsOrigins, isAudited, createContext, onFault } = options;
  const documents = createValidDocuments();
  const yoga = createYoga<RequestContext>({
    schema,
    plugins: [
      usePreflight(),
      useVariables(boundVariables(options.costLimits.maxPageSize, schema)),
      ...(trustedDocuments ? [useTrustedDocuments(trustedDocuments)] : []),
      useEngine(createGraphqlEngine(bounds)),
      useValidDocuments(documents),
      useIntrospection(),
      // After the engine, so that the operation ends when the engine is done.
      useOperation(options, createContext),
      // After the operation, whose call budget it shares between scans.
      useCost(options),
      useLive(options),
      // Last, because it reads what the others note.
      ...(isAudited ? [useAudit()] : []),
      ...plugins,
    ],
    maskedErrors: {
      errorMessage: INTERNAL_MESSAGE,
      maskError: createMasker(onFault),
    },
    parserAndValidationCache: { documentCache: documents, errorCache: NO_FAULTS, validationCache: false },
    logging: SILENT,
    batching: false,
    multipart: false,
    cors: allowOrigins(corsOrigins),
    ...(trustedDocuments ? { extraParamNames: [DOCUMENT_ID] } : {}),
    graphiql: false,
    landingPage: false,
    // Yoga compares the end of the URL, and no URL ends in a space. Health is answered before Yoga is asked.
    healthCheckEndpoint: ' ',
    // The responder counts bytes: Yoga would pipe each body through one more stream.
    maxRequestBodySize: false,
  });
  // Not `yoga.handle`, which answers an unexpected error with its stack.
  const { handleRequest } = yoga;
  return async ({ method, target, headers, signal }, body, host, context) => {
    const hasBody = method !== 'GET' && method !== 'HEAD';
    const request = new yoga.fetchAPI.Request(`http://${host ?? 'localhost'}${target}`, {
      method,
      headers: headers as Record<string, string>,
      signal,
      ...(hasBody ? { body: body as Uint8Array<ArrayBuffer> } : {}),
    });
    const response = await handleRequest(request, context);
    const answered: Record<string, string> = {};
    // Yoga writes some names with capital letters.
    for (const [name, value] of response.headers) answered[name.toLowerCase()] = value;
    delete answered['content-length'];
    const { stream } = context.notes;
    if (stream) return { status: response.status, headers: answered, stream };
    return { status: response.status, headers: answered, body: await response.text() };
  };
}
