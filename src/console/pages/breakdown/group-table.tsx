import { one } from '../../state/search.ts';
import { useRange } from '../../state/use-range.ts';
import { useSearchState } from '../../state/use-search.ts';
import type { CoverageEntry } from '../../parts/coverage.tsx';
import type { BrokenDown, Dimension } from './dimensions.ts';
import { findPeak, readSorting, sortGroups, writeSorting } from './groups.ts';
import type { Groups, SortColumn, Sorting } from './groups.ts';
import { GroupRow, OWN_SCALE } from './group-row.tsx';

/** The groups as a table that each of its columns sorts, with the time of each group in small charts. */
export function GroupTable({
  textures,
  source,
  dimensions,
  groups: { groups, other },
  coverage,
  isLowerBound,
}: {
  readonly textures: string;
  readonly source: BrokenDown;
  readonly dimensions: readonly Dimension[];
  readonly groups: Groups;
  readonly coverage: readonly CoverageEntry[];
  readonly isLowerBound: boolean;
}) {
  const [search, change] = useSearchState();
  const { interval } = useRange();
  const keys = dimensions.map(({ key }) => key);
  const sorting = readSorting(one(search, 'sort'), keys);
  const sort = (column: SortColumn): void => {
    const isDescending = column === sorting.column ? !sorting.isDescending : typeof column !== 'number';
    change({ sort: writeSorting({ column, isDescending }, keys) }, { replace: true });
  };
  const isSame = one(search, 'scale') === 'same';
  const most = (figure: 'count' | 'p95') =>
    isSame ? Math.max(...groups.map(({ buckets }) => findPeak(buckets, figure)?.value ?? 0)) : null;
  const scale = { count: most('count'), p95: most('p95') };
  const all = [...groups, ...(other ? [other] : [])].reduce((sum, { count }) => sum + count, 0);
  const unit = interval.toLowerCase();
  const head = (column: SortColumn, label: string, isNumber = true) => (
    <SortHead column={column} label={label} isNumber={isNumber} sorting={sorting} onSort={sort} />
  );
  const isCalls = source === 'calls';
  const shared = { textures, source, dimensions, coverage, isLowerBound, all };
  return (
    <table className="groups">
      <thead>
        <tr>
          {dimensions.map(({ key, label }, at) => (
            <SortHead key={key} column={at} label={label} isNumber={false} sorting={sorting} onSort={sort} />
          ))}
          {head('count', isCalls ? 'Calls' : 'Events')}
          {isCalls && head('failed', 'Failed')}
          {isCalls && head('share', 'Failed, %')}
          {isCalls && head('p95', 'p95')}
          {isCalls ? (
            head('worst', `Calls and failures by ${unit}`, false)
          ) : (
            <th scope="col">Events by {unit}</th>
          )}
          {isCalls && head('slowest', `p95 by ${unit}`, false)}
        </tr>
      </thead>
      <tbody>
        {sortGroups(groups, sorting).map((group) => (
          <GroupRow key={JSON.stringify(group.key)} {...shared} group={group} scale={scale} />
        ))}
        {other && <GroupRow {...shared} group={other} isOther scale={OWN_SCALE} />}
      </tbody>
    </table>
  );
}

function SortHead({
  column,
  label,
  isNumber,
  sorting,
  onSort,
}: {
  readonly column: SortColumn;
  readonly label: string;
  readonly isNumber: boolean;
  readonly sorting: Sorting;
  readonly onSort: (column: SortColumn) => void;
}) {
  const isSorted = sorting.column === column;
  return (
    <th
      scope="col"
      className={isNumber ? 'number' : undefined}
      aria-sort={isSorted ? (sorting.isDescending ? 'descending' : 'ascending') : undefined}
    >
      <button type="button" className="sort" onClick={() => onSort(column)}>
        {label}
        <span aria-hidden="true">{isSorted ? (sorting.isDescending ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
}
