import type { Secret } from '../base/secret.ts';
import { honourErasures } from './erasing.ts';
import { openLate } from './late-store.ts';
import { ArchiveRefused } from './store.ts';
import type { ArchiveStore } from './store.ts';

/** Where the archive is. */
export type ArchiveLocation =
  | { readonly kind: 'duckdb'; readonly folder: string }
  | { readonly kind: 'clickhouse'; readonly url: Secret };

/**
 * Opens the database of an archive. If it is on a server that can't be reached, it is opened later, when it is used.
 * @param onFault receives why it can't be reached
 * @throws ArchiveRefused
 */
export async function openStoreOrLater(
  location: ArchiveLocation,
  onFault: (error: unknown) => void,
): Promise<ArchiveStore> {
  try {
    return await openStore(location);
  } catch (error) {
    if (error instanceof ArchiveRefused || location.kind === 'duckdb') throw error;
    onFault(error);
    return openLate('clickhouse', () => openStore(location));
  }
}

/** Opens the database of an archive. Its engine is loaded only now. @throws ArchiveRefused, Error if a server is gone */
export async function openStore(location: ArchiveLocation): Promise<ArchiveStore> {
  if (location.kind === 'clickhouse') {
    const { openClickHouseStore } = await import('./clickhouse/store.ts');
    return honourErasures(await openClickHouseStore(location.url.reveal()));
  }
  const { openDuckDbStore } = await import('./duckdb/store.ts');
  return honourErasures(await openDuckDbStore(location.folder));
}
