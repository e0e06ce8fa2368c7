import type { CoverageEntry } from '../../parts/coverage.tsx';
import { useService } from '../../state/service.ts';
import { useRange } from '../../state/use-range.ts';
import type { Span } from '../../time/span.ts';
import { writeCount, writeRowTime } from '../../time/words.ts';
import type { BrokenDown } from './dimensions.ts';

/** How far a scan got that ended at its bound; null: none did. */
function findRead(coverage: readonly CoverageEntry[]): Span | null {
  const read = coverage.filter(({ code, scanned }) => code === 'SCAN_LIMIT' && (scanned ?? 0) > 0);
  const fromMs = Math.max(...read.map(({ from }) => Date.parse(from)));
  const toMs = Math.max(...read.map(({ to }) => Date.parse(to)));
  return read.length > 0 && fromMs < toMs ? { fromMs, toMs } : null;
}

/** The last row that was read lies on the bound, so a range from it on would meet the bound again. */
const leaveSome = ({ fromMs, toMs }: Span): Span => ({
  fromMs: Math.ceil(fromMs + (toMs - fromMs) / 10),
  toMs,
});

/** Says that counts are lower bounds, why, and what the reader can do. */
export function NotWhole({
  source,
  coverage,
}: {
  readonly source: BrokenDown;
  readonly coverage: readonly CoverageEntry[];
}) {
  const { service } = useService();
  const { timeZone, zoom } = useRange();
  const read = findRead(coverage);
  const why = read
    ? `one scan ends at ${writeCount(service.limits.maxScannedRows)} rows. It got back to ${writeRowTime(read.fromMs, timeZone)}`
    : 'a part could not be read, as the mark above says';
  return (
    <div className="notice" data-kind="error">
      <p>
        These counts are lower bounds (≥), and times are those of the {source} that were read, because {why}.
        Choose a shorter range, or add a condition.
        {read && service.archive === null
          ? ' For long ranges, your operator can keep an archive: it counts all rows without a scan.'
          : ''}
      </p>
      {read && (
        <button type="button" className="button" onClick={() => zoom(leaveSome(read))}>
          Show the part that was read
        </button>
      )}
    </div>
  );
}
