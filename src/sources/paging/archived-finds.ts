import type { ArchivedRows } from './archived-rows.ts';
import type { Position } from './position.ts';

/**
 * Finds rows in the archive by their ids, and asks the vendor for those that it does not have.
 * @param findAtVendor gives one result for each of its keys
 */
export async function findThroughArchive<
  Row extends Position,
  Key extends { readonly id: string; readonly timestampMs: number | null },
>(
  archive: Pick<ArchivedRows<Row, never>, 'find' | 'noteFault' | 'lacksPersonalData'> | undefined,
  keys: readonly Key[],
  findAtVendor: (keys: readonly Key[]) => Promise<readonly (Row | Error | null)[]>,
): Promise<readonly (Row | Error | null)[]> {
  if (!archive) return findAtVendor(keys);
  const findHere = async (wanted: readonly Key[]): Promise<readonly (Row | null)[]> => {
    const rows = await archive.find(wanted.map(({ id }) => id)).catch((error: unknown) => {
      archive.noteFault(error);
      return [];
    });
    const byId = new Map(rows.map((row) => [row.id, row]));
    return wanted.map(({ id, timestampMs }) => {
      const row = byId.get(id) ?? null;
      return timestampMs === null || row?.timestampMs === timestampMs ? row : null;
    });
  };
  const [first, second] = archive.lacksPersonalData ? [findAtVendor, findHere] : [findHere, findAtVendor];
  const found = await first(keys);
  const missing = keys.filter((_, at) => !isRow(found[at]));
  const others = missing.length > 0 ? await second(missing) : [];
  return keys.map((key, at) => {
    const row = found[at] ?? null;
    return isRow(row) ? row : (others[missing.indexOf(key)] ?? row);
  });
}

function isRow<Row>(found: Row | Error | null | undefined): found is Row {
  return found !== null && found !== undefined && !(found instanceof Error);
}
