import type { Range } from '../../base/time.ts';
import { planPieces } from './archived-reading.ts';
import type { ArchiveReading } from './archived-reading.ts';
import { addCounts } from './count.ts';
import { isHeldWhole } from './held-files.ts';
import type { HeldFiles } from './held-files.ts';
import type { TotalCount } from './page.ts';
import type { Position } from './position.ts';

/** If the database can't count, rows are read in groups of this size. */
const GROUP = 5_000;

/**
 * Counts the rows of a range: in the archive what it holds whole, which is EXACT, and at the vendor the rest. If the archive fails, the
 * vendor counts all.
 * @param countVendor counts a part of the range at the vendor; null: it can't
 * @param files what is AT_LEAST if they do not hold the range whole: files whose rows are read as an archive; null: none
 * @throws as `countVendor`
 */
export async function countThroughArchive<Row extends Position, Filter>(
  archive: ArchiveReading<Row, Filter>,
  range: Range,
  countVendor: (range: Range) => Promise<TotalCount | null>,
  files: HeldFiles | null = null,
): Promise<TotalCount | null> {
  const { knownAtMs, rows } = archive;
  const pieces = planPieces(archive, { range, direction: 'DESC', after: null });
  let total: TotalCount | null = { value: 0, accuracy: 'EXACT' };
  try {
    for (const { fromMs, toMs, held } of pieces) {
      if (!held) continue;
      const isWhole = held.dropped === 0 && isHeldWhole({ fromMs, toMs }, files);
      const value = await countHeld(archive, { fromMs, toMs });
      total = addCounts(total, { value, accuracy: isWhole ? 'EXACT' : 'AT_LEAST' });
    }
  } catch (error) {
    rows.noteFault(error);
    return knownAtMs === null ? countVendor(range) : null;
  }
  for (const { fromMs, toMs, held } of pieces) {
    if (held) continue;
    const counted: TotalCount | null =
      knownAtMs === null ? await countVendor({ fromMs, toMs }) : { value: 0, accuracy: 'AT_LEAST' };
    total = addCounts(total, counted);
  }
  return total;
}

async function countHeld<Row extends Position, Filter>(
  { rows, filter, knownAtMs }: ArchiveReading<Row, Filter>,
  range: Range,
): Promise<number> {
  const counted = await rows.count(range, filter, knownAtMs);
  if (counted !== null) return counted;
  let count = 0;
  let after: Position | null = null;
  for (;;) {
    const group: readonly Row[] = await rows.list({
      range,
      filter,
      direction: 'DESC',
      after,
      limit: GROUP,
      knownAtMs,
    });
    count += group.length;
    if (group.length < GROUP) return count;
    after = group.at(-1)!;
  }
}
