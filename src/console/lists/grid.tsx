import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useCallback, useEffect, useId, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { useWidth } from '../charts/use-width.ts';
import { useRange } from '../state/use-range.ts';
import { writeCount, writeLength, writeRowTime, writeSpan } from '../time/words.ts';
import { What, WhatAll, Where, Who, SourceMark } from './cells.tsx';
import type { Column } from './columns.tsx';
import type { Entry } from './entry.ts';
import type { Gap } from './fresh-rows.ts';
import type { StoryLine } from './story.ts';

/** A line of a list: an entry, or what stands between entries. */
export type Line = StoryLine<Entry> | Gap;

/** Below this width a row is two lines of text instead of cells. */
const NARROW_PX = 640;
const HEIGHTS = { narrow: 56, dense: 26, roomy: 34 } as const;

/** How far a page of the keyboard moves, in rows. */
const PAGE = 15;

export interface GridProps {
  /** What the rows are, for those who hear it. */
  readonly label: string;
  readonly columns: readonly Column[];
  readonly isDense: boolean;
  readonly count: number;
  /** null: on its way. */
  readonly lineAt: (index: number) => Line | null;
  readonly openId: string | undefined;
  readonly onOpen: (line: Line, index: number) => void;
  /** Gets which lines are in sight. */
  readonly onShow: (first: number, last: number) => void;
  /** A line that must be in sight, such as the one that the drawer shows. */
  readonly followed: number | null;
  /** The list begins at its top anew if this changes. */
  readonly top: string;
  readonly end: ReactNode;
}

