import { Menu } from '@base-ui/react/menu';
import { useState } from 'react';
import type { FragmentType } from '../generated/fragment-masking.ts';
import { graphql } from '../generated/gql.ts';
import { readFailures } from '../graph/failures.ts';
import { usePanelQuery } from '../graph/use-panel-query.ts';
import { readFragment } from '../generated/fragment-masking.ts';
import { COVERAGE_FIELDS, worstStatus } from '../parts/coverage.tsx';
import { all } from '../state/search.ts';
import type { Search } from '../state/search.ts';
import { useService } from '../state/service.ts';
import { useRange } from '../state/use-range.ts';
import { useSearchState } from '../state/use-search.ts';
import { writeCount } from '../time/words.ts';
import { CALL_DIMENSIONS, readCallFilter } from './call-filter.ts';
import { addChip, removeChip } from './chips.ts';
import type { Counted, FilterKey } from './chips.ts';
import { readEventFilter } from './event-filter.ts';

const CALL_FACET = graphql(`
  query CallFacet($range: DateTimeRange!, $filter: UsageRecordFilter, $by: [UsageDimension!]!) {
    usageBreakdown(range: $range, filter: $filter, by: $by, top: 50) {
      groups {
        key {
          dimension
          value
        }
        count
      }
      coverage {
        ...CoverageFields
      }
    }
  }
`);

const EVENT_FACETS = graphql(`
  query EventFacets($range: DateTimeRange!, $filter: EventFilter) {
    eventFacets(range: $range, filter: $filter, top: 50) {
      categories {
        ...FacetFields
      }
      actions {
        ...FacetFields
      }
      usernames {
        ...FacetFields
      }
      ipAddresses {
        ...FacetFields
      }
      coverage {
        ...CoverageFields
      }
    }
  }
`);

const FACET_FIELDS = graphql(`
  fragment FacetFields on Facet {
    values {
      value
      count
    }
  }
`);

/** The facet of each key of events. */
const EVENT_FACET = {
  category: 'categories',
  action: 'actions',
  user: 'usernames',
  ip: 'ipAddresses',
} as const;

export interface KeyValues {
  readonly values: readonly Counted[];
  readonly fetching: boolean;
  /** Why there are none, or why the counts are lower bounds. */
  readonly words: string | null;
}

/** The source that counts the values of a key. */
export type FacetSource = 'USAGE' | 'EVENTS';

/** The values of a key with their counts, under the other conditions. Nothing is asked while `key` is null. */
export function useKeyValues(key: FilterKey | null, source: FacetSource, search: Search): KeyValues {
  const { range } = useRange();
  const others = key ? { ...search, [key.key]: undefined } : search;
  const dimension = key && source === 'USAGE' ? CALL_DIMENSIONS[key.key] : undefined;
  const facet = key && source === 'EVENTS' ? EVENT_FACET[key.key as keyof typeof EVENT_FACET] : undefined;
  const calls = usePanelQuery(
    CALL_FACET,
    { range, filter: readCallFilter(others), by: [dimension ?? 'STATUS'] },
    { pause: dimension === undefined },
  );
  const events = usePanelQuery(
    EVENT_FACETS,
    { range, filter: readEventFilter(search) },
    { pause: facet === undefined },
  );
  const answer = dimension === undefined ? events : calls;
  const breakdown = calls.data?.usageBreakdown;
  const facets = events.data?.eventFacets;
  const values: readonly Counted[] = dimension
    ? (breakdown?.groups ?? []).flatMap(({ key: [first], count }) => {
        const value = first?.value;
        const read = value == null ? null : (key?.read(value) ?? null);
        return read === null ? [] : [{ value: read, count }];
      })
    : facet
      ? (readFragment(FACET_FIELDS, facets?.[facet])?.values ?? [])
      : [];
  const [failure] = readFailures(answer.error);
  return {
    values,
    fetching: (dimension !== undefined || facet !== undefined) && answer.fetching,
    words: failure?.message ?? explain(dimension ? breakdown?.coverage : facets?.coverage),
  };
}

function explain(of: readonly FragmentType<typeof COVERAGE_FIELDS>[] | undefined): string | null {
  const worst = of && worstStatus(readFragment(COVERAGE_FIELDS, of));
  if (worst === 'TRUNCATED') return 'A limit stopped the counting: these are at least so many.';
  return worst === 'FAILED' ? 'A source could not be read: some are not counted.' : null;
}

/** A menu of the values of one key. They are counted only when it opens. */
function FacetMenu({ filterKey, source }: { readonly filterKey: FilterKey; readonly source: FacetSource }) {
  const [isOpen, setOpen] = useState(false);
  const [search, change] = useSearchState();
  const { values, fetching, words } = useKeyValues(isOpen ? filterKey : null, source, search);
  const chosen = all(search, filterKey.key);
  const shown = [
    ...chosen
      .filter((value) => !values.some((each) => each.value === value))
      .map((value): Counted => ({ value, count: null })),
    ...values,
  ];
  return (
    <Menu.Root open={isOpen} onOpenChange={setOpen} modal={false}>
      <Menu.Trigger className="button facet" data-quiet="" data-pressed={chosen.length > 0 ? '' : undefined}>
        {filterKey.label}
        {chosen.length > 1 ? ` (${chosen.length})` : ''}
        <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden="true">
          <path d="M1 2.5l3 3l3-3" fill="none" stroke="currentColor" strokeWidth="1.5" />
        </svg>
      </Menu.Trigger>
      <Menu.Portal container={document.getElementById('main')}>
        <Menu.Positioner sideOffset={4} collisionPadding={8} className="positioner" align="start">
          <Menu.Popup className="popup menu" aria-label={filterKey.label}>
            {shown.map(({ value, count }) => {
              const isChosen = chosen.includes(value);
              return (
                <Menu.CheckboxItem
                  key={value}
                  className="menu-item"
                  checked={isChosen}
                  closeOnClick={false}
                  onCheckedChange={() =>
                    change(
                      isChosen
                        ? removeChip(search, { key: filterKey.key, value })
                        : addChip([filterKey], search, { key: filterKey.key, value }),
                    )
                  }
                >
                  <span className="menu-check" aria-hidden="true">
                    {isChosen ? '✓' : ''}
                  </span>
                  <span className="menu-label">{value}</span>
                  <span className="number muted">{count === null ? '' : writeCount(count)}</span>
                </Menu.CheckboxItem>
              );
            })}
            {shown.length === 0 && (
              <p className="menu-note" role="status">
                {fetching ? 'Counting…' : 'Nothing to choose in this range.'}
              </p>
            )}
            {words !== null && (
              <p className="menu-note" role="status">
                {words}
              </p>
            )}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

/** The menus of some keys, those left out that the caller may not use. */
export function FacetMenus({
  keys,
  menus,
  sourceOf,
}: {
  readonly keys: readonly FilterKey[];
  /** The keys that have a menu. */
  readonly menus: readonly string[];
  readonly sourceOf: (key: FilterKey) => FacetSource;
}) {
  const { scopes } = useService();
  return (
    <div className="facets" role="group" aria-label="Filter by">
      {menus
        .flatMap((name) => keys.find(({ key }) => key === name) ?? [])
        .filter(({ needs }) => needs === undefined || scopes.has(needs))
        .map((key) => (
          <FacetMenu key={key.key} filterKey={key} source={sourceOf(key)} />
        ))}
    </div>
  );
}
