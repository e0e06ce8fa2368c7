import type { CoverageFieldsFragment as CoverageEntry } from '../generated/graphql.ts';
import { dropResumed, mergeCoverage } from './merge-coverage.ts';

/** One page of the graph. */
export interface ListPage<Row> {
  readonly rows: readonly Row[];
  readonly endCursor: string | null;
  readonly hasNextPage: boolean;
  readonly coverage: readonly CoverageEntry[];
}

export type PageOutcome<Row, Failure> =
  | { readonly kind: 'page'; readonly page: ListPage<Row> }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Asks for one page. Returns how to cancel it; after that `take` is not called. */
export type PageReader<Row, Failure> = (
  request: { readonly after: string | null; readonly first: number },
  take: (outcome: PageOutcome<Row, Failure>) => void,
) => () => void;

/**
 * `waiting`: more pages come when the reader scrolls on. `stopped`: the reader cancelled the reading. `ended`: the last page is there.
 */
export type ListStatus = 'reading' | 'waiting' | 'stopped' | 'failed' | 'ended';

export interface ListState<Failure> {
  readonly status: ListStatus;
  /** Lines so far, also of pages that were dropped. */
  readonly lineCount: number;
  readonly rowCount: number;
  readonly failure: Failure | null;
  readonly coverage: readonly CoverageEntry[];
  /** Pages without a row since the last one with rows: a scan is looking for the next match. */
  readonly emptyPages: number;
  /** A page that was read again has other rows now. */
  readonly hasChanged: boolean;
}

export interface EndlessList<Row, Line, Failure> {
  subscribe(listener: () => void): () => void;
  state(): ListState<Failure>;
  /** Begins, or goes on after a pause. Returns how to cancel all reading. */
  start(): () => void;
  /** Tells which lines are in sight. Pages near them are read, and those far away are dropped. */
  show(first: number, last: number): void;
  /** null: its page was dropped or is on its way. */
  line(index: number): Line | null;
  /** The lines that are in memory, with their places. */
  lines(): Iterable<readonly [index: number, line: Line]>;
  /** The rows of the first page. */
  firstRows(): readonly Row[] | null;
  stop(): void;
  goOn(): void;
  /** Makes lines anew of the rows in memory. */
  remake(): void;
}

interface Page<Row, Line> {
  readonly after: string | null;
  readonly count: number;
  readonly lastId: string;
  /** The row directly before the page, of which its first line may depend. */
  readonly before: Row | null;
  readonly last: Row;
  /** null: dropped. */
  rows: readonly Row[] | null;
  lines: readonly Line[];
  lineCount: number;
}

export interface EndlessListOptions<Row, Line, Failure> {
  readonly read: PageReader<Row, Failure>;
  readonly pageSize: number;
  readonly idOf: (row: Row) => string;
  /** The lines of a page. `before`: the last row of the page before. */
  readonly toLines: (rows: readonly Row[], before: Row | null) => readonly Line[];
  /** Pages kept on either side of those in sight. */
  readonly keep?: number;
}

/**
 * A list of any length by cursor. Each page is asked for behind the cursor of the one before, so that rows are in one order and each is
 * there once. Pages far from the reader are dropped and read again by their cursor, so that memory does not grow with the list.
 */
