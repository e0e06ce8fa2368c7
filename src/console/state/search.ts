/** What the address holds behind `?`: each key with one text or, if it is there several times, all of them in order. */
export type Search = Readonly<Record<string, string | readonly string[] | undefined>>;

export function parseSearch(text: string): Search {
  const search: Record<string, string | string[]> = {};
  for (const [key, value] of new URLSearchParams(text)) {
    const before = search[key];
    search[key] = before === undefined ? value : [before, value].flat();
  }
  return search;
}

/** The text behind `?`, with the `?`. Keys without a value are left out, and characters that an address may show stay readable. */
export function writeSearch(search: Readonly<Record<string, unknown>>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    if (value === undefined || value === null || value === '') continue;
    for (const each of Array.isArray(value) ? value : [value]) params.append(key, String(each));
  }
  const text = params.toString().replaceAll('%3A', ':').replaceAll('%2F', '/').replaceAll('%2C', ',');
  return text === '' ? '' : `?${text}`;
}

/** The one value of a key; undefined if there is none. */
export function one(search: Search, key: string): string | undefined {
  const value = search[key];
  return typeof value === 'string' ? value : value?.[0];
}

/** All values of a key. */
export function all(search: Search, key: string): readonly string[] {
  const value = search[key];
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

/** The keys that go along from page to page: where in time the reader is, and how they see it. */
const SHARED = ['last', 'from', 'to', 'tz', 'step', 'vs'];

export function keepShared(search: Search): Search {
  return Object.fromEntries(
    SHARED.flatMap((key) => {
      const values = all(search, key);
      return values.length > 0 ? [[key, values.length === 1 ? values[0] : values]] : [];
    }),
  );
}
