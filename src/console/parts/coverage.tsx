import { readFragment } from '../generated/fragment-masking.ts';
import type { FragmentType } from '../generated/fragment-masking.ts';
import { graphql } from '../generated/gql.ts';
import type { CoverageFieldsFragment } from '../generated/graphql.ts';
import { nameSource } from '../graph/failures.ts';
import { useRange } from '../state/use-range.ts';
import { writeCount, writeInstant, writeSpan } from '../time/words.ts';
import { Popup } from './popup.tsx';

export const COVERAGE_FIELDS = graphql(`
  fragment CoverageFields on Coverage {
    source
    operation
    from
    to
    status
    code
    reason
    origin
    asOf
    scanned
    matched
    dropped
  }
`);

export type CoverageEntry = CoverageFieldsFragment;
type Status = CoverageEntry['status'];

/** Worst first, as the graph reports them. */
const ORDER: readonly Status[] = ['FAILED', 'STALE', 'TRUNCATED', 'EXPIRED', 'FILLING', 'COMPLETE'];

const WORDS: Readonly<Record<Status, string>> = {
  COMPLETE: 'This is all of it',
  FILLING: 'All of it; the newest part may still grow',
  EXPIRED: 'Not all: a part is older than the vendor keeps',
  TRUNCATED: 'Not all: a limit stopped the reading',
  STALE: 'Old: the vendor fails, so this is an earlier answer',
  FAILED: 'Not all: a source could not be read',
};

const SHORT: Readonly<Record<Status, string>> = {
  COMPLETE: 'Complete',
  FILLING: 'Filling',
  EXPIRED: 'Expired in part',
  TRUNCATED: 'Not all read',
  STALE: 'Stale',
  FAILED: 'Failed',
};

/** The most severe status; null: nothing was read. */
export function worstStatus(coverage: readonly { readonly status: Status }[]): Status | null {
  return ORDER.find((status) => coverage.some((entry) => entry.status === status)) ?? null;
}

/** A mark whose shape says the status, so that nobody needs its colour. */
export function CoverageMark({ status }: { readonly status: Status }) {
  const isWhole = status === 'COMPLETE' || status === 'FILLING';
  return (
    <svg
      width="16"
      height="10"
      viewBox="0 0 16 10"
      aria-hidden="true"
      className={isWhole ? 'mark-good' : 'mark-bad'}
    >
      {status === 'FAILED' ? (
        <path d="M4 1l8 8M12 1L4 9" stroke="currentColor" strokeWidth="2" />
      ) : (
        <line
          x1="0"
          x2="16"
          y1="5"
          y2="5"
          stroke="currentColor"
          strokeWidth="3"
          strokeDasharray={status === 'COMPLETE' ? undefined : status === 'FILLING' ? '9 2 3 2' : '3 3'}
        />
      )}
    </svg>
  );
}

/** Neither good nor bad: more is to come. */
function MoreMark() {
  return (
    <svg width="16" height="10" viewBox="0 0 16 10" aria-hidden="true" className="mark-more">
      {[3, 8, 13].map((x) => (
        <circle key={x} cx={x} cy="5" r="1.5" fill="currentColor" />
      ))}
    </svg>
  );
}

/** Whether an answer is complete, and on demand each span of it. */
export function CoverageNote({
  of,
  soFar = null,
}: {
  readonly of: readonly FragmentType<typeof COVERAGE_FIELDS>[];
  /** What holds instead while more is to come: in the button, and in its sheet. */
  readonly soFar?: { readonly short: string; readonly words: string } | null;
}) {
  const coverage = readFragment(COVERAGE_FIELDS, of);
  const { timeZone } = useRange();
  const worst = worstStatus(coverage);
  if (worst === null) return null;
  return (
    <Popup
      title="Is this all of it?"
      trigger={
        <span className="coverage">
          {soFar === null ? <CoverageMark status={worst} /> : <MoreMark />}
          {soFar?.short ?? SHORT[worst]}
        </span>
      }
    >
      <div className="asked">
        <p>{soFar?.words ?? WORDS[worst]}.</p>
        <ul className="covered">
          {coverage.map((entry) => (
            <li key={[entry.source, entry.operation, entry.from, entry.to].join()}>
              <p>
                <CoverageMark status={entry.status} /> <strong>{nameSource(entry.source)}</strong>,{' '}
                {writeSpan({ fromMs: Date.parse(entry.from), toMs: Date.parse(entry.to) }, timeZone)}:{' '}
                {SHORT[entry.status].toLowerCase()}
              </p>
              <p className="muted">{explain(entry, timeZone)}</p>
            </li>
          ))}
        </ul>
      </div>
    </Popup>
  );
}

function explain(entry: CoverageEntry, timeZone: string): string {
  const parts = [
    entry.operation,
    // Its full stop would stand before the semicolon.
    entry.reason?.replace(/\.$/, '') ?? null,
    entry.scanned === null ? null : `${writeCount(entry.scanned)} rows read`,
    entry.dropped > 0 ? `${writeCount(entry.dropped)} rows missing` : null,
    `from ${entry.origin === 'NONE' ? 'nowhere' : `the ${entry.origin.toLowerCase()}`}`,
    entry.asOf === null ? null : `as of ${writeInstant(Date.parse(entry.asOf), timeZone)}`,
  ];
  return parts.filter((part) => part !== null).join('; ');
}
