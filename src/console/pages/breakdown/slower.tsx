import { Link } from '@tanstack/react-router';
import { clampSpan, readStates } from '../../charts/bucket.ts';
import type { CoverageEntry } from '../../parts/coverage.tsx';
import { keepShared } from '../../state/search.ts';
import { useRange } from '../../state/use-range.ts';
import { useSearchState } from '../../state/use-search.ts';
import { toRange } from '../../time/span.ts';
import { writeBucket, writeMs } from '../../time/words.ts';
import { writeValue } from './dimensions.ts';
import type { Dimension } from './dimensions.ts';
import type { Group } from './groups.ts';
import { findRows } from './rows-of.ts';
import { findSlow, LEAST_CALLS, LEAST_TIMES } from './standouts.ts';

const MOST = 3;

/** Says in words which group got slow and when, so that nobody needs to compare the small charts. */
export function Slower({
  dimensions,
  groups,
  coverage,
  isCut,
  isOutdated,
}: {
  readonly dimensions: readonly Dimension[];
  readonly groups: readonly Group[];
  readonly coverage: readonly CoverageEntry[];
  /** Something is unread. */
  readonly isCut: boolean;
  /** A newer answer is awaited. */
  readonly isOutdated: boolean;
}) {
  const [search] = useSearchState();
  const { span, interval, timeZone } = useRange();
  const unit = interval.toLowerCase();
  const found = findSlow(groups, (bucket) =>
    readStates(bucket, coverage).every((state) => state === 'filling' || state === 'cut'),
  );
  const name = dimensions.map(({ label }) => label.toLowerCase()).join(' and ');
  return (
    <section className="panel" aria-labelledby="slower" aria-busy={isOutdated}>
      <header>
        <h2 id="slower">Slower than usual</h2>
      </header>
      <div className="body stack" role="status" data-outdated={isOutdated ? '' : undefined}>
        {found.length === 0 ? (
          <p>
            {isCut ? 'In what was read, no' : 'No'} {name} had a {unit} in which the p95 of its calls was{' '}
            {LEAST_TIMES} times what is usual for it.
          </p>
        ) : (
          <ol className="standouts">
            {found.slice(0, MOST).map(({ key, fromMs, toMs, p95, usual, times }) => {
              const rows = findRows('calls', dimensions, key, search);
              const words = `${key.map(writeValue).join(', ')}, ${writeBucket(fromMs, interval, timeZone)}`;
              const range = { last: undefined, ...toRange(clampSpan({ fromMs, toMs }, span)) };
              return (
                <li key={JSON.stringify(key)}>
                  {rows ? (
                    <Link to={rows.to} search={{ ...keepShared(search), ...rows.search, ...range }}>
                      {words}
                    </Link>
                  ) : (
                    words
                  )}
                  : p95 {writeMs(p95)}, usually {writeMs(usual)} (<strong>{times.toFixed(1)} times</strong>)
                </li>
              );
            })}
          </ol>
        )}
        <p className="muted small">
          The slowest {unit} of each {name} against the median of its others. A {unit} with fewer than{' '}
          {LEAST_CALLS} calls is left out.
        </p>
      </div>
    </section>
  );
}
