import { readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { OpenAPIBackend } from 'openapi-backend';
import type { Context, Document } from 'openapi-backend';
import { parse } from 'yaml';

/** An answer of a vendor that is an error. The server encodes it in that vendor's form. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** The HTTP status. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The API of one vendor, without its HTTP server. */
export interface VendorApi {
  /** The path under which the paths of the OpenAPI file lie. */
  readonly root: string;
  /** By operationId. @throws Refusal */
  readonly operations: Readonly<Record<string, (call: RestCall) => Promise<RestAnswer>>>;
  /** By security scheme: whether the `Authorization` header is valid. */
  readonly authorizers: Readonly<Record<string, (authorization: string) => boolean>>;
  /** The body of a refusal, in the vendor's form. */
  encodeRefusal(status: number, message: string): unknown;
}

/** A call whose parameters the vendor's OpenAPI file allows. */
export interface RestCall {
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The decoded body; undefined: the call has none. */
  readonly body: unknown;
}

export interface RestAnswer {
  /** The body. */
  readonly json: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RestRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string | undefined;
}

/**
 * Creates a function that checks a request against the vendor's OpenAPI file and runs its operation. It throws a Refusal
 * if the path, the method, the credentials or a parameter is wrong.
 */
export async function createRouter(
  { root, operations, authorizers }: VendorApi,
  openApiFile: URL,
): Promise<(request: RestRequest) => Promise<RestAnswer>> {
  const backend = new OpenAPIBackend({
    definition: parse(await readFile(openApiFile, 'utf8')) as Document,
    apiRoot: root,
    coerceTypes: true,
    quick: true,
    ajvOpts: { strict: false, validateFormats: false },
    handlers: {
      ...Object.fromEntries(
        Object.entries(operations).map(([operationId, operation]) => [
          operationId,
          ({ request }: Context, query: URLSearchParams) =>
            operation({
              pathParameters: request.params as Record<string, string>,
              query,
              body: request.requestBody as unknown,
            }),
        ]),
      ),
      notFound: () => {
        throw new Refusal(404, 'There is nothing at this path.');
      },
      methodNotAllowed: () => {
        throw new Refusal(405, 'This path does not support the method.');
      },
      unauthorizedHandler: () => {
        throw new Refusal(401, 'The credentials are missing or wrong.');
      },
      validationFail: ({ validation }: Context) => {
        const [first] = validation.errors ?? [];
        const place = first?.instancePath.split('/').slice(2).join('.') ?? '';
        throw new Refusal(400, `Invalid request: ${[place, first?.message].filter(Boolean).join(' ')}.`);
      },
    },
    securityHandlers: Object.fromEntries(
      Object.entries(authorizers).map(([scheme, isValid]) => [
        scheme,
        ({ request }: Context) => isValid(String(request.headers['authorization'] ?? '')),
      ]),
    ),
  });
  await backend.init();

  return async ({ method, url, headers, body }) => {
    const given = Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    const request = {
      method,
      path: url.pathname,
      query: groupQuery(url.searchParams),
      headers: Object.fromEntries(given),
      body,
    };
    return (await backend.handleRequest(request, url.searchParams)) as RestAnswer;
  };
}

/** `keys[]=a` becomes a list, even of one value. Another parameter that comes twice becomes a list, which its schema refuses. */
function groupQuery(query: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries(
    [...new Set(query.keys())].map((name) => {
      const values = query.getAll(name);
      return [name, name.endsWith('[]') || values.length > 1 ? values : (values[0] ?? '')];
    }),
  );
}
