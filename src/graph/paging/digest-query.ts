import { createHash } from 'node:crypto';
import { DIGEST_BYTES } from './cursor-layout.ts';
import type { CursorList, CursorQuery } from './cursor-layout.ts';

/**
 * What binds a cursor to its query: the list and a hash of its arguments as given, paging apart. The order of an input's
 * fields does not matter, nor whether an argument is null or left out.
 */
export function digestQuery(list: CursorList, args: Readonly<Record<string, unknown>>): CursorQuery {
  const text = JSON.stringify([list, canonical(args)]);
  return { list, digest: createHash('sha256').update(text).digest().subarray(0, DIGEST_BYTES) };
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .filter(([, part]) => part !== null && part !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, part]) => [name, canonical(part)]);
}
