import { createClient as createSseClient } from 'graphql-sse';
import { cacheExchange, Client, fetchExchange, subscriptionExchange } from 'urql';
import type { Exchange } from 'urql';
import { proofHeaders } from './credentials.ts';

const URL = '/graphql';

function createGraphClient(caches: readonly Exchange[]): Client {
  const live = createSseClient({ url: URL, headers: proofHeaders, singleConnection: false });
  return new Client({
    url: URL,
    preferGetMethod: false,
    fetchOptions: () => ({ headers: proofHeaders() }),
    exchanges: [
      ...caches,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: live.subscribe(
              { query, variables: { ...variables } },
              { next: (value) => sink.next(value as never), error: sink.error, complete: sink.complete },
            ),
          }),
        }),
      }),
    ],
  });
}

/**
 * For panels and details. It keeps whole answers by their question. A cache that merges objects by id would show a panel the coverage of
 * another one's question, because coverage belongs to an answer: the same series has another coverage for each selection of its fields.
 */
export function createPanelClient(): Client {
  return createGraphClient([cacheExchange]);
}

/** For endless lists, which keep their own pages and forget those that are far away. */
export function createListClient(): Client {
  return createGraphClient([]);
}
