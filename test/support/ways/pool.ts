import type { QueryPool } from '../random-query.ts';
import type { CasePlan } from './plan.ts';
import type { PlannedRequest, Seen } from './side.ts';

const POOL_DOCUMENT = `{
  usageRecords(first: 5, range: { last: "P30D" }) { nodes { id recordId } pageInfo { endCursor } }
  events(first: 5, range: { last: "P30D" }) { nodes { id } pageInfo { endCursor } }
}`;
interface PoolPage {
  readonly nodes: readonly { readonly id: string; readonly recordId?: string }[];
  readonly pageInfo: { readonly endCursor: string | null };
}

/** Existing ids and cursors, and some that do not exist. */
export async function readPool(
  plan: CasePlan,
  ask: (request: PlannedRequest) => Promise<Seen>,
): Promise<QueryPool> {
  const { body } = await ask({
    method: 'POST',
    target: '/graphql',
    headers: plan.access.fullProof,
    body: JSON.stringify({ query: POOL_DOCUMENT }),
    leavesAtCall: null,
  });
  const { data } = JSON.parse(body) as {
    readonly data?: Readonly<Partial<Record<'usageRecords' | 'events', PoolPage | null>>> | null;
  };
  const pages = [data?.usageRecords, data?.events].flatMap((page) => page ?? []);
  const nodes = pages.flatMap((page) => page.nodes);
  return {
    ids: [...nodes.map(({ id }) => id), 'bm9uZQ'],
    recordIds: [...nodes.flatMap(({ recordId }) => recordId ?? []), 'none'],
    cursors: [...pages.flatMap(({ pageInfo }) => pageInfo.endCursor ?? []), 'bm9uZQ'],
  };
}
