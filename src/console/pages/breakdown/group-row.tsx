import { Link } from '@tanstack/react-router';
import { readStates } from '../../charts/bucket.ts';
import type { CoverageEntry } from '../../parts/coverage.tsx';
import { keepShared } from '../../state/search.ts';
import { useSearchState } from '../../state/use-search.ts';
import { writeCount, writeMs, writeShare } from '../../time/words.ts';
import { writeValue } from './dimensions.ts';
import type { BrokenDown, Dimension } from './dimensions.ts';
import { GroupCharts } from './group-charts.tsx';
import type { ChartScale } from './group-charts.tsx';
import { failedShare } from './groups.ts';
import type { Group } from './groups.ts';
import { findRows } from './rows-of.ts';

/** Each chart reaches up to its own largest value. */
export const OWN_SCALE: ChartScale = { count: null, p95: null };

/** One group: its values, its figures and its charts. Its name leads to its rows, if a list has exactly these. */
export function GroupRow({
  textures,
  source,
  dimensions,
  coverage,
  isLowerBound,
  all,
  group,
  isOther = false,
  scale,
}: {
  readonly textures: string;
  readonly source: BrokenDown;
  readonly dimensions: readonly Dimension[];
  readonly coverage: readonly CoverageEntry[];
  readonly isLowerBound: boolean;
  /** The rows of all groups together. */
  readonly all: number;
  readonly group: Group;
  readonly isOther?: boolean;
  readonly scale: ChartScale;
}) {
  const [search] = useSearchState();
  const isCalls = source === 'calls';
  const rows = isOther ? null : findRows(source, dimensions, group.key, search);
  const share = failedShare(group);
  const name = isOther ? 'all others' : group.key.map(writeValue).join(', ');
  const bound = isLowerBound ? '≥ ' : '';
  return (
    <tr data-other={isOther ? '' : undefined}>
      {isOther ? (
        <th scope="row" colSpan={dimensions.length}>
          All other groups together
        </th>
      ) : (
        group.key.map((value, at) => {
          const Cell = at === 0 ? 'th' : 'td';
          return (
            <Cell
              key={dimensions[at]?.key ?? at}
              {...(at === 0 ? { scope: 'row' } : {})}
              className="key-cell"
            >
              {at === 0 && rows ? (
                <Link
                  to={rows.to}
                  search={{ ...keepShared(search), ...rows.search }}
                  aria-label={`Rows of ${name}`}
                >
                  {writeValue(value)}
                </Link>
              ) : (
                <span className={value === null ? 'muted' : undefined}>{writeValue(value)}</span>
              )}
            </Cell>
          );
        })
      )}
      <td className="number">
        {bound}
        {writeCount(group.count)}
        <span className="share-bar" aria-hidden="true">
          <span style={{ width: `${all === 0 ? 0 : (group.count / all) * 100}%` }} data-of={source} />
        </span>
      </td>
      {isCalls && (
        <td className="number">{group.failed === null ? '–' : bound + writeCount(group.failed)}</td>
      )}
      {isCalls && <td className="number">{share === null ? '–' : writeShare(share)}</td>}
      {isCalls && <td className="number">{group.p95 === null ? '–' : writeMs(group.p95)}</td>}
      <GroupCharts
        textures={textures}
        source={source}
        name={name}
        buckets={group.buckets.map((bucket) => ({ ...bucket, states: readStates(bucket, coverage) }))}
        rows={rows}
        scale={scale}
      />
    </tr>
  );
}
