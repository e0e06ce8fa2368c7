import { useEffect, useRef } from 'react';
import { readCallFilter } from '../../lists/call-filter.ts';
import { readEventFilter } from '../../lists/event-filter.ts';
import { usePanelQuery } from '../../graph/use-panel-query.ts';
import type { PanelAnswer } from '../../graph/use-panel-query.ts';
import { AskedNote } from '../../parts/asked.tsx';
import { CoverageNote } from '../../parts/coverage.tsx';
import { Failures } from '../../parts/failures.tsx';
import { useService } from '../../state/service.ts';
import { useRange } from '../../state/use-range.ts';
import { useSearchState } from '../../state/use-search.ts';
import { previousSpan, toRange } from '../../time/span.ts';
import type { Span } from '../../time/span.ts';
import { writeSpan, writeZone } from '../../time/words.ts';
import { compareStretches } from './compare-stretches.ts';
import type { BrokenDown } from './dimensions.ts';
import { writeFiltered } from './filter-words.ts';
import { Compared } from './spike-changes.tsx';
import { CALL_STRETCH, EVENT_STRETCH, readCallStretch, readEventStretch } from './spike-documents.ts';

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
  const [search] = useSearchState();
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
          {capitalize(writeFiltered(source, search))} of {writeSpan(span, timeZone)} against those of the same
          length before, {writeSpan(before, timeZone)} ({writeZone(span.toMs, timeZone)}). Changes that chance
          explains least come first.
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
          <>
            <p role="status">Reading… The {source} of both stretches are counted.</p>
            <div className="skeleton" style={{ height: 160 }} />
          </>
        )}
      </div>
    </section>
  );
}

const capitalize = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** A relative range has moved on since it was asked about. */
const MOVED_MS = 3_600_000;
const isAbout = (span: Span, range: Span): boolean =>
  span.toMs - span.fromMs === range.toMs - range.fromMs && Math.abs(range.toMs - span.toMs) < MOVED_MS;
