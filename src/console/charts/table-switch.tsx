import { all } from '../state/search.ts';
import { useSearchState } from '../state/use-search.ts';

/** Whether a chart shows as a table, as the address says (`table`, with the names of charts), and the switch of it. */
export function useTableSwitch(chart: string): readonly [boolean, () => void] {
  const [search, change] = useSearchState();
  const shown = all(search, 'table');
  const asTable = shown.includes(chart);
  const others = shown.filter((each) => each !== chart);
  const next = asTable ? others : [...others, chart];
  return [asTable, () => change({ table: next.length > 0 ? next : undefined }, { replace: true })];
}

export function TableSwitch({ chart, title }: { readonly chart: string; readonly title: string }) {
  const [asTable, toggle] = useTableSwitch(chart);
  return (
    <button
      type="button"
      className="button"
      data-quiet=""
      aria-pressed={asTable}
      aria-label={`${title} as a table`}
      onClick={toggle}
    >
      Table
    </button>
  );
}
