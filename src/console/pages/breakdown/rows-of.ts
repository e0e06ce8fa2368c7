import { CALL_KEYS } from '../../lists/call-filter.ts';
import type { FilterKey } from '../../lists/chips.ts';
import { EVENT_KEYS } from '../../lists/event-filter.ts';
import { all } from '../../state/search.ts';
import type { Search } from '../../state/search.ts';
import type { BrokenDown, Dimension } from './dimensions.ts';

/** Where the rows of a group are listed. null: no filter finds exactly these rows. */
export interface RowsPlace {
  readonly to: '/log' | '/events';
  /** The filters, without the range. */
  readonly search: Search;
}

export const keysOf = (source: BrokenDown): readonly FilterKey[] =>
  source === 'calls' ? CALL_KEYS : EVENT_KEYS;

/** The filters of an address that the list of a source knows. */
export function keepFilters(source: BrokenDown, search: Search): Search {
  return Object.fromEntries(
    keysOf(source).flatMap(({ key }) => (search[key] === undefined ? [] : [[key, search[key]]])),
  );
}

/**
 * The list that has exactly the rows of a group: the filters of the page and the group's values. There is none if a value is missing, if no
 * filter tests it, or if the row must have both the value and another one of the same key.
 *
 * @param key the group's values, one of each dimension; empty: all rows
 */
export function findRows(
  source: BrokenDown,
  dimensions: readonly Dimension[],
  key: readonly (string | null)[],
  search: Search,
): RowsPlace | null {
  const filters: Record<string, string | readonly string[] | undefined> = { ...keepFilters(source, search) };
  for (const [at, value] of key.entries()) {
    const dimension = dimensions[at];
    const filter = keysOf(source).find((each) => each.key === dimension?.key);
    if (!dimension || !filter || value === null) return null;
    const read = filter.read(value);
    // A filter that would change the value, as one that trims it, finds other rows.
    if (read === null || (read !== value && filter.values === undefined)) return null;
    if (dimension.isMany && !includesAll(all(search, filter.key), value)) return null;
    filters[filter.key] = read;
  }
  return { to: source === 'calls' ? '/log' : '/events', search: filters };
}

/** Whether all rows with the value meet the filter on the same key. */
function includesAll(filter: readonly string[], value: string): boolean {
  return filter.length === 0 || filter.some((each) => each === value || isInBlock(value, each));
}

/** Whether an IPv4 address lies in a block such as `10.0.0.0/8`. Blocks of IPv6 are not read: false. */
function isInBlock(address: string, block: string): boolean {
  const [start = '', bits] = block.split('/');
  const [from, place] = [readIpv4(start), readIpv4(address)];
  if (from === null || place === null || bits === undefined) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(from / size) === Math.floor(place / size);
}

function readIpv4(text: string): number | null {
  const parts = text.split('.').map(Number);
  const isAddress =
    parts.length === 4 && parts.every((part) => Number.isInteger(part) && part >= 0 && part < 256);
  return isAddress ? parts.reduce((sum, part) => sum * 256 + part, 0) : null;
}
