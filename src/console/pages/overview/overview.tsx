import './overview.css';
import { readFragment } from '../../generated/fragment-masking.ts';
import { COVERAGE_FIELDS } from '../../parts/coverage.tsx';
import { FailedSources } from '../../parts/failures.tsx';
import { useCallActivity, useEventCategories } from '../../shell/activity.ts';
import { useSearchState } from '../../state/use-search.ts';
import { previousSpan } from '../../time/span.ts';
import { useRange } from '../../state/use-range.ts';
import { writeSpan } from '../../time/words.ts';
import { useAccess } from './access.tsx';
import { CallsPanel, CallsTile } from './calls.tsx';
import { CategoriesPanel } from './categories.tsx';
import { ElementsPanel, ElementsTile } from './elements.tsx';
import { LockOutsTile, LogInFailuresTile } from './log-ins.tsx';
import { RecentFailures, RecentSecurityEvents } from './recent.tsx';
import { useComparison } from './series.ts';
import { SpreadTile } from './spread.tsx';
import { StatusesPanel, SuccessTile } from './statuses.tsx';
import { AverageTile, TimesPanel } from './times.tsx';

/** The range at a glance. Each panel asks its own question, so that a vendor that is down leaves the panels of the other. */
export function Overview() {
  const usage = useAccess('USAGE');
  const events = useAccess('EVENTS');
  const isCompared = useComparison();
  return (
    <>
      <Comparison />
      {[usage, events].map(
        (why) =>
          why !== null && (
            <p key={why} className="notice">
              {why}
            </p>
          ),
      )}
      <Failed withUsage={usage === null} withEvents={events === null} />
      <div className="tiles" data-compared={isCompared ? '' : undefined}>
        {usage === null && (
          <>
            <CallsTile />
            <SuccessTile />
            <AverageTile />
            <SpreadTile />
            <ElementsTile />
          </>
        )}
        {events === null && (
          <>
            <LogInFailuresTile />
            <LockOutsTile />
          </>
        )}
      </div>
      <div className="overview-panels">
        {usage === null && (
          <>
            <CallsPanel />
            <StatusesPanel />
            <ElementsPanel />
            <TimesPanel />
          </>
        )}
        {events === null && (
          <div className="wide">
            <CategoriesPanel />
          </div>
        )}
        {usage === null && <RecentFailures />}
        {events === null && <RecentSecurityEvents />}
      </div>
    </>
  );
}

/** Once for the page, because each of its panels would say the same. */
function Failed({ withUsage, withEvents }: { readonly withUsage: boolean; readonly withEvents: boolean }) {
  const { refresh } = useRange();
  const calls = useCallActivity(!withUsage);
  const events = useEventCategories(!withEvents);
  const coverage = [
    ...(calls.data?.usageAnalytics?.coverage ?? []),
    ...(events.data?.eventBreakdown?.coverage ?? []),
  ];
  return <FailedSources coverage={readFragment(COVERAGE_FIELDS, coverage)} retry={refresh} />;
}

function Comparison() {
  const isCompared = useComparison();
  const [, change] = useSearchState();
  const { span, timeZone } = useRange();
  return (
    <div className="row spread">
      <p className="muted">{writeSpan(span, timeZone)}</p>
      <span className="row">
        {isCompared && <span className="muted">with {writeSpan(previousSpan(span), timeZone)}</span>}
        <button
          type="button"
          className="button"
          aria-pressed={isCompared}
          onClick={() => change({ vs: isCompared ? undefined : 'previous' })}
        >
          Compare with the period before
        </button>
      </span>
    </div>
  );
}
