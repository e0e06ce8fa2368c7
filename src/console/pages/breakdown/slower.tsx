import { useState } from 'react';
import { Link } from '@tanstack/react-router';
import { clampSpan, readStates } from '../../charts/bucket.ts';
import type { CoverageEntry } from '../../parts/coverage.tsx';
import { keepShared } from '../../state/search.ts';
import { useRange } from '../../state/use-range.ts';
import { useSearchState } from '../../state/use-search.ts';
import { toRange } from '../../time/span.ts';
import { writeBucket, writeCount, writeMs } from '../../time/words.ts';
import { writeValue } from './dimensions.ts';
import type { Dimension } from './dimensions.ts';
import type { Group } from './groups.ts';
import { ReadOnButton } from './read-on-button.tsx';
import { findRows } from './rows-of.ts';
import { findSlow, LEAST_CALLS, LEAST_OTHERS, LEAST_TIMES } from './standouts.ts';
import type { Standout } from './standouts.ts';
import type { ReadingOn } from './use-read-on.ts';

/** How many are listed before the reader opens the others. */
const MOST = 3;

/** Says in words which group got slow and when, so that nobody needs to compare the small charts. */
export function Slower({
  dimensions,
  groups,
  coverage,
  readingOn,
  isCut,
  isOutdated,
}: {
  readonly dimensions: readonly Dimension[];
  readonly groups: readonly Group[];
  readonly coverage: readonly CoverageEntry[];
  readonly readingOn: ReadingOn;
  /** Something is unread. */
  readonly isCut: boolean;
  /** A newer answer is awaited. */
  readonly isOutdated: boolean;
}) {
  const { span, interval } = useRange();
  const [isOpen, setOpen] = useState(false);
  const unit = interval.toLowerCase();
  const { standouts, judged, unjudged } = findSlow(
    groups,
    (bucket) =>
      bucket.fromMs >= span.fromMs && bucket.toMs <= span.toMs && readStates(bucket, coverage).length === 0,
  );
  const name = dimensions.map(({ label }) => label.toLowerCase()).join(' and ');
  const needed = `${LEAST_OTHERS + 1} whole ${unit}s of ${LEAST_CALLS} calls or more`;
  const hidden = standouts.length - MOST;
  const isOffered = judged === 0 && isCut && readingOn.rest !== null;
  return (
    <section className="panel" aria-labelledby="slower" aria-busy={isOutdated}>
      <header>
        <h2 id="slower">Slower than usual</h2>
      </header>
      <div className="body stack" data-outdated={isOutdated ? '' : undefined}>
        <div role="status" className="stack">
          {standouts.length > 0 ? (
            <ol className="standouts">
              {standouts.slice(0, isOpen ? undefined : MOST).map((standout) => (
                <Line key={JSON.stringify(standout.key)} dimensions={dimensions} standout={standout} />
              ))}
            </ol>
          ) : judged > 0 ? (
            <p>
              {isCut ? 'In what was read, no' : 'No'} {name} had a {unit} in which the p95 of its calls was{' '}
              {LEAST_TIMES} times what is usual for it.
            </p>
          ) : isCut ? (
            <p>
              Too little was read to judge: no {name} has {needed} in it.
            </p>
          ) : (
            <p>
              There is too little to judge: no {name} has {needed}. Choose a longer range or a longer
              interval.
            </p>
          )}
          {judged > 0 && isCut && <p>A slower {unit} may be in what was not read.</p>}
        </div>
        {(hidden > 0 || isOffered) && (
          <div className="row">
            {hidden > 0 && (
              <button
                type="button"
                className="button"
                aria-expanded={isOpen}
                onClick={() => setOpen(!isOpen)}
              >
                {isOpen ? `Show the first ${MOST} only` : `Show ${writeCount(hidden)} more`}
              </button>
            )}
            {isOffered && <ReadOnButton readingOn={readingOn} />}
          </div>
        )}
        <p className="muted small">
          The slowest {unit} of each {name} against the median of its others. A {unit} with fewer than{' '}
          {LEAST_CALLS} calls is left out, because a few calls make its p95, and so is one that is not whole.
          {judged > 0 && unjudged > 0
            ? ` ${writeCount(unjudged)} of ${writeCount(judged + unjudged)} are not judged, because they have fewer than ${LEAST_OTHERS + 1} such ${unit}s.`
            : ''}
        </p>
      </div>
    </section>
  );
}

function Line({
  dimensions,
  standout: { key, fromMs, toMs, count, p95, usual, times },
}: {
  readonly dimensions: readonly Dimension[];
  readonly standout: Standout;
}) {
  const [search] = useSearchState();
  const { span, interval, timeZone } = useRange();
  const rows = findRows('calls', dimensions, key, search);
  const words = `${key.map(writeValue).join(', ')}, ${writeBucket(fromMs, interval, timeZone)}`;
  const range = { last: undefined, ...toRange(clampSpan({ fromMs, toMs }, span)) };
  return (
    <li>
      {rows ? (
        <Link to={rows.to} search={{ ...keepShared(search), ...rows.search, ...range }}>
          {words}
        </Link>
      ) : (
        words
      )}
      : p95 {writeMs(p95)} of {writeCount(count)} calls, usually {writeMs(usual)} (
      <strong>{times.toFixed(1)} times</strong>)
    </li>
  );
}
