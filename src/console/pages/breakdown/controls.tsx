import { useService } from '../../state/service.ts';
import { useSearchState } from '../../state/use-search.ts';
import { chooseDimensions, dimensionsOf, MOST_DIMENSIONS } from './dimensions.ts';
import type { BrokenDown, Dimension } from './dimensions.ts';
import { keysOf } from './rows-of.ts';
import { readTop, TOPS } from './use-breakdown.ts';

const NAMES = [
  ['calls', 'Calls'],
  ['events', 'Events'],
] as const;
const LABELS = ['By', 'then by', 'then by'];

/** Which source, and by which dimensions. */
export function Controls({ source }: { readonly source: BrokenDown }) {
  const [search, change] = useSearchState();
  const { scopes } = useService();
  const allowed = dimensionsOf(source).filter(({ needs }) => needs === undefined || scopes.has(needs));
  const chosen = chooseDimensions(allowed, search);
  const choose = (at: number, key: string): void => {
    const next = chosen.map((each) => each.key);
    next.splice(at, 1, ...(key === '' ? [] : [key]));
    change({ by: next, sort: undefined });
  };
  return (
    <div className="row break-controls">
      <div className="row" role="group" aria-label="Source">
        {NAMES.map(([name, label]) => (
          <button
            key={name}
            type="button"
            className="button"
            aria-pressed={source === name}
            onClick={() => change(switchSource(name))}
          >
            {label}
          </button>
        ))}
      </div>
      {Array.from({ length: Math.min(MOST_DIMENSIONS, chosen.length + 1) }, (_, at) => (
        <DimensionSelect
          key={at}
          label={LABELS[at] ?? ''}
          canBeNone={at > 0}
          value={chosen[at]?.key ?? ''}
          options={allowed.filter(
            ({ key }) => key === chosen[at]?.key || !chosen.some((each) => each.key === key),
          )}
          onChange={(key) => choose(at, key)}
        />
      ))}
      <label className="row">
        <span className="label">Groups</span>
        <select
          className="input"
          value={readTop(search)}
          onChange={({ target }) => change({ top: target.value === '20' ? undefined : target.value })}
        >
          {TOPS.map((top) => (
            <option key={top} value={top}>
              {top}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function DimensionSelect({
  label,
  canBeNone,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly canBeNone: boolean;
  readonly value: string;
  readonly options: readonly Dimension[];
  readonly onChange: (key: string) => void;
}) {
  return (
    <label className="row">
      <span className="label">{label}</span>
      <select className="input" value={value} onChange={({ target }) => onChange(target.value)}>
        {canBeNone && <option value="">nothing</option>}
        {options.map((each) => (
          <option key={each.key} value={each.key}>
            {each.label}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The other source has other dimensions and, except for an address, other filters: a user is an id there and a name here. */
function switchSource(source: BrokenDown) {
  const filters = [...keysOf('calls'), ...keysOf('events')].filter(({ key }) => key !== 'ip');
  return {
    ...Object.fromEntries(filters.map(({ key }) => [key, undefined])),
    of: source === 'calls' ? undefined : source,
    by: undefined,
    sort: undefined,
    spike: undefined,
  };
}
