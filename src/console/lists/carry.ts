import { all, keepShared, one } from '../state/search.ts';
import type { Search } from '../state/search.ts';
import { CALL_KEYS } from './call-filter.ts';
import { EVENT_KEYS } from './event-filter.ts';
import { TIMELINE_KEYS } from './timeline-filter.ts';

/** Conditions by what they mean, such as `calls status`: a user of calls is an id, and one of events a name. */
export type Conditions = Readonly<Record<string, readonly string[]>>;

/** What goes along to another page. */
export interface Carried {
  readonly search: Search;
  /** Conditions that the page does not know. They hold again on a page that does. */
  readonly aside: Conditions;
}

const OF_CALLS = Object.fromEntries(CALL_KEYS.map(({ key }) => [key, `calls ${key}`]));
const OF_EVENTS = Object.fromEntries(EVENT_KEYS.map(({ key }) => [key, `events ${key}`]));
const ADDRESS = { ip: 'ip' };

/** What each key of a page means. */
function meaningsOf(page: string, search: Search): Readonly<Record<string, string>> {
  switch (page) {
    case '/log':
      return { ...OF_CALLS, ...ADDRESS };
    case '/events':
      return { ...OF_EVENTS, ...ADDRESS };
    case '/breakdown':
      return { ...(one(search, 'of') === 'events' ? OF_EVENTS : OF_CALLS), ...ADDRESS };
    case '/timeline':
      return {
        ...Object.fromEntries(
          TIMELINE_KEYS.map(({ key }) => [
            key,
            // Both sources have users, and those of the timeline are the ones of events.
            key === 'user' ? OF_EVENTS[key] : (OF_CALLS[key] ?? OF_EVENTS[key] ?? `timeline ${key}`),
          ]),
        ),
        ...ADDRESS,
      };
    default:
      return {};
  }
}

/** The range, and the conditions that the other page understands. The others are set aside. */
export function carry(from: string, to: string, search: Search, aside: Conditions): Carried {
  const held: Record<string, readonly string[]> = { ...aside };
  for (const [key, meaning] of Object.entries(meaningsOf(from, search))) {
    const values = all(search, key);
    if (values.length > 0) held[meaning] = values;
    else delete held[meaning];
  }
  // The break-down of events is the one that goes with the list of events.
  const base: Search = {
    ...keepShared(search),
    ...(from === '/events' && to === '/breakdown' ? { of: 'events' } : {}),
  };
  const known = meaningsOf(to, base);
  const found = Object.entries(known).flatMap(([key, meaning]) => {
    const values = held[meaning];
    return values === undefined ? [] : [[key, values.length === 1 ? values[0] : values] as const];
  });
  const meanings = new Set(Object.values(known));
  return {
    search: { ...base, ...Object.fromEntries(found) },
    aside: Object.fromEntries(Object.entries(held).filter(([meaning]) => !meanings.has(meaning))),
  };
}

/** Conditions in words, such as `status: failed (calls)`. */
export const writeConditions = (aside: Conditions): string =>
  Object.entries(aside)
    .map(([meaning, values]) => {
      const [of = '', key] = meaning.split(' ');
      return key === undefined ? `${of}: ${values.join(' or ')}` : `${key}: ${values.join(' or ')} (${of})`;
    })
    .join(', ');
