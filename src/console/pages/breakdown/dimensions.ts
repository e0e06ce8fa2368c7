import type { EventDimension, UsageDimension } from '../../generated/graphql.ts';
import { all, one } from '../../state/search.ts';
import type { Search } from '../../state/search.ts';

export type BrokenDown = 'calls' | 'events';

/** One way to group. Its key is that of the filter of the lists, if they have one. */
export interface Dimension<Name extends string = string> {
  readonly key: string;
  readonly name: Name;
  readonly label: string;
  /** The scope without which the service refuses it. */
  readonly needs?: string;
  /** A row may have several values, so that shares add up to more than all. */
  readonly isMany?: boolean;
}

export const CALL_DIMENSIONS: readonly Dimension<UsageDimension>[] = [
  { key: 'element', name: 'ELEMENT', label: 'Element' },
  { key: 'api', name: 'API', label: 'API' },
  { key: 'status', name: 'STATUS', label: 'Status' },
  { key: 'code', name: 'RESPONSE_STATUS', label: 'Response status' },
  { key: 'method', name: 'METHOD', label: 'Method' },
  { key: 'account', name: 'ACCOUNT', label: 'Account' },
  { key: 'user', name: 'USER', label: 'User' },
  { key: 'instance', name: 'INSTANCE', label: 'Instance' },
  { key: 'tag', name: 'TAG', label: 'Tag', isMany: true },
  { key: 'ip', name: 'IP_ADDRESS', label: 'Address', needs: 'pii:read', isMany: true },
];

export const EVENT_DIMENSIONS: readonly Dimension<EventDimension>[] = [
  { key: 'category', name: 'CATEGORY', label: 'Category' },
  { key: 'action', name: 'ACTION', label: 'Action' },
  { key: 'user', name: 'USERNAME', label: 'User', needs: 'pii:read' },
  { key: 'ip', name: 'IP_ADDRESS', label: 'Address', needs: 'pii:read', isMany: true },
];

/** The most dimensions of a break-down. */
export const MOST_DIMENSIONS = 3;

export const readSource = (search: Search): BrokenDown =>
  one(search, 'of') === 'events' ? 'events' : 'calls';

export function dimensionsOf(source: BrokenDown): readonly Dimension[] {
  return source === 'calls' ? CALL_DIMENSIONS : EVENT_DIMENSIONS;
}

/** The dimensions that the address asks for with `by`, each once; if it asks for none that there is, the first one. */
export function chooseDimensions<Name extends string>(
  dimensions: readonly Dimension<Name>[],
  search: Search,
): readonly Dimension<Name>[] {
  const keys = [...new Set(all(search, 'by'))];
  const chosen = keys.flatMap((key) => dimensions.find((each) => each.key === key) ?? []);
  return chosen.length > 0 ? chosen.slice(0, MOST_DIMENSIONS) : dimensions.slice(0, 1);
}

/** A value as a reader sees it. null: the rows have none. */
export const writeValue = (value: string | null): string => value ?? 'none';
