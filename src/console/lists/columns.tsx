import { Menu } from '@base-ui/react/menu';
import type { ReactNode } from 'react';
import { one } from '../state/search.ts';
import type { Search } from '../state/search.ts';
import { useSearchState } from '../state/use-search.ts';
import type { Entry } from './entry.ts';

/** One column of a list. */
export interface Column {
  readonly key: string;
  readonly label: string;
  /** A track of a CSS grid. */
  readonly width: string;
  readonly isNumber?: boolean;
  readonly isFirst?: boolean;
  readonly cell: (entry: Entry, timeZone: string) => ReactNode;
}

/** The columns that an address asks for, in its order; without one those that are shown at first. */
export function chooseColumns(columns: readonly Column[], search: Search): readonly Column[] {
  const asked = one(search, 'cols')?.split(',') ?? [];
  const chosen = asked.flatMap((key) => columns.find((column) => column.key === key) ?? []);
  return chosen.length > 0 ? chosen : columns.filter(({ isFirst }) => isFirst);
}

/** Which columns to show, and how dense. Both are kept in the address. */
export function ColumnMenu({ columns }: { readonly columns: readonly Column[] }) {
  const [search, change] = useSearchState();
  const shown = chooseColumns(columns, search);
  const isDense = one(search, 'dense') === '1';
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className="button" data-quiet="">
        Columns
      </Menu.Trigger>
      <Menu.Portal container={document.getElementById('main')}>
        <Menu.Positioner sideOffset={4} collisionPadding={8} className="positioner" align="end">
          <Menu.Popup className="popup menu" aria-label="Columns">
            {columns.map(({ key, label }) => {
              const isShown = shown.some((each) => each.key === key);
              return (
                <Menu.CheckboxItem
                  key={key}
                  className="menu-item"
                  checked={isShown}
                  closeOnClick={false}
                  disabled={isShown && shown.length === 1}
                  onCheckedChange={() => {
                    const next = columns.filter(
                      (each) => (each.key === key) !== shown.some((other) => other.key === each.key),
                    );
                    change({ cols: next.map((each) => each.key).join(',') }, { replace: true });
                  }}
                >
                  <span className="menu-check" aria-hidden="true">
                    {isShown ? '✓' : ''}
                  </span>
                  <span className="menu-label">{label}</span>
                </Menu.CheckboxItem>
              );
            })}
            <Menu.Separator className="menu-line" />
            <Menu.CheckboxItem
              className="menu-item"
              checked={isDense}
              closeOnClick={false}
              onCheckedChange={() => change({ dense: isDense ? undefined : '1' }, { replace: true })}
            >
              <span className="menu-check" aria-hidden="true">
                {isDense ? '✓' : ''}
              </span>
              <span className="menu-label">Dense rows</span>
            </Menu.CheckboxItem>
            <Menu.Item
              className="menu-item"
              onClick={() => change({ cols: undefined, dense: undefined }, { replace: true })}
            >
              <span className="menu-check" />
              <span className="menu-label">As at first</span>
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
