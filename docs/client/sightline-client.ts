import type { TypedDocumentString } from './generated/graphql.ts';

/** Asks a Sightline service. */
export interface SightlineClient {
  /** Returns the answer's data, in which failed fields are null, and the errors of these fields. */
  ask<Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    variables: Variables,
  ): Promise<{ data: Data | null; errors: readonly ClientError[] }>;
}

/** One error of an answer. */
export interface ClientError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string };
}

/** Creates a client of the service at `url`, such as `http://127.0.0.1:4000/graphql`. */
export function createSightlineClient(url: string, fetcher: typeof fetch = fetch): SightlineClient {
  return {
    async ask(document, variables) {
      const response = await fetcher(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
        body: JSON.stringify({ query: document.toString(), variables }),
      });
      const { data = null, errors = [] } = await response.json();
      return { data, errors };
    },
  };
}
