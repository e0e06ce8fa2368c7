import { all } from '../state/search.ts';
import type { Search } from '../state/search.ts';

/** One key that a list can be filtered by. The address and the keyboard use the same name. */
export interface FilterKey {
  readonly key: string;
  readonly label: string;
  /** What the values are, for the list of suggestions. */
  readonly hint: string;
  /** Several values of the key mean any of them. Without it a new value replaces the old one. */
  readonly isMany: boolean;
  /** The value as the address holds it; null: it is none, and `hint` says what one looks like. */
  readonly read: (text: string) => string | null;
  /** All values that there are, if they are few. */
  readonly values?: readonly string[];
  /** The scope without which the service refuses the key. */
  readonly needs?: string;
}

/** One condition, such as `status: failed`. */
export interface Chip {
  readonly key: string;
  readonly value: string;
}

export const text = (value: string): string | null => value.trim() || null;

/** An address or a block of addresses. The service has the last word. */
export function readAddress(value: string): string | null {
  const address = value.trim();
  return /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:.]*)(\/\d{1,3})?$/i.test(address) ? address : null;
}

/** Whether a line is nothing but an address, so that it needs no key. A time such as 12:30 is none. */
export function isWholeAddress(line: string): boolean {
  const [address = ''] = line.split('/');
  const isLong = address.includes('::') || address.split(':').length === 8 || !address.includes(':');
  return isLong && readAddress(line) !== null;
}

export const oneOf =
  (values: readonly string[]) =>
  (value: string): string | null =>
    values.find((each) => each === value.trim().toLowerCase()) ?? null;

/** The conditions of an address, in the order of their keys there. */
export function readChips(keys: readonly FilterKey[], search: Search): readonly Chip[] {
  return Object.keys(search)
    .filter((key) => keys.some((each) => each.key === key))
    .flatMap((key) => all(search, key).map((value) => ({ key, value })));
}

/** The part of an address that adds a condition. The same condition twice is one. */
export function addChip(keys: readonly FilterKey[], search: Search, { key, value }: Chip): Search {
  const isMany = keys.find((each) => each.key === key)?.isMany ?? false;
  const before = isMany ? all(search, key).filter((each) => each !== value) : [];
  return { [key]: [...before, value] };
}

/** The part of an address without a condition. */
export function removeChip(search: Search, { key, value }: Chip): Search {
  const left = all(search, key).filter((each) => each !== value);
  return { [key]: left.length > 0 ? left : undefined };
}

export const clearChips = (keys: readonly FilterKey[]): Search =>
  Object.fromEntries(keys.map(({ key }) => [key, undefined]));

/** What a typed line means: a condition, or why it is none. `-key:value` excludes if the list can exclude. A value alone, such as `failed` or an address, is enough. */
export type Typed =
  | { readonly kind: 'chip'; readonly chip: Chip }
  | { readonly kind: 'fault'; readonly words: string };

export function readTyped(keys: readonly FilterKey[], line: string): Typed {
  const typed = line.trim().replace(/^-(?=\w+:)/, 'not:');
  const [, name = '', rest = ''] = /^(\w[\w ]*):(.*)$/s.exec(typed) ?? [];
  const key = keys.find((each) => [each.key, each.label.toLowerCase()].includes(name.toLowerCase()));
  if (!key) {
    const valued = keys.find((each) => each.values?.includes(typed.toLowerCase()));
    if (valued) return { kind: 'chip', chip: { key: valued.key, value: typed.toLowerCase() } };
    const addressed = keys.find((each) => each.key === 'ip');
    if (addressed && isWholeAddress(typed))
      return { kind: 'chip', chip: { key: addressed.key, value: typed } };
    const hasText = keys.some((each) => each.key === 'q');
    const names = keys.map((each) => each.key).join(', ');
    // As a text it would find nothing, as if there were no such rows.
    if (hasText && /^[A-Za-z]\w*:(?!\/\/)\S/.test(typed)) {
      return {
        kind: 'fault',
        words: `'${name}' is no key. Keys: ${names}. To search for the text, write q:${typed}.`,
      };
    }
    if (hasText && typed !== '') return { kind: 'chip', chip: { key: 'q', value: typed } };
    return {
      kind: 'fault',
      words: `Write a key and a value, such as ${keys[0]?.key ?? 'key'}:value. Keys: ${names}.`,
    };
  }
  const value = key.read(rest);
  if (value === null) return { kind: 'fault', words: faultOf(key, rest) };
  return { kind: 'chip', chip: { key: key.key, value } };
}

