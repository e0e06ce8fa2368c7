import type { CallNeeds, ListQuestion } from '../../sources/paging/estimate.ts';
import type { EstimateContext, FieldEstimate } from '../cost/estimate.ts';
import { namesUnder } from '../selection.ts';
import type { SelectedField } from '../selection.ts';
import { isPageAmong, readListRequest } from './connection.ts';
import type { ListQuery } from './connection.ts';

/**
 * What one page of a list needs. `estimate` is its source's estimate.
 * @throws RequestError as `readConnection`
 */
export function estimateList<Filter>(
  query: ListQuery<Filter>,
  fields: readonly SelectedField[],
  context: EstimateContext,
  estimate: (question: ListQuestion<Filter>) => readonly CallNeeds[],
): FieldEstimate {
  const { range, choice } = readListRequest(query, context);
  const names = namesUnder(fields);
  const calls = estimate({
    count: choice.count,
    direction: choice.direction,
    cursor: choice.cursor,
    range,
    filter: query.filter,
    wantsPage: isPageAmong(names),
    isCounted: names.has('totalCount'),
  });
  return { calls, sizes: { edges: choice.count, nodes: choice.count } };
}
