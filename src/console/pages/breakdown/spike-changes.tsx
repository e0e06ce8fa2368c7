import { useState } from 'react';
import { Link } from '@tanstack/react-router';
import { keepShared } from '../../state/search.ts';
import { useSearchState } from '../../state/use-search.ts';
import { toRange } from '../../time/span.ts';
import type { Span } from '../../time/span.ts';
import { writeCount, writeShare } from '../../time/words.ts';
import { changeOf, isListed, isNew } from './compare-stretches.ts';
import type { Change, ChangedDimension, Comparison } from './compare-stretches.ts';
import { dimensionsOf, writeValue } from './dimensions.ts';
import type { BrokenDown, Dimension } from './dimensions.ts';
import { writeFiltered } from './filter-words.ts';
import { findRows } from './rows-of.ts';

/** How many values of each dimension are listed before the reader opens the others. */
const MOST_CHANGES = 5;

/** What differs between two stretches: how many rows, and the values of each dimension that changed. */
export function Compared({
  source,
  span,
  comparison,
}: {
  readonly source: BrokenDown;
  readonly span: Span;
  readonly comparison: Comparison;
}) {
  const [search] = useSearchState();
  if (comparison.kind === 'refused')
    return (
      <p className="notice" data-kind="error" role="alert">
        {comparison.words}
      </p>
    );
  const { total, totalBefore, isFilling, dimensions } = comparison;
  const moved = dimensions.filter(({ changes, isCut }) => isCut || changes.some(isListed));
  return (
    <>
      <p role="status">
        <strong>{writeCount(total)}</strong> {writeFiltered(source, search)}, before{' '}
        <strong>{writeCount(totalBefore)}</strong>.
        {totalBefore === 0 || total === 0
          ? ' One of the two has no rows, so every share in the other is new.'
          : ''}
        {isFilling ? ' The newest part may still grow.' : ''}
        {moved.length === 0
          ? ' No share changed by half a percentage point or more: it is more or less of the same.'
          : ''}
      </p>
      {moved.length > 0 && (
        <p className="muted small">
          From 2% to 6% of all rows is up by 4 points. A value is new if no row had it before.
          <span className="change-legend">
            {' '}
            In the small bars, the bar is the share in the stretch, and the tick is the share before.
          </span>
        </p>
      )}
      <div className="spike-dimensions">
        {moved.map((each) => (
          <Changed key={each.dimension} source={source} span={span} changed={each} />
        ))}
      </div>
    </>
  );
}

function Changed({
  source,
  span,
  changed: { dimension: key, changes, isCut },
}: {
  readonly source: BrokenDown;
  readonly span: Span;
  readonly changed: ChangedDimension;
}) {
  const [isOpen, setOpen] = useState(false);
  const dimension = dimensionsOf(source).find((each) => each.key === key);
  if (!dimension) return null;
  const first = changes.filter(isListed).slice(0, MOST_CHANGES);
  const hidden = changes.length - first.length;
  const words = isOpen
    ? 'Show fewer values'
    : `Show ${writeCount(hidden)} further ${hidden === 1 ? 'value' : 'values'}`;
  return (
    <div>
      <table className="changes">
        <caption>{dimension.label}</caption>
        {isCut ? (
          <tbody>
            <tr>
              <td>There are more than 200 values, too many to compare.</td>
            </tr>
          </tbody>
        ) : (
          <>
            <thead>
              <tr>
                <th scope="col">Value</th>
                <th scope="col" className="number">
                  Before
                </th>
                <th scope="col" className="number">
                  In the stretch
                </th>
                <th scope="col" className="number">
                  Change of its share
                </th>
              </tr>
            </thead>
            <tbody>
              {(isOpen ? changes : first).map((change) => (
                <Row key={change.value} source={source} span={span} dimension={dimension} change={change} />
              ))}
            </tbody>
          </>
        )}
      </table>
      {!isCut && hidden > 0 && (
        <button
          type="button"
          className="button"
          data-quiet=""
          aria-expanded={isOpen}
          aria-label={`${words} of ${dimension.label}`}
          onClick={() => setOpen(!isOpen)}
        >
          {words}
        </button>
      )}
    </div>
  );
}

function Row({
  source,
  span,
  dimension,
  change,
}: {
  readonly source: BrokenDown;
  readonly span: Span;
  readonly dimension: Dimension;
  readonly change: Change;
}) {
  const [search] = useSearchState();
  const rows = findRows(source, [dimension], [change.value], search);
  return (
    <tr>
      <th scope="row">
        {rows ? (
          <Link
            to={rows.to}
            search={{ ...keepShared(search), ...rows.search, last: undefined, ...toRange(span) }}
          >
            {writeValue(change.value)}
          </Link>
        ) : (
          writeValue(change.value)
        )}
        {isNew(change) && (
          <>
            {' '}
            <span className="change-new">new</span>
          </>
        )}
      </th>
      <td className="number">{writeSide(change.countBefore, change.shareBefore)}</td>
      <td className="number">{writeSide(change.count, change.share)}</td>
      <td className="number">
        <ChangeBar change={change} />
      </td>
    </tr>
  );
}

const writeSide = (count: number, share: number | null): string =>
  `${writeCount(count)} (${share === null ? '–' : writeShare(share)})`;

/** The share before as a tick, the share now as a bar. */
function ChangeBar({ change }: { readonly change: Change }) {
  const points = Math.abs(changeOf(change) * 100).toFixed(1);
  const words =
    points === '0.0' ? 'about the same' : `${changeOf(change) > 0 ? 'up' : 'down'} by ${points} points`;
  return (
    <span className="change">
      <svg width="64" height="10" viewBox="0 0 64 10" aria-hidden="true">
        <rect width="64" height="10" className="change-ground" />
        <rect width={Math.min(1, change.share ?? 0) * 64} height="10" className="change-now" />
        <rect x={Math.min(1, change.shareBefore ?? 0) * 62} width="2" height="10" className="change-before" />
      </svg>
      <span>{words}</span>
    </span>
  );
}