/** Why a caller may not use a condition. */
export const needsWords = (label: string, scope: string): string =>
  `To filter by ${label.toLowerCase()} you need the scope ${scope}.`;

/** Conditions of an address that can't be asked. The list is not read while there are some, because it would show other rows. */
export function findFaults(
  keys: readonly FilterKey[],
  search: Search,
  scopes: ReadonlySet<string>,
): readonly { readonly chip: Chip; readonly words: string }[] {
  return readChips(keys, search).flatMap((chip) => {
    const key = keys.find((each) => each.key === chip.key);
    if (!key) return [];
    if (key.needs !== undefined && !scopes.has(key.needs))
      return [
        {
          chip,
          words: `${needsWords(key.label, key.needs)} Remove it.`,
        },
      ];
    if (key.read(chip.value) === null) return [{ chip, words: faultOf(key, chip.value) }];
    if (!key.isMany && all(search, chip.key).length > 1)
      return [{ chip, words: `${key.label} can have one value only. Remove the others.` }];
    return [];
  });
}

const faultOf = (key: FilterKey, value: string): string =>
  `“${value.trim()}” is no value of ${key.key}. It takes ${key.hint}.`;

/** A line that the keyboard or a press can take. One that ends in `:` asks for a value next. */
export interface Suggestion {
  readonly line: string;
  readonly label: string;
  readonly hint: string;
}

export interface Counted {
  readonly value: string;
  readonly count: number | null;
}

/** The key of which a typed line wants values; null: it has none yet. */
export function keyOf(keys: readonly FilterKey[], line: string): FilterKey | null {
  const [, name] = /^-?(\w+):/.exec(line.trimStart()) ?? [];
  const found = keys.find((each) => each.key === name?.toLowerCase());
  if (found?.key !== 'not') return found ?? null;
  return keyOf(
    keys.filter((each) => each.key !== 'not'),
    line.trimStart().slice('not:'.length),
  );
}

/** First keys and what is a value of one, then the values of the key that was typed, most frequent first. */
export function suggest(
  keys: readonly FilterKey[],
  line: string,
  values: readonly Counted[],
): readonly Suggestion[] {
  const key = keyOf(keys, line);
  if (key) {
    const at = line.lastIndexOf(`${key.key}:`) + key.key.length + 1;
    const typed = line.slice(at).trim().toLowerCase();
    const known = key.values?.map((value) => ({ value, count: null })) ?? values;
    return known
      .filter(({ value }) => value.toLowerCase().includes(typed))
      .slice(0, 12)
      .map(({ value, count }) => ({
        line: line.slice(0, at).trimStart() + value,
        label: value,
        hint: count === null ? '' : String(count),
      }));
  }
  const typed = line.trim().toLowerCase();
  const named = keys
    .filter((each) => each.key.startsWith(typed) || each.label.toLowerCase().startsWith(typed))
    .map((each) => ({ line: `${each.key}:`, label: each.key, hint: `${each.label}: ${each.hint}` }));
  // Who types `fail` means the status. As a text it would find other rows.
  const valued = keys.flatMap((each) =>
    (typed === '' ? [] : (each.values ?? []))
      .filter((value) => value.startsWith(typed))
      .map((value) => ({ line: `${each.key}:${value}`, label: `${each.key}:${value}`, hint: each.label })),
  );
  return [...valued, ...named];
}
