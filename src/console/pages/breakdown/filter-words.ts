import { readChips } from '../../lists/chips.ts';
import { all } from '../../state/search.ts';
import type { Search } from '../../state/search.ts';
import type { BrokenDown } from './dimensions.ts';
import { keysOf } from './rows-of.ts';

const STATUS_WORDS: Readonly<Record<string, string>> = { failed: 'failed', success: 'successful' };

/** What the rows of a page are, such as `failed calls with element sfdc or box`: a figure says nothing if its filter is out of sight. */
export function writeFiltered(source: BrokenDown, search: Search): string {
  const used = keysOf(source).filter(({ key }) =>
    readChips(keysOf(source), search).some((chip) => chip.key === key),
  );
  const status = used.some(({ key }) => key === 'status')
    ? STATUS_WORDS[all(search, 'status')[0] ?? '']
    : undefined;
  const others = used.filter(({ key }) => key !== 'not' && (key !== 'status' || status === undefined));
  const words = others.map(({ key, label }) => `${writeLabel(label)} ${all(search, key).join(' or ')}`);
  const without = all(search, 'not');
  return [
    status,
    source,
    words.length > 0 ? `with ${words.join(' and ')}` : undefined,
    source === 'events' && without.length > 0 ? `without ${without.join(' and ')}` : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(' ');
}

/** A short form such as API stays as it is. */
const writeLabel = (label: string): string => (label === label.toUpperCase() ? label : label.toLowerCase());
