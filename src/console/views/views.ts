import { readStorage, writeStorage } from '../state/storage.ts';
import { one, writeSearch } from '../state/search.ts';
import type { Search } from '../state/search.ts';
import { DEFAULT_LAST } from '../time/span.ts';
import type { Span } from '../time/span.ts';

/** A page as its reader left it. `absolute`: its range has a fixed begin and end. `relative`: its range ends when it is opened. */
export interface View {
  readonly name: string;
  readonly path: string;
  /** What stands behind the path, with the `?`. */
  readonly search: string;
  readonly kind: 'absolute' | 'relative';
}

const KEY = 'sightline.views';

/** The reader's views, in the order of their names. Entries that are none are left out. */
export function readViews(): readonly View[] {
  try {
    const kept: unknown = JSON.parse(readStorage(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isView) : [];
  } catch {
    return [];
  }
}

/** Whether the browser keeps it. A view of the same name is replaced. */
export const keepView = (view: View): boolean =>
  write([...readViews().filter(({ name }) => name !== view.name), view]);

export const removeView = (name: string): boolean => write(readViews().filter((view) => view.name !== name));

/** Whether it was renamed: the name must be free. */
export function renameView(from: string, to: string): boolean {
  const views = readViews();
  if (to === '' || views.some(({ name }) => name === to)) return false;
  return write(views.map((view) => (view.name === from ? { ...view, name: to } : view)));
}

const write = (views: readonly View[]): boolean =>
  writeStorage(
    KEY,
    JSON.stringify(views.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))),
  );

function isView(value: unknown): value is View {
  if (typeof value !== 'object' || value === null) return false;
  const { name, path, search, kind } = value as Record<string, unknown>;
  const isPlace = typeof path === 'string' && /^\/(?!\/)/.test(path) && typeof search === 'string';
  return typeof name === 'string' && isPlace && (kind === 'absolute' || kind === 'relative');
}

/** What belongs to one sitting and not to what is shown. */
const PASSING = ['live'];

/**
 * The address that shows on any day, and in any time zone, what the page shows now: the range gets its two instants, and the zone its name. Rows
 * that a vendor adds late are shown, too.
 */
export function freeze(search: Search, span: Span, timeZone: string): Search {
  return {
    ...leaveOut(search),
    last: undefined,
    from: writeShortInstant(span.fromMs),
    to: writeShortInstant(span.toMs),
    tz: timeZone,
  };
}

/** The address without what it need not say. */
export function shorten(search: Search): Search {
  const isDefault = one(search, 'last') === DEFAULT_LAST && search['from'] === undefined;
  return { ...leaveOut(search), ...(isDefault ? { last: undefined } : {}) };
}

const leaveOut = (search: Search): Search =>
  Object.fromEntries(Object.entries(search).filter(([key]) => !PASSING.includes(key)));

/** The same instant without zeros that it need not show: `2026-03-04T12:00Z`. */
export function writeShortInstant(ms: number): string {
  return new Date(ms).toISOString().replace(/(:00)?\.000Z$/, 'Z');
}

/** A relative view can be made of a relative range only. */
export const isRelative = (search: Search): boolean => search['from'] === undefined;

export function createView(
  kind: View['kind'],
  name: string,
  path: string,
  search: Search,
  span: Span,
  timeZone: string,
): View {
  const shown = kind === 'absolute' ? freeze(search, span, timeZone) : shorten(search);
  return { name, path, kind, search: writeSearch(shown) };
}
