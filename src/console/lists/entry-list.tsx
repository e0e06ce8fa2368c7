import './lists.css';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import type { TimelineFilter } from '../generated/graphql.ts';
import { AskedNote } from '../parts/asked.tsx';
import { one } from '../state/search.ts';
import type { Search } from '../state/search.ts';
import { useService, useSettlesAfter } from '../state/service.ts';
import { useRange } from '../state/use-range.ts';
import { useSearchState } from '../state/use-search.ts';
import { toRange } from '../time/span.ts';
import { findFaults } from './chips.ts';
import type { FilterKey } from './chips.ts';
import { chooseColumns, ColumnMenu } from './columns.tsx';
import type { Column } from './columns.tsx';
import { FailedSources } from '../parts/failures.tsx';
import { EndOfList, ListCoverage } from './end-of-list.tsx';
import type { Entry } from './entry.ts';
import { FacetMenus } from './facets.tsx';
import type { FacetSource } from './facets.tsx';
import { FilterBar } from './filter-bar.tsx';
import { Grid } from './grid.tsx';
import type { Line } from './grid.tsx';
import { FreshNote, LiveSwitch } from './live-switch.tsx';
import { Total } from './total.tsx';
import type { TotalQuestion } from './total.tsx';
import { useEndlessList } from './use-endless-list.ts';
import type { ListQuestion, PageVariables } from './use-endless-list.ts';
import { useLive } from './use-live.ts';

/** It comes after the list, which needs it only when a row is opened. */
const Drawer = lazy(async () => ({ default: (await import('./drawer.tsx')).Drawer }));

const PAGE_SIZE = 100;
const FOLLOWED_RANGE = 'PT1H';

/** What sets one list apart from the others. */
export interface EntryListProps<Data, Variables extends PageVariables, Count, CountVariables extends object> {
  /** `calls`, `events` or `entries`. */
  readonly what: string;
  readonly label: string;
  readonly hint: string;
  readonly keys: readonly FilterKey[];
  /** The keys that have a menu of their values. */
  readonly menus: readonly string[];
  readonly sourceOf: (key: FilterKey) => FacetSource;
  readonly columns: readonly Column[];
  readonly question: ListQuestion<Data, Variables, Entry>;
  readonly total: TotalQuestion<Count, CountVariables>;
  readonly toLines: (
    rows: readonly Entry[],
    before: Entry | null,
    opened: ReadonlySet<string>,
  ) => readonly Line[];
  /** The entries that a stream of this list tells. */
  readonly followed: TimelineFilter;
  /** Keys that only the vendor can test, so that a stream can't. */
  readonly notFollowed?: readonly string[];
  /** Beside the switch of the stream. */
  readonly actions?: ReactNode;
  /** A fault that concerns several conditions together. */
  readonly fault?: string | null;
}