/** Any number of rows, of which only those in sight are there. The keyboard moves through all of them. */
export function Grid(props: GridProps) {
  const { label, columns, isDense, count, lineAt, openId, onOpen, onShow, followed, top, end } = props;
  const { timeZone } = useRange();
  const scroller = useRef<HTMLDivElement>(null);
  const [width, measure] = useWidth();
  const hold = useCallback(
    (element: HTMLDivElement | null) => {
      scroller.current = element;
      return measure(element);
    },
    [measure],
  );
  const [active, setActive] = useState(0);
  const id = useId();
  const isNarrow = width > 0 && width < NARROW_PX;
  const height = HEIGHTS[isNarrow ? 'narrow' : isDense ? 'dense' : 'roomy'];
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 8,
  });
  useEffect(() => rows.measure(), [rows, height]);
  useEffect(() => {
    setActive(0);
    scroller.current?.scrollTo({ top: 0 });
  }, [top]);
  useEffect(() => {
    if (followed === null) return;
    setActive(followed);
    rows.scrollToIndex(followed, { align: 'auto' });
  }, [rows, followed]);
  const items = rows.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => onShow(first, last), [onShow, first, last, count]);

  const move = (to: number): void => {
    const next = Math.min(Math.max(to, 0), count - 1);
    setActive(next);
    rows.scrollToIndex(next, { align: 'auto' });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: active + 1,
      j: active + 1,
      ArrowUp: active - 1,
      k: active - 1,
      PageDown: active + PAGE,
      PageUp: active - PAGE,
      Home: 0,
      End: count - 1,
    };
    const to = steps[event.key];
    const line = lineAt(active);
    if (to !== undefined) move(to);
    else if ((event.key === 'Enter' || event.key === ' ') && line) onOpen(line, active);
    else return;
    event.preventDefault();
  };

  const template = isNarrow ? 'minmax(0, 1fr)' : tracksOf(columns);
  return (
    <div className="list-scroll" ref={hold}>
      <p className="print-only">
        Rows {writeCount(first + 1)} to {writeCount(last + 1)} of the {writeCount(count)} that were read:
        those around the place on the screen. Export takes the whole list away.
      </p>
      <div
        className="list"
        role="grid"
        aria-label={label}
        aria-rowcount={count + 1}
        aria-colcount={isNarrow ? 1 : columns.length}
        aria-activedescendant={count > 0 ? `${id}-${active}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
        data-dense={isDense ? '' : undefined}
      >
        <div role="rowgroup" className={isNarrow ? 'visually-hidden' : 'list-head'}>
          <div role="row" aria-rowindex={1} className="list-cells" style={{ gridTemplateColumns: template }}>
            {isNarrow ? (
              <span role="columnheader">{label}</span>
            ) : (
              columns.map((column) => (
                <span key={column.key} role="columnheader" className={column.isNumber ? 'number' : undefined}>
                  {column.label}
                </span>
              ))
            )}
          </div>
        </div>
        <div role="rowgroup" className="list-body" style={{ height: rows.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const line = lineAt(index);
            const isOpen = openId !== undefined && line?.kind === 'row' && line.row.id === openId;
            return (
              <div
                key={index}
                id={`${id}-${index}`}
                role="row"
                aria-rowindex={index + 2}
                aria-selected={isOpen}
                className="list-row"
                data-kind={line?.kind ?? 'away'}
                data-id={line?.kind === 'row' ? line.row.id : undefined}
                data-active={index === active ? '' : undefined}
                data-in-run={line?.kind === 'row' && line.isInRun ? '' : undefined}
                style={{ height, transform: `translateY(${start}px)` }}
                onClick={() => {
                  setActive(index);
                  if (line) onOpen(line, index);
                }}
              >
                <RowContent line={line} columns={columns} isNarrow={isNarrow} timeZone={timeZone} />
              </div>
            );
          })}
        </div>
      </div>
      {end}
    </div>
  );
}

/** On its own, so that only rows that have changed are drawn when a row opens or the cursor moves. */
const RowContent = memo(function RowContent({
  line,
  columns,
  isNarrow,
  timeZone,
}: {
  readonly line: Line | null;
  readonly columns: readonly Column[];
  readonly isNarrow: boolean;
  readonly timeZone: string;
}) {
  if (line?.kind === 'row' && !isNarrow)
    return (
      <div className="list-cells" role="presentation" style={{ gridTemplateColumns: tracksOf(columns) }}>
        {columns.map((column) => (
          <span key={column.key} role="gridcell" className={column.isNumber ? 'number' : undefined}>
            {column.cell(line.row, timeZone)}
          </span>
        ))}
      </div>
    );
  return (
    <div role="gridcell" aria-colspan={isNarrow ? 1 : columns.length} className="list-whole">
      {line ? <Whole line={line} timeZone={timeZone} /> : <span className="skeleton list-away" />}
    </div>
  );
});

const tracksOf = (columns: readonly Column[]): string => columns.map((column) => column.width).join(' ');

/** A line without cells. */
function Whole({ line, timeZone }: { readonly line: Line; readonly timeZone: string }) {
  switch (line.kind) {
    case 'quiet':
      return <span className="list-quiet">{writeLength(line.ms)} without an entry</span>;
    case 'gap':
      return (
        <span className="list-gap">
          Entries may be missing from {writeSpan(line, timeZone)}. {line.words} Open to read this span.
        </span>
      );
    case 'run':
      return <RunWords line={line} timeZone={timeZone} />;
    case 'row':
      return <Card entry={line.row} timeZone={timeZone} />;
  }
}

function RunWords({
  line: { rows },
  timeZone,
}: {
  readonly line: Extract<Line, { kind: 'run' }>;
  readonly timeZone: string;
}) {
  const [newest] = rows;
  const oldest = rows.at(-1);
  if (!newest || !oldest) return null;
  const span = { fromMs: Date.parse(oldest.timestamp), toMs: Date.parse(newest.timestamp) };
  return (
    <>
      <SourceMark source={newest.kind === 'UsageRecord' ? 'USAGE' : 'EVENTS'} />
      <strong className="list-times">{rows.length} ×</strong>
      <span className="list-ellipsis">
        <WhatAll entries={rows} /> · <Who entry={newest} /> · <Where entry={newest} />
      </span>
      <span className="muted list-when">{writeSpan(span, timeZone)}</span>
    </>
  );
}

function Card({ entry, timeZone }: { readonly entry: Entry; readonly timeZone: string }) {
  return (
    <span className="card">
      <span className="card-line">
        <SourceMark source={entry.kind === 'UsageRecord' ? 'USAGE' : 'EVENTS'} />
        <span className="list-ellipsis">
          <What entry={entry} />
        </span>
      </span>
      <span className="card-line muted">
        <time dateTime={entry.timestamp}>{writeRowTime(Date.parse(entry.timestamp), timeZone)}</time>
        <span className="list-ellipsis">
          <Who entry={entry} /> · <Where entry={entry} />
        </span>
      </span>
    </span>
  );
}
