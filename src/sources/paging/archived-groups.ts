import type { Groups } from '../shared/groups.ts';
import type { ArchiveReading } from './archived-reading.ts';
import type { ArchiveFigures, WantedFigures } from './archived-rows.ts';
import type { Position } from './position.ts';
import type { ScannedRows } from './scan-range.ts';

/** How groups are made of rows. */
export interface GroupingOf {
  readonly by: readonly string[];
  readonly edges: readonly number[] | null;
  readonly top: number;
  readonly wanted: WantedFigures;
}

/**
 * The groups of rows that were read and of those that the archive holds; null: the archive can't group by this filter, or it failed, so
 * that all rows must be read.
 */
export async function groupInArchive<Row extends Position, Filter>(
  { rows, filter, knownAtMs }: ArchiveReading<Row, Filter>,
  scanned: ScannedRows<Row>,
  { by, edges, top, wanted }: GroupingOf,
): Promise<Groups<ArchiveFigures> | null> {
  try {
    const { held: ranges, rows: extra } = scanned;
    return await rows.group({ ranges, filter, knownAtMs, extra, by, edges, top, wanted });
  } catch (error) {
    rows.noteFault(error);
    return null;
  }
}
