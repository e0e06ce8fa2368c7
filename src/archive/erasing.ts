import type { AuditEvent } from '../sources/events/event.ts';
import type { UsageRecord } from '../sources/usage/record.ts';
import { canonicalAddress, namedAddresses } from '../sources/shared/addresses.ts';
import { digestSubject, ERASABLE } from './erasure.ts';
import type { Erasable, Erased, Erasure } from './erasure.ts';
import type { ArchivedRow, ArchiveStore, ArchiveTable } from './store.ts';

/**
 * A store that keeps no row of a person whose rows were erased, whatever writes it: the copying, which reads again what a vendor still has,
 * sealed days that are restored, or another archive that is copied.
 */
export function honourErasures(store: ArchiveStore): ArchiveStore {
  const without = async <Row>(rows: readonly Row[], namesOf: NamesOf<Row>): Promise<readonly Row[]> => {
    if (rows.length === 0) return rows;
    // Each time, because another process may have erased somebody.
    const erasures = await store.loadErasures();
    if (erasures.length === 0) return rows;
    // One, unless two processes erased the first persons at once.
    const salts = [...new Set(erasures.map(({ salt }) => salt))];
    const erased = new Set(erasures.map(({ subject }) => subject));
    const known = new Map<string, boolean>();
    const isErased = (by: Erasable, value: string): boolean => {
      const key = `${by}\n${value}`;
      const found = known.get(key) ?? salts.some((salt) => erased.has(digestSubject(salt, by, value)));
      known.set(key, found);
      return found;
    };
    return rows.filter((row) => {
      const names = namesOf(row);
      return !ERASABLE.some((by) => names[by].some((value) => isErased(by, value)));
    });
  };
  const tableOf = <Row extends ArchivedRow, Filter>(
    table: ArchiveTable<Row, Filter>,
    namesOf: NamesOf<Row>,
  ): ArchiveTable<Row, Filter> => ({
    ...table,
    commit: async (rows, read) => table.commit(await without(rows, namesOf), read),
    async writeVersions(versions) {
      const kept = new Set(await without(versions, ({ row }) => namesOf(row)));
      const erased = new Set(versions.filter((version) => !kept.has(version)).map(({ row }) => row.id));
      await table.writeVersions(versions.filter(({ row }) => !erased.has(row.id)));
    },
  });
  return {
    ...store,
    usage: tableOf(store.usage, (record: UsageRecord) => ({
      username: listOne(record.userName),
      userId: listOne(record.userId),
      address: namedAddresses(record).map(canonicalAddress),
    })),
    events: tableOf(store.events, (event: AuditEvent) => ({
      username: listOne(event.username),
      userId: [],
      address: namedAddresses(event).map(canonicalAddress),
    })),
  };
}

/** What names persons in a row. */
type NamesOf<Row> = (row: Row) => Readonly<Record<Erasable, readonly string[]>>;

function listOne(value: string | null): readonly string[] {
  return value === null ? [] : [value];
}

/**
 * Deletes the rows of one person, each version of them, and records it. The record is written first, so that no row comes back meanwhile.
 * @param value of an address, the spelling that `readErasedAddress` gives
 * @param salt for the first erasure of an archive, in hexadecimal digits
 */
export async function erasePerson(
  store: ArchiveStore,
  by: Erasable,
  value: string,
  { nowMs, salt }: { readonly nowMs: number; readonly salt: string },
): Promise<{ readonly erasure: Erasure; readonly usage: Erased; readonly events: Erased }> {
  const erasures = await store.loadErasures();
  const used = erasures[0]?.salt ?? salt;
  const none = {
    atMs: nowMs,
    by,
    salt: used,
    subject: digestSubject(used, by, value),
    usageRows: 0,
    eventRows: 0,
  };
  await store.noteErasure(none);
  const usage = await store.usage.erase(by, value);
  const events = await store.events.erase(by, value);
  const erasure = { ...none, usageRows: usage.rows, eventRows: events.rows };
  if (usage.rows + events.rows > 0) await store.noteErasure(erasure);
  return { erasure, usage, events };
}
