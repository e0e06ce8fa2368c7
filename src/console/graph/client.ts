import { cacheExchange, Client, fetchExchange } from 'urql';
import type { Exchange } from 'urql';
import { proofHeaders } from './credentials.ts';

function createGraphClient(caches: readonly Exchange[]): Client {
  return new Client({
    url: '/graphql',
    preferGetMethod: false,
    fetchOptions: () => ({ headers: proofHeaders() }),
    exchanges: [...caches, fetchExchange],
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
