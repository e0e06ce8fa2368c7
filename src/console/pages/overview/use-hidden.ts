import { all } from '../../state/search.ts';
import { useSearchState } from '../../state/use-search.ts';

/** The layers of a chart that the reader has switched off. The address keeps them under `hide`, such as `element:sfdc`. */
export function useHidden(chart: string): readonly [ReadonlySet<string>, (key: string) => void] {
  const [search, change] = useSearchState();
  const kept = all(search, 'hide');
  const prefix = `${chart}:`;
  const hidden = new Set(
    kept.filter((each) => each.startsWith(prefix)).map((each) => each.slice(prefix.length)),
  );
  const toggle = (key: string) => {
    const name = prefix + key;
    const next = kept.includes(name) ? kept.filter((each) => each !== name) : [...kept, name];
    change({ hide: next.length > 0 ? next : undefined }, { replace: true });
  };
  return [hidden, toggle];
}