export function createEndlessList<Row, Line, Failure>(
  options: EndlessListOptions<Row, Line, Failure>,
): EndlessList<Row, Line, Failure> {
  const { read, pageSize, idOf, toLines, keep = 3 } = options;
  const listeners = new Set<() => void>();
  const pages: Page<Row, Line>[] = [];
  /** The first line of each page. */
  let starts: number[] = [];
  let next: string | null = null;
  let view = { first: 0, last: 0 };
  let isRunning = false;
  let cancelNext: (() => void) | null = null;
  const readingAgain = new Map<number, () => void>();
  let state: ListState<Failure> = {
    status: 'reading',
    lineCount: 0,
    rowCount: 0,
    failure: null,
    coverage: [],
    emptyPages: 0,
    hasChanged: false,
  };

  const change = (patch: Partial<ListState<Failure>>): void => {
    state = { ...state, ...patch };
    for (const listener of listeners) listener();
  };

  const count = (): void => {
    starts = [];
    let lineCount = 0;
    for (const page of pages) {
      starts.push(lineCount);
      lineCount += page.lineCount;
    }
    change({ lineCount });
  };

  const pageAt = (line: number): number => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= line) low = middle;
      else high = middle - 1;
    }
    return low;
  };

  const fill = (page: Page<Row, Line>, rows: readonly Row[]): void => {
    page.rows = rows;
    page.lines = toLines(rows, page.before);
    page.lineCount = page.lines.length;
  };

  const readNext = (): void => {
    const after = next;
    change({ status: 'reading', failure: null });
    cancelNext = read({ after, first: pageSize }, (outcome) => {
      cancelNext = null;
      if (outcome.kind === 'failed') return change({ status: 'failed', failure: outcome.failure });
      const { rows, endCursor, hasNextPage, coverage } = outcome.page;
      const last = rows.at(-1);
      if (last !== undefined) {
        const page: Page<Row, Line> = {
          after,
          count: rows.length,
          lastId: idOf(last),
          before: pages.at(-1)?.last ?? null,
          last,
          rows,
          lines: [],
          lineCount: 0,
        };
        fill(page, rows);
        pages.push(page);
      }
      next = endCursor;
      const canGoOn = hasNextPage && endCursor !== null;
      change({
        status: canGoOn ? 'waiting' : 'ended',
        rowCount: state.rowCount + rows.length,
        coverage: mergeCoverage(dropResumed(state.coverage), coverage),
        emptyPages: last === undefined ? state.emptyPages + 1 : 0,
      });
      count();
      look();
    });
  };

  const readAgain = (at: number, page: Page<Row, Line>): void => {
    const cancel = read({ after: page.after, first: page.count }, (outcome) => {
      readingAgain.delete(at);
      if (outcome.kind === 'failed') return change({ status: 'failed', failure: outcome.failure });
      const { rows } = outcome.page;
      const last = rows.at(-1);
      const isSame = rows.length === page.count && last !== undefined && idOf(last) === page.lastId;
      fill(page, rows);
      if (!isSame) change({ hasChanged: true });
      count();
    });
    readingAgain.set(at, cancel);
  };

  const look = (): void => {
    if (!isRunning) return;
    const from = pageAt(view.first);
    const to = pageAt(view.last);
    for (const [at, page] of pages.entries()) {
      const isNear = at >= from - keep && at <= to + keep;
      if (!isNear && page.rows) {
        page.rows = null;
        page.lines = [];
      }
      if (!isNear) {
        readingAgain.get(at)?.();
        readingAgain.delete(at);
      } else if (!page.rows && at >= from - 1 && at <= to + 1 && !readingAgain.has(at) && !state.failure)
        readAgain(at, page);
    }
    const isNearEnd = view.last >= state.lineCount - pageSize / 2;
    if (isNearEnd && state.status === 'waiting') readNext();
  };

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    state: () => state,
    start() {
      isRunning = true;
      if (state.status === 'reading' && !cancelNext) readNext();
      return () => {
        isRunning = false;
        cancelNext?.();
        cancelNext = null;
        for (const cancel of readingAgain.values()) cancel();
        readingAgain.clear();
      };
    },
    show(first, last) {
      view = { first, last };
      look();
    },
    line(index) {
      const page = pages[pageAt(index)];
      return page?.lines[index - (starts[pageAt(index)] ?? 0)] ?? null;
    },
    *lines() {
      for (const [at, page] of pages.entries())
        for (const [offset, line] of page.lines.entries()) yield [(starts[at] ?? 0) + offset, line];
    },
    firstRows: () => pages[0]?.rows ?? null,
    stop() {
      if (state.status !== 'reading') return;
      cancelNext?.();
      cancelNext = null;
      change({ status: 'stopped' });
    },
    goOn() {
      if (state.status === 'stopped' || state.status === 'failed') {
        change({ failure: null });
        const isLastRead = next === null && pages.length > 0;
        if (isLastRead) change({ status: 'ended' });
        else readNext();
        look();
      }
    },
    remake() {
      for (const page of pages) if (page.rows) fill(page, page.rows);
      count();
    },
  };
}
