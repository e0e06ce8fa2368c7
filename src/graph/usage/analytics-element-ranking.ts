/** The elements of a field `elements(top, keys)`, in the order to give them out. */
export type RankElements = (top: number | null, keys: readonly string[] | null) => readonly string[];

/**
 * Ranks the elements of a period by their calls over all of it, the most called first, ties by key (code unit). `keys`
 * narrows to these, called or not; `top` to the first so many. Equal questions are answered once: each bucket asks.
 */
export function createElementRanking(totals: ReadonlyMap<string, number> | null): RankElements {
  const known = new Map<string, readonly string[]>();
  return (top, keys) => {
    const question = JSON.stringify([top, keys]);
    let ranked = known.get(question);
    if (!ranked) {
      ranked = rankElements(totals ?? new Map(), keys ?? [...(totals?.keys() ?? [])]).slice(
        0,
        top ?? undefined,
      );
      known.set(question, ranked);
    }
    return ranked;
  };
}

function rankElements(totals: ReadonlyMap<string, number>, keys: readonly string[]): readonly string[] {
  const countOf = (key: string) => totals.get(key) ?? 0;
  // `<` compares by code unit; a locale's order would differ from machine to machine.
  return [...new Set(keys)].toSorted((a, b) => countOf(b) - countOf(a) || (a < b ? -1 : 1));
}
