import type { Database } from './database.ts';

/** What a source held when the sandbox started. */
export interface FoundRange {
  /** Of the oldest row and of the newest; milliseconds since the epoch; null: it holds nothing. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly rows: number;
}

export async function findRange(database: Database, table: 'usage' | 'events'): Promise<FoundRange> {
  const [row] = await database.read(
    `select epoch_ms(min(happened_at)), epoch_ms(max(happened_at)), count(*) from ${table}`,
  );
  const [from, to, rows] = row ?? [];
  return {
    fromMs: typeof from === 'bigint' ? Number(from) : null,
    toMs: typeof to === 'bigint' ? Number(to) : null,
    rows: Number(rows ?? 0),
  };
}
