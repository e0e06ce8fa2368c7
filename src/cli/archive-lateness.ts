import type { Lateness } from '../archive/lateness.ts';
import type { Rereads } from '../archive/ledger.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../base/time.ts';

/** If a greater share of the rows was not there at the second reading, that one is too early. */
const TOLERATED_SHARE = 0.001;

/** Says how late the rows of a source come, and what that means for the settings. */
export function describeLateness(
  { rows, late, foundLast, mostMs, latestMs }: Lateness,
  { overlapMs, settleMs }: Rereads,
): readonly string[] {
  if (rows === 0) return ['  late  unknown: nothing was read soon after its time yet'];
  if (late === 0) return [`  late  none of ${rows} rows that were read soon after their time`];
  const lines = [
    `  late  ${late} of ${rows} rows that were read soon after their time; 99.9 % were found ${mostMs === 0 ? 'at the first reading' : `within ${describeSpan(mostMs)}`}, the latest after ${describeSpan(latestMs)}`,
  ];
  if (foundLast > rows * TOLERATED_SHARE)
    lines.push(
      `  advice: SIGHTLINE_ARCHIVE_OVERLAP_MS=${2 * overlapMs} (now ${overlapMs}), because ${foundLast} rows came after the second reading, so that answers lacked them until the last one`,
    );
  if (foundLast > 0)
    lines.push(
      `  advice: SIGHTLINE_ARCHIVE_SETTLE_MS=${2 * settleMs} (now ${settleMs}), because ${foundLast} rows were found by the last reading alone, and what comes after it is not noticed`,
    );
  return lines;
}

function describeSpan(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.ceil(ms / SECOND_MS)} s`;
  if (ms < HOUR_MS) return `${Math.ceil(ms / MINUTE_MS)} min`;
  return `${(ms / HOUR_MS).toFixed(1)} h`;
}
