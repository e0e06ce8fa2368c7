/** An entry that a stream has told. */
export interface FreshRow {
  readonly id: string;
  readonly timestamp: string;
}

/** A span of which a stream could not tell all entries. */
export interface Gap {
  readonly kind: 'gap';
  readonly id: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly words: string;
}

export type FreshLine<Row> = Gap | { readonly kind: 'fresh'; readonly row: Row };

/** What came since the list was read. */
export interface Fresh<Row> {
  /** Not shown yet, so that nothing moves under the reader. */
  readonly waiting: readonly FreshLine<Row>[];
  /** Newest first. */
  readonly shown: readonly FreshLine<Row>[];
  /** More came than are kept. The list must be read again to show them. */
  readonly isOverfull: boolean;
}

export const NOTHING_FRESH: Fresh<never> = { waiting: [], shown: [], isOverfull: false };

/** Lines that are kept at most. */
export const MOST_FRESH = 1_000;

/** Adds what an update has told. `known`: ids that the list itself shows. */
export function takeFresh<Row extends FreshRow>(
  fresh: Fresh<Row>,
  rows: readonly Row[],
  gaps: readonly Gap[],
  known: ReadonlySet<string>,
): Fresh<Row> {
  const seen = new Set([...fresh.waiting, ...fresh.shown].map(idOf));
  const added = [...gaps, ...rows.map((row) => ({ kind: 'fresh' as const, row }))].filter((line) => {
    const id = idOf(line);
    if (seen.has(id) || known.has(id)) return false;
    seen.add(id);
    return true;
  });
  if (added.length === 0) return fresh;
  const room = MOST_FRESH - fresh.waiting.length - fresh.shown.length;
  return {
    ...fresh,
    waiting: [...fresh.waiting, ...added.slice(0, Math.max(0, room))],
    isOverfull: fresh.isOverfull || added.length > room,
  };
}

/** Shows what waits. A late entry stands at its time among those that came. */
export function showFresh<Row extends FreshRow>(fresh: Fresh<Row>): Fresh<Row> {
  if (fresh.waiting.length === 0) return fresh;
  const shown = [...fresh.waiting, ...fresh.shown].toSorted((one, other) => timeOf(other) - timeOf(one));
  return { ...fresh, waiting: [], shown };
}

export const idOf = <Row extends FreshRow>(line: FreshLine<Row>): string =>
  line.kind === 'gap' ? line.id : line.row.id;

const timeOf = <Row extends FreshRow>(line: FreshLine<Row>): number =>
  line.kind === 'gap' ? line.toMs : Date.parse(line.row.timestamp);
