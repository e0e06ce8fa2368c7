/** What an export asks for. */
export interface ExportQuestion {
  readonly list: 'usage' | 'events' | 'timeline';
  readonly format: 'ndjson' | 'csv' | 'parquet';
  readonly range: { readonly from: string; readonly to: string };
  readonly filter: object;
}

/** @param after the cursor behind which it goes on; null: from the newest row */
export function addressOf({ list, format, range, filter }: ExportQuestion, after: string | null): string {
  const query = new URLSearchParams({ range: JSON.stringify(range) });
  if (Object.keys(filter).length > 0) query.set('filter', JSON.stringify(filter));
  if (after !== null) query.set('after', after);
  return `/export/${list}.${format}?${query}`;
}

/** A part of a file name is not longer, because some systems refuse long names. */
const MOST_FILTER = 60;

/** `events-category-role-20261001T0000Z-20261101T0000Z.csv`: the list, its filter in short, and its range. */
export function nameFile({ list, format, range, filter }: ExportQuestion): string {
  const short = (time: string) => `${time.replaceAll(/[-:]/g, '').slice(0, 13)}Z`;
  const words = wordsOf(filter)
    .join('-')
    .normalize('NFKC')
    .replaceAll(/[^A-Za-z0-9._]+/g, '-');
  const kept = words.slice(0, MOST_FILTER).replaceAll(/^[-.]+|[-.]+$/g, '');
  // A filter of which nothing can stand in a name is still one.
  const filtered = Object.keys(filter).length === 0 ? [] : [kept || 'filtered'];
  return `${[list, ...filtered, short(range.from), short(range.to)].join('-')}.${format}`;
}

/** The keys and values of a filter, without the operators that say that a value is equal. */
function wordsOf(of: unknown): readonly string[] {
  if (Array.isArray(of)) return of.flatMap(wordsOf);
  if (typeof of !== 'object' || of === null) return [String(of)];
  return Object.entries(of).flatMap(([key, value]) => [
    ...(key === 'eq' || key === 'in' ? [] : [key]),
    ...wordsOf(value),
  ]);
}

/** Why the service refuses an export, in its own words. */
export async function readRefusal(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { errors } = JSON.parse(text) as { readonly errors: readonly { readonly message: string }[] };
    return errors.map(({ message }) => message).join(' ');
  } catch {
    return `The service answered ${response.status}.`;
  }
}
