import type { Secret } from '../base/secret.ts';
import type { ArchiveStore } from './store.ts';

/** Where the archive is. */
export type ArchiveLocation =
  | { readonly kind: 'duckdb'; readonly folder: string }
  | { readonly kind: 'clickhouse'; readonly url: Secret };

/** Opens the database of an archive. Its engine is loaded only now. @throws ArchiveRefused, Error if a server is gone */
export async function openStore(location: ArchiveLocation): Promise<ArchiveStore> {
  if (location.kind === 'clickhouse') {
    const { openClickHouseStore } = await import('./clickhouse/store.ts');
    return openClickHouseStore(location.url.reveal());
  }
  const { openDuckDbStore } = await import('./duckdb/store.ts');
  return openDuckDbStore(location.folder);
}