/** A list of any length with its filters, its details and its stream. */
export function EntryList<Data, Variables extends PageVariables, Count, CountVariables extends object>(
  props: EntryListProps<Data, Variables, Count, CountVariables>,
) {
  const { what, label, keys, columns, question, toLines, fault = null } = props;
  const [search, change] = useSearchState();
  const { scopes, service } = useService();
  const { span, words, refresh } = useRange();
  const settlesAfterMs = useSettlesAfter();
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const pageSize = Math.min(PAGE_SIZE, service.limits.maxPageSize);
  const { list, state, asked } = useEndlessList(question, {
    pageSize,
    toLines: (rows, before) => toLines(rows, before, opened),
    pause: fault !== null || findFaults(keys, search, scopes).length > 0,
  });

  const cols = one(search, 'cols');
  const shownColumns = useMemo(() => chooseColumns(columns, { cols }), [columns, cols]);
  const why = whyNotFollowed(props.notFollowed ?? [], search, words, change);
  const isLive = one(search, 'live') === '1' && why === null;
  const first = list.firstRows();
  const isReady = isLive && (state.rowCount > 0 || state.status === 'ended');
  const live = useLive(
    useMemo(
      () =>
        isReady ? { filter: props.followed, ...beginAt(first, pageSize, span.toMs - settlesAfterMs) } : null,
      // The place is that of the list as it began, so later pages don't matter.
      [isReady, list],
    ),
  );

  const freshCount = live.fresh.shown.length;
  const lineAt = (index: number): Line | null => {
    const line = live.fresh.shown[index];
    if (line?.kind === 'gap') return line;
    if (line) return { kind: 'row', row: line.row as Entry, isInRun: false };
    return list.line(index - freshCount);
  };
  const onShow = useCallback(
    (from: number, to: number) => list.show(Math.max(0, from - freshCount), Math.max(0, to - freshCount)),
    [list, freshCount],
  );
  const openId = one(search, 'open');
  const place = openId === undefined ? null : findPlace(openId, lineAt, freshCount, list);
  const count = freshCount + state.lineCount;
  const go = (step: 1 | -1): void => {
    for (let at = (place ?? -1) + step; at >= 0 && at < count; at += step) {
      const line = lineAt(at);
      if (line === null) return;
      if (line.kind === 'row') return change({ open: line.row.id }, { replace: true });
    }
  };
  const onOpen = (line: Line): void => {
    if (line.kind === 'row') change({ open: line.row.id });
    else if (line.kind === 'gap')
      change({
        last: undefined,
        ...toRange({ fromMs: line.fromMs, toMs: Math.max(line.toMs, line.fromMs + 1) }),
      });
    else if (line.kind === 'run') {
      const next = new Set(opened);
      if (!next.delete(line.id)) next.add(line.id);
      setOpened(next);
      queueMicrotask(() => list.remake());
    }
  };

  return (
    <div className="lists">
      <FilterBar keys={keys} sourceOf={props.sourceOf} hint={props.hint} />
      {fault !== null && (
        <p className="notice" data-kind="error" role="alert">
          {fault}
        </p>
      )}
      <div className="list-tools">
        <FacetMenus keys={keys} menus={props.menus} sourceOf={props.sourceOf} />
        <div className="row">
          <Total question={props.total} what={what} />
          <ListCoverage state={state} />
          {asked.length > 0 && <AskedNote asked={asked} />}
        </div>
        <div className="row">
          <ColumnMenu columns={columns} />
          {props.actions}
          <LiveSwitch state={live.state} />
        </div>
      </div>
      <FailedSources coverage={state.coverage} retry={refresh} />
      {state.hasChanged && (
        <div className="notice" role="status">
          <p>The vendor has changed rows of this range since they were first read.</p>
          <button type="button" className="button" onClick={refresh}>
            Read the list again
          </button>
        </div>
      )}
      <FreshNote
        fresh={live.fresh}
        state={live.state}
        why={one(search, 'live') === '1' ? why : null}
        show={live.show}
        readAnew={refresh}
      />
      <Grid
        label={label}
        columns={shownColumns}
        isDense={one(search, 'dense') === '1'}
        count={count}
        lineAt={lineAt}
        openId={openId}
        onOpen={onOpen}
        onShow={onShow}
        followed={place}
        top={`${JSON.stringify(question.variables)} ${freshCount}`}
        end={<EndOfList state={state} keys={keys} what={what} stop={list.stop} goOn={list.goOn} />}
      />
      <Suspense fallback={null}>
        <Drawer
          id={openId}
          go={place === null ? null : go}
          onClose={() => change({ open: undefined }, { replace: true })}
        />
      </Suspense>
    </div>
  );
}

function findPlace(
  id: string,
  lineAt: (index: number) => Line | null,
  freshCount: number,
  list: { lines(): Iterable<readonly [number, Line]> },
): number | null {
  for (let at = 0; at < freshCount; at += 1) {
    const line = lineAt(at);
    if (line?.kind === 'row' && line.row.id === id) return at;
  }
  for (const [at, line] of list.lines())
    if (line.kind === 'row' && line.row.id === id) return at + freshCount;
  return null;
}

/**
 * From when a stream begins, and what it need not tell. It begins somewhat before the end of the list, because the vendor may show rows
 * late; and never before what the first page shows, so that each entry is either in that page or new.
 */
function beginAt(first: readonly Entry[] | null, pageSize: number, settledMs: number) {
  const isCut = first !== null && first.length >= pageSize;
  const oldest = isCut ? Date.parse(first.at(-1)?.timestamp ?? '') + 1 : 0;
  return {
    since: new Date(Math.max(settledMs, oldest)).toISOString(),
    known: new Set(first?.map(({ id }) => id)),
  };
}

function whyNotFollowed(
  notFollowed: readonly string[],
  search: Search,
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  change: (patch: Search, how?: { replace?: boolean }) => void,
) {
  const keys = notFollowed.filter((key) => search[key] !== undefined);
  if (keys.length > 0)
    return {
      words: `A stream can't test ${keys.join(' and ')}, because only the vendor can. Live is off until you remove ${keys.length > 1 ? 'them' : 'it'}.`,
      action: 'Remove and follow',
      act: () => change(Object.fromEntries(keys.map((key) => [key, undefined])), { replace: true }),
    };
  if (from !== undefined || to !== undefined)
    return {
      words: 'Live needs a range that ends now, and this one has a fixed end.',
      action: 'Follow the last hour',
      act: () => change({ from: undefined, to: undefined, last: FOLLOWED_RANGE }, { replace: true }),
    };
  return null;
}
