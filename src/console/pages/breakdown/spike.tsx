import { useEffect, useRef } from 'react';
import { Link } from '@tanstack/react-router';
import { readCallFilter } from '../../lists/call-filter.ts';
import { readEventFilter } from '../../lists/event-filter.ts';
import { usePanelQuery } from '../../graph/use-panel-query.ts';
import type { PanelAnswer } from '../../graph/use-panel-query.ts';
import { AskedNote } from '../../parts/asked.tsx';
import { CoverageNote } from '../../parts/coverage.tsx';
import { Failures } from '../../parts/failures.tsx';
import { useService } from '../../state/service.ts';
import { keepShared } from '../../state/search.ts';
import { useRange } from '../../state/use-range.ts';
import { useSearchState } from '../../state/use-search.ts';
import { previousSpan, toRange } from '../../time/span.ts';
import type { Span } from '../../time/span.ts';
import { writeCount, writeShare, writeSpan, writeZone } from '../../time/words.ts';
import { changeOf, compareStretches } from './compare-stretches.ts';
import type { Change, ChangedDimension, Comparison } from './compare-stretches.ts';
import { dimensionsOf, writeValue } from './dimensions.ts';
import type { BrokenDown } from './dimensions.ts';
import { findRows } from './rows-of.ts';
import { CALL_STRETCH, EVENT_STRETCH, readCallStretch, readEventStretch } from './spike-documents.ts';

/** How many values of each dimension are listed. */
const MOST_CHANGES = 5;
/** Smaller changes of a share are not worth a line. */
const LEAST_CHANGE = 0.005;

function useStretch(source: BrokenDown, span: Span) {
  const [search] = useSearchState();
  const { scopes } = useService();
  const shared = { range: toRange(span), withPersonal: scopes.has('pii:read') };
  const calls = usePanelQuery(
    CALL_STRETCH,
    { ...shared, filter: readCallFilter(search) },
    { pause: source !== 'calls' },
  );
  const events = usePanelQuery(
    EVENT_STRETCH,
    { ...shared, filter: readEventFilter(search) },
    { pause: source !== 'events' },
  );
  const answer: PanelAnswer<unknown> = source === 'calls' ? calls : events;
  const stretch =
    source === 'calls'
      ? calls.data && readCallStretch(calls.data)
      : events.data && readEventStretch(events.data);
  const coverage =
    (source === 'calls' ? calls.data?.status?.coverage : events.data?.category?.coverage) ?? [];
  return { answer, stretch: stretch ?? null, coverage };
}

/** Why a stretch differs: the values whose share of all rows changed most against the stretch directly before. */
export function Spike({
  source,
  span,
  onClose,
}: {
  readonly source: BrokenDown;
  readonly span: Span;
  readonly onClose: () => void;
}) {
  const { span: range, timeZone } = useRange();
  const section = useRef<HTMLElement>(null);
  // It opens below the chart, on a phone out of sight, and who listens would not learn that it is there.
  useEffect(() => {
    section.current?.focus({ preventScroll: true });
    section.current?.scrollIntoView({ block: 'start' });
  }, [span.fromMs, span.toMs]);
  const isRange = isAbout(span, range);
  const title = isRange ? 'What is different in this range?' : 'Why this spike?';
  const before = previousSpan(span);
  const now = useStretch(source, span);
  const earlier = useStretch(source, before);
  const isFetching = now.answer.fetching || earlier.answer.fetching;
  const comparison = now.stretch && earlier.stretch ? compareStretches(now.stretch, earlier.stretch) : null;
  return (
    <section ref={section} tabIndex={-1} className="panel spike" aria-label={title} aria-busy={isFetching}>
      <header>
        <h2>{title}</h2>
        <CoverageNote of={[...now.coverage, ...earlier.coverage]} />
        <AskedNote asked={[now.answer.asked, earlier.answer.asked]} />
        <button type="button" className="button" data-quiet="" onClick={onClose}>
          Close
        </button>
      </header>
      <div className="body stack">
        <p className="muted">
          {writeSpan(span, timeZone)} against the same length before, {writeSpan(before, timeZone)} (
          {writeZone(span.toMs, timeZone)}). Values whose share changed most come first.
        </p>
        <Failures
          error={now.answer.error ?? earlier.answer.error}
          retry={() => {
            now.answer.retry();
            earlier.answer.retry();
          }}
        />
        {comparison && <Compared source={source} span={span} comparison={comparison} />}
        {isFetching && !comparison && (
          <div className="skeleton" style={{ height: 160 }} role="status" aria-label="Loading" />
        )}
      </div>
    </section>
  );
}

/** A relative range has moved on since it was asked about. */
const MOVED_MS = 3_600_000;
const isAbout = (span: Span, range: Span): boolean =>
  span.toMs - span.fromMs === range.toMs - range.fromMs && Math.abs(range.toMs - span.toMs) < MOVED_MS;

function Compared({
  source,
  span,
  comparison,
}: {
  readonly source: BrokenDown;
  readonly span: Span;
  readonly comparison: Comparison;
}) {
  if (comparison.kind === 'refused')
    return (
      <p className="notice" data-kind="error" role="alert">
        {comparison.words}
      </p>
    );
  const { total, totalBefore, isFilling, dimensions } = comparison;
  const moved = dimensions.filter(
    ({ changes, isCut }) => isCut || changes.some((change) => Math.abs(changeOf(change)) >= LEAST_CHANGE),
  );
  return (
    <>
      <p role="status">
        <strong>{writeCount(total)}</strong> {source}, before <strong>{writeCount(totalBefore)}</strong>.
        {totalBefore === 0 || total === 0
          ? ' One of the two has no rows, so every share in the other is new.'
          : ''}
        {isFilling ? ' The newest part may still grow.' : ''}
        {moved.length === 0
          ? ' No share changed by half a percentage point or more: it is more or less of the same.'
          : ''}
      </p>
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
  const [search] = useSearchState();
  const dimension = dimensionsOf(source).find((each) => each.key === key);
  if (!dimension) return null;
  const shown = changes.filter((change) => Math.abs(changeOf(change)) >= LEAST_CHANGE).slice(0, MOST_CHANGES);
  return (
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
            {shown.map((change) => {
              const rows = findRows(source, [dimension], [change.value], search);
              return (
                <tr key={change.value}>
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
                  </th>
                  <td className="number">{writeSide(change.countBefore, change.shareBefore)}</td>
                  <td className="number">{writeSide(change.count, change.share)}</td>
                  <td className="number">
                    <ChangeBar change={change} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </>
      )}
    </table>
  );
}

const writeSide = (count: number, share: number | null): string =>
  `${writeCount(count)} (${share === null ? '–' : writeShare(share)})`;

/** The share before as a line, the share now as a bar. */
function ChangeBar({ change }: { readonly change: Change }) {
  const points = changeOf(change) * 100;
  return (
    <span className="change">
      <svg width="64" height="10" viewBox="0 0 64 10" aria-hidden="true">
        <rect width="64" height="10" className="change-ground" />
        <rect width={Math.min(1, change.share ?? 0) * 64} height="10" className="change-now" />
        <rect x={Math.min(1, change.shareBefore ?? 0) * 62} width="2" height="10" className="change-before" />
      </svg>
      {points > 0 ? '+' : '−'}
      {Math.abs(points).toFixed(1)} pts
    </span>
  );
}
