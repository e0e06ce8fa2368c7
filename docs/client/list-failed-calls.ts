import { graphql } from './generated/gql.ts';
import type { SightlineClient } from './sightline-client.ts';

const FailedCalls = graphql(`
  query FailedCalls($last: Duration!, $after: String) {
    usageRecords(range: { last: $last }, filter: { status: FAILED }, first: 100, after: $after) {
      nodes {
        timestamp
        elementKey
        responseStatus
      }
      pageInfo {
        hasNextPage
        endCursor
      }
      coverage {
        status
        reason
      }
    }
  }
`);

/** Gives every failed call of the last `last` (an ISO 8601 duration), page by page. Throws if a page fails. */
export async function* listFailedCalls(client: SightlineClient, last: string) {
  let after: string | null = null;
  do {
    const page = await readPage(client, last, after);
    yield* page.nodes;
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
}

async function readPage(client: SightlineClient, last: string, after: string | null) {
  const { data, errors } = await client.ask(FailedCalls, { last, after });
  if (!data?.usageRecords) throw new Error(errors[0]?.message ?? 'The service gave no answer.');
  return data.usageRecords;
}
