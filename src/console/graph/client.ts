import { cacheExchange as graphcache } from '@urql/exchange-graphcache';
import { createClient as createSseClient } from 'graphql-sse';
import { Client, fetchExchange, subscriptionExchange } from 'urql';
import type { Exchange } from 'urql';
import { proofHeaders } from './credentials.ts';

const URL = '/graphql';

/** Types without an id of their own: they belong to the answer that holds them. */
const WITHOUT_ID = [
  'ActivityConnection',
  'ActivityEdge',
  'ActivityUpdate',
  'ArchiveStatus',
  'ArchivedSource',
  'Coverage',
  'EventBreakdown',
  'EventConnection',
  'EventEdge',
  'EventFacets',
  'EventGroup',
  'EventGroupBucket',
  'EventGroupKey',
  'Facet',
  'FacetValue',
  'Limits',
  'PageInfo',
  'ProcessTimeSpread',
  'RelatedEventConnection',
  'RelatedEventEdge',
  'RelatedUsageConnection',
  'RelatedUsageEdge',
  'Service',
  'SourceStatus',
  'TimeSpan',
  'TotalCount',
  'UsageBreakdown',
  'UsageGroup',
  'UsageGroupBucket',
  'UsageGroupKey',
  'UsageRecordConnection',
  'UsageRecordEdge',
  'Viewer',
];

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

/** For panels and details: one copy of each entry, by its id. */
export function createPanelClient(): Client {
  return createGraphClient([
    graphcache({ keys: Object.fromEntries(WITHOUT_ID.map((type) => [type, () => null])) }),
  ]);
}

/** For endless lists, which keep their own pages and forget those that are far away. */
export function createListClient(): Client {
  return createGraphClient([]);
}
