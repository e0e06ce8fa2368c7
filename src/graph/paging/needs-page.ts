import type { GraphQLResolveInfo } from 'graphql';
import { selectedFieldNames } from '../selection.ts';

const WITHOUT_PAGE: ReadonlySet<string> = new Set(['__typename', 'from', 'to', 'totalCount']);

/** Whether the selection of a connection needs a page to be read: its range and its count do not. */
export function needsPage(info: GraphQLResolveInfo): boolean {
  return [...selectedFieldNames(info)].some((name) => !WITHOUT_PAGE.has(name));
}
