import type { CombinedError } from 'urql';
import { makeFragmentData } from '../generated/fragment-masking.ts';
import { nameSource } from '../graph/failures.ts';
import { COVERAGE_FIELDS, CoverageNote, worstStatus } from '../parts/coverage.tsx';
import type { CoverageEntry } from '../parts/coverage.tsx';
import { Failures } from '../parts/failures.tsx';
import { useService } from '../state/service.ts';
import { useRange } from '../state/use-range.ts';
import { useSearchState } from '../state/use-search.ts';
import { writeCount, writeInstant, writeRowTime } from '../time/words.ts';
import { clearChips, readChips } from './chips.ts';
import type { FilterKey } from './chips.ts';
import type { ListState } from './endless-list.ts';
import { readSoFar } from './read-so-far.ts';
import type { ReadSoFar } from './read-so-far.ts';

/** What stands below the last row: what is being read, what failed, or whether that was all. */
export function EndOfList({
  state,
  keys,
  what,
  stop,
  goOn,
}: {
  readonly state: ListState<CombinedError>;
  readonly keys: readonly FilterKey[];
  /** `calls`, `events` or `entries`. */
  readonly what: string;
  readonly stop: () => void;
  readonly goOn: () => void;
}) {
  const { status, failure, rowCount, coverage } = state;
  if (status === 'failed')
    return (
      <div className="list-end">
        <Failures error={failure ?? undefined} retry={goOn} />
      </div>
    );
  if (status === 'reading' || status === 'stopped')
    return (
      <div className="list-end row" role="status">
        <span>
          {status === 'stopped'
            ? 'Stopped'
            : rowCount === 0 && coverage.length === 0
              ? 'Reading'
              : 'Reading on'}
          <Progress coverage={coverage} rowCount={rowCount} />
        </span>
        {status === 'reading' ? (
          <button type="button" className="button" onClick={stop}>
            Cancel
          </button>
        ) : (
          <button type="button" className="button" onClick={goOn}>
            Go on
          </button>
        )}
      </div>
    );
  if (status === 'waiting') return <div className="list-end muted">Scroll on for more.</div>;
  return rowCount === 0 ? (
    <Empty coverage={coverage} keys={keys} what={what} />
  ) : (
    <div className="list-end muted">
      {endWords(coverage)} {writeCount(rowCount)} {what}.
    </div>
  );
}

/** How far back a list was read, and what that took. */
function Progress({
  coverage,
  rowCount,
}: {
  readonly coverage: readonly CoverageEntry[];
  readonly rowCount: number;
}) {
  const { timeZone } = useRange();
  const read = coverage.filter(({ asOf }) => asOf !== null);
  if (read.length === 0) return '…';
  const scanned = read.reduce((sum, entry) => sum + (entry.scanned ?? 0), 0);
  const readToMs = Math.min(...read.map(({ from }) => Date.parse(from)));
  return `: read back to ${writeRowTime(readToMs, timeZone)}, ${writeCount(scanned)} rows, ${writeCount(rowCount)} found`;
}

function endWords(coverage: readonly CoverageEntry[]): string {
  switch (worstStatus(coverage)) {
    case 'FAILED':
      return 'This is not all: a source could not be read.';
    case 'STALE':
      return 'This is an earlier answer, because the vendor fails.';
    case 'TRUNCATED':
      return 'This is not all: a part could not be read.';
    case 'EXPIRED':
      return 'This is not all: a part is older than the vendor keeps.';
    case 'FILLING':
      return 'This is all of it; the newest part may still grow.';
    case 'COMPLETE':
    case null:
      return 'This is all of it.';
  }
}

/** Why there is nothing. */
function Empty({
  coverage,
  keys,
  what,
}: {
  readonly coverage: readonly CoverageEntry[];
  readonly keys: readonly FilterKey[];
  readonly what: string;
}) {
  const [search, change] = useSearchState();
  const { service } = useService();
  const { timeZone } = useRange();
  const chips = readChips(keys, search);
  const expired = coverage.find(({ status }) => status === 'EXPIRED');
  const isAllExpired = expired !== undefined && coverage.every(({ status }) => status === 'EXPIRED');
  const retention = service.sources.find(({ source }) => source === expired?.source)?.retention;
  const failed = worstStatus(coverage) === 'FAILED';
  return (
    <div className="list-end empty" role="status">
      {failed ? (
        <p>Nothing could be read, so nobody knows whether there are {what}.</p>
      ) : isAllExpired && expired ? (
        <p>
          The {nameSource(expired.source)} keeps its rows{' '}
          {retention ? `for ${retention.replace(/^P(\d+)D$/, '$1 days')}` : 'for some time'}: this range is
          older, from {writeInstant(Date.parse(expired.from), timeZone)} on. Choose a later one.
        </p>
      ) : chips.length > 0 ? (
        <>
          <p>No {what} of this range meet all conditions.</p>
          <button type="button" className="button" onClick={() => change(clearChips(keys))}>
            Clear the filters
          </button>
        </>
      ) : (
        <p>There are no {what} in this range.</p>
      )}
      {!failed && !isAllExpired && <p className="muted">{endWords(coverage)}</p>}
    </div>
  );
}

/** The coverage of all pages that were read, which is not that of the range as long as further pages come. */
export function ListCoverage({
  state: { status, coverage },
}: {
  readonly state: Pick<ListState<CombinedError>, 'status' | 'coverage'>;
}) {
  const { timeZone } = useRange();
  const soFar = readSoFar(status, coverage);
  return (
    <CoverageNote
      of={coverage.map((entry) => makeFragmentData(entry, COVERAGE_FIELDS))}
      soFar={soFar && writeSoFar(soFar, worstStatus(coverage) === 'FILLING', timeZone)}
    />
  );
}

function writeSoFar(
  { isRead, isReading, reachedMs }: ReadSoFar,
  isFilling: boolean,
  timeZone: string,
): { readonly short: string; readonly words: string } {
  const back = reachedMs === null ? '' : `, back to ${writeInstant(reachedMs, timeZone)}`;
  if (isRead)
    return {
      short: 'Complete so far',
      words: `All of what was read so far${back}${isFilling ? '; the newest part may still grow' : ''}. Scroll on to read more`,
    };
  return isReading
    ? { short: 'Reading…', words: `Still reading: this is what was read so far${back}` }
    : { short: 'Read in part', words: `This is what was read so far${back}. Scroll on to read more` };
}
