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
