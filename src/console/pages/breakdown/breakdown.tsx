import './breakdown.css';
import { useId } from 'react';
import { TableSwitch } from '../../charts/table-switch.tsx';
import { Textures } from '../../charts/textures.tsx';
import { makeFragmentData } from '../../generated/fragment-masking.ts';
import { Available } from '../../lists/available.tsx';
import { findFaults } from '../../lists/chips.ts';
import { findExclusionFault } from '../../lists/event-filter.ts';
import { FacetMenus } from '../../lists/facets.tsx';
import { FilterBar } from '../../lists/filter-bar.tsx';
import { COVERAGE_FIELDS } from '../../parts/coverage.tsx';
import { FailedSources } from '../../parts/failures.tsx';
import { Panel } from '../../parts/panel.tsx';
import { one } from '../../state/search.ts';
import { useService } from '../../state/service.ts';
import { useRange } from '../../state/use-range.ts';
import { useSearchState } from '../../state/use-search.ts';
import { Controls } from './controls.tsx';
import { chooseDimensions, dimensionsOf, readSource } from './dimensions.ts';
import { GroupTable } from './group-table.tsx';
import { keysOf } from './rows-of.ts';
import { findTallest, readSpike, writeSpike } from './spike-span.ts';
import { coverBuckets } from './read-on.ts';
import { RestNote } from './rest-note.tsx';
import { Slower } from './slower.tsx';
import { Spike } from './spike.tsx';
import { TotalChart } from './total-chart.tsx';
import { useBreakdown } from './use-breakdown.ts';

/** Calls or events in groups, as a table with their time in small charts; and why a stretch differs from the one before. */
export function Breakdown() {
  const [search] = useSearchState();
  const source = readSource(search);
  return (
    <div className="breakdown">
      <Controls source={source} />
      <Available sources={[source === 'calls' ? 'USAGE' : 'EVENTS']}>
        <FilterBar
          keys={keysOf(source)}
          sourceOf={() => (source === 'calls' ? 'USAGE' : 'EVENTS')}
          hint={
            source === 'calls'
              ? 'Filter: status:failed, element:…, ip:…'
              : 'Filter: category:…, action:…, ip:…'
          }
        />
        <FacetMenus
          keys={keysOf(source)}
          menus={dimensionsOf(source).map(({ key }) => key)}
          sourceOf={() => (source === 'calls' ? 'USAGE' : 'EVENTS')}
        />
        <Answer key={source} />
      </Available>
    </div>
  );
}

function Answer() {
  const [search, change] = useSearchState();
  const { scopes } = useService();
  const { span } = useRange();
  const textures = useId();
  const source = readSource(search);
  const dimensions = chooseDimensions(dimensionsOf(source), search);
  const fault = source === 'events' ? findExclusionFault(search) : null;
  const isAskable = fault === null && findFaults(keysOf(source), search, scopes).length === 0;
  const readingOn = useBreakdown(source, search, !isAskable);
  const { answer, parts } = readingOn;
  const spike = readSpike(one(search, 'spike'));
  const coverage = answer.data?.coverage ?? [];
  const covered = coverBuckets(coverage);
  const isCut = coverage.some(({ status }) => status === 'TRUNCATED' || status === 'FAILED');
  // A group that is shown in one part may be among the others of another part.
  const isLowerBound = isCut || (parts > 1 && answer.data?.other != null);
  const note = coverage.map((entry) => makeFragmentData(entry, COVERAGE_FIELDS));
  if (!isAskable)
    return (
      <p className="notice" data-kind={fault === null ? undefined : 'error'} role="status">
        {fault ?? 'Nothing is asked while a condition is not one.'}
      </p>
    );
  const tallest = findTallest(answer.data?.total ?? [], span);
  const explain = (stretch: typeof spike): void => {
    if (stretch) change({ spike: writeSpike(stretch) });
  };
  return (
    <>
      {answer.fetching && !answer.data && (
        <p className="notice" role="status">
          Reading… All {source} of the range are counted, which can take some seconds.
        </p>
      )}
      {answer.data && !answer.fetching && (
        <RestNote
          readingOn={readingOn}
          isLowerBound={isCut}
          hasOthers={answer.data.other !== null}
          what={source}
        />
      )}
      {source === 'calls' && !spike && answer.data && (
        <Slower
          dimensions={dimensions}
          groups={answer.data.groups}
          coverage={covered}
          readingOn={readingOn}
          isCut={isCut}
          isOutdated={answer.fetching}
        />
      )}
      <Panel
        title={source === 'calls' ? 'All calls' : 'All events'}
        answer={answer}
        coverage={answer.data ? note : undefined}
        height={150}
        actions={
          <>
            <button type="button" className="button" disabled={!tallest} onClick={() => explain(tallest)}>
              Why the highest bar?
            </button>
            <button type="button" className="button" onClick={() => explain(span)}>
              What is different in this range?
            </button>
          </>
        }
        tools={<TableSwitch chart="total" title="The chart" />}
      >
        {(groups) =>
          groups && (
            <TotalChart id={`${textures}t`} source={source} buckets={groups.total} coverage={covered} />
          )
        }
      </Panel>
      <FailedSources coverage={coverage} retry={answer.retry} />
      {spike && <Spike source={source} span={spike} onClose={() => change({ spike: undefined })} />}
      <Panel
        title={`By ${dimensions.map(({ label }) => label.toLowerCase()).join(', ')}`}
        answer={answer}
        coverage={answer.data ? note : undefined}
        height={320}
        actions={
          <button
            type="button"
            className="button"
            data-quiet=""
            aria-pressed={one(search, 'scale') === 'same'}
            onClick={() =>
              change({ scale: one(search, 'scale') === 'same' ? undefined : 'same' }, { replace: true })
            }
          >
            One scale
          </button>
        }
      >
        {(groups) =>
          groups && (
            <>
              {groups.groups.length === 0 ? (
                <div className="empty" role="status">
                  <p>
                    {isLowerBound
                      ? `No ${source} could be read. Coverage says why.`
                      : `There are no ${source} in this range that meet the conditions.`}
                  </p>
                </div>
              ) : (
                <>
                  <div className="chart">
                    <svg width="0" height="0" aria-hidden="true" className="textures">
                      <Textures id={textures} layers={1} accent={`var(--${source})`} />
                    </svg>
                  </div>
                  <GroupTable
                    textures={textures}
                    source={source}
                    dimensions={dimensions}
                    groups={groups}
                    coverage={covered}
                    isLowerBound={isLowerBound}
                  />
                </>
              )}
            </>
          )
        }
      </Panel>
    </>
  );
}
