import './breakdown.css';
import { useId } from 'react';
import { TableSwitch } from '../../charts/table-switch.tsx';
import { Textures } from '../../charts/textures.tsx';
import { readFragment } from '../../generated/fragment-masking.ts';
import { Available } from '../../lists/available.tsx';
import { findFaults } from '../../lists/chips.ts';
import { findExclusionFault } from '../../lists/event-filter.ts';
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
import { NotWhole } from './not-whole.tsx';
import { keysOf } from './rows-of.ts';
import { findTallest, readSpike, writeSpike } from './spike-span.ts';
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
  const answer = useBreakdown(source, search, !isAskable);
  const spike = readSpike(one(search, 'spike'));
  const coverage = readFragment(COVERAGE_FIELDS, answer.data?.coverage ?? []);
  const isLowerBound = coverage.some(({ status }) => status === 'TRUNCATED' || status === 'FAILED');
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
      <Panel
        title={source === 'calls' ? 'All calls' : 'All events'}
        answer={answer}
        coverage={answer.data?.coverage}
        height={150}
        actions={
          <>
            <button type="button" className="button" disabled={!tallest} onClick={() => explain(tallest)}>
              Why the highest bar?
            </button>
            <button type="button" className="button" onClick={() => explain(span)}>
              Why this range?
            </button>
            <TableSwitch chart="total" title="The chart" />
          </>
        }
      >
        {(groups) =>
          groups && (
            <TotalChart id={`${textures}t`} source={source} buckets={groups.total} coverage={coverage} />
          )
        }
      </Panel>
      <FailedSources coverage={coverage} retry={answer.retry} />
      {spike && <Spike source={source} span={spike} onClose={() => change({ spike: undefined })} />}
      <Panel
        title={`By ${dimensions.map(({ label }) => label.toLowerCase()).join(', ')}`}
        answer={answer}
        coverage={answer.data?.coverage}
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
              {isLowerBound && <NotWhole source={source} coverage={coverage} />}
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
                    coverage={coverage}
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
