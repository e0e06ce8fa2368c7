import { createClient, NetworkError } from 'graphql-sse';
import type { TypedDocumentString } from '../generated/graphql.ts';
import { proofHeaders } from './credentials.ts';
import { readWire } from './failures.ts';
import type { Failure } from './failures.ts';

/** What ends one connection of a stream. `failures` is empty if it was cut. */
export interface StreamEnd {
  readonly failures: readonly Failure[];
}

/**
 * Opens one connection. It doesn't open another one when that ends, because only the caller knows the cursor from which to go on.
 *
 * @returns how to close it; after that neither function is called
 */
export function openStream<Data, Variables extends object>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  { next, end }: { readonly next: (data: Data) => void; readonly end: (how: StreamEnd) => void },
): () => void {
  const client = createClient({
    url: '/graphql',
    headers: proofHeaders,
    singleConnection: false,
    retryAttempts: 0,
  });
  let isOpen = true;
  const finish = (failures: readonly Failure[]): void => {
    if (!isOpen) return;
    isOpen = false;
    end({ failures });
  };
  const close = client.subscribe<Data>(
    { query: document.toString(), variables: { ...variables } as Record<string, unknown> },
    {
      next({ data, errors }) {
        if (!isOpen) return;
        if (errors && errors.length > 0) {
          finish(errors.map(readWire));
          close();
        } else if (data) next(data);
      },
      error(error) {
        void finishWith(error, finish);
      },
      complete: () => finish([]),
    },
  );
  return () => {
    isOpen = false;
    close();
  };
}

async function finishWith(error: unknown, finish: (failures: readonly Failure[]) => void): Promise<void> {
  finish(await readRefusal(error));
}

/** The service refuses a stream as it refuses any operation: with errors in JSON. */
async function readRefusal(error: unknown): Promise<readonly Failure[]> {
  if (!(error instanceof NetworkError) || !(error.response instanceof Response)) return [];
  try {
    const { errors = [] } = (await error.response.clone().json()) as {
      errors?: { message: string; extensions?: object }[];
    };
    return errors.map(readWire);
  } catch {
    return [];
  }
}
