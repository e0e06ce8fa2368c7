import type { RangeWords, Span } from '../time/span.ts';

/** Finds the span of a place in the browser's history. `round` is a number that each refresh changes. */
export type KeptSpans = (place: string, words: RangeWords, round: number, resolve: () => Span) => Span;

/**
 * Keeps which span the words of a range meant, so that 'the last 7 days' do not move on while the reader changes something else or comes back
 * to an earlier page: each panel would ask anew. A refresh, and a range that is chosen anew, have a 'now' of their own.
 */
export function createKeptSpans(): KeptSpans {
  let latest: { readonly words: string; readonly span: Span } | null = null;
  let latestRound: number | null = null;
  const kept = new Map<string, Span>();
  return (place, { last, from, to }, round, resolve) => {
    if (round !== latestRound) {
      kept.clear();
      latest = null;
      latestRound = round;
    }
    const words = JSON.stringify([last, from, to]);
    // The place and the words of a page do not change in one step, so the words are a part of the key.
    const id = `${place} ${words}`;
    const span = kept.get(id) ?? (latest?.words === words ? latest.span : resolve());
    kept.set(id, span);
    latest = { words, span };
    return span;
  };
}
