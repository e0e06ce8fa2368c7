import type { GraphQLResolveInfo } from 'graphql';
import { selectedFieldNames } from '../selection.ts';

const WITHOUT_PAGE: ReadonlySet<string> = new Set(['__typename', 'from', 'to', 'totalCount']);

/** Whether the selection of a connection needs a page to be read: its range and its count do not. */
export function needsPage(info: GraphQLResolveInfo): boolean {
  return isPageAmong(selectedFieldNames(info));
}

/** Whether any of these fields of a connection needs a page. */
export function isPageAmong(names: Iterable<string>): boolean {
  return [...names].some((name) => !WITHOUT_PAGE.has(name));
}
