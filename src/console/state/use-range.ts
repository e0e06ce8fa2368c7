import { useLocation } from '@tanstack/react-router';
import { createContext, useCallback, useContext, useMemo } from 'react';
import { chooseInterval, resolveSpan, toRange } from '../time/span.ts';
import type { Interval, RangeWords, Span } from '../time/span.ts';
import { one } from './search.ts';
import { useService } from './service.ts';
import { useSearchState } from './use-search.ts';

/** A number that each refresh raises, so that 'now' is taken anew. */
export const RefreshContext = createContext<{ readonly count: number; readonly refresh: () => void }>({
  count: 0,
  refresh: () => {},
});

export interface RangeState {
  readonly span: Span;
  /** The argument `range` of the graph: the same for all panels of a page, so that they agree. */
  readonly range: { readonly from: string; readonly to: string };
  readonly words: RangeWords;
  readonly timeZone: string;
  /** Of the charts of the page. */
  readonly interval: Interval;
  /** Of the ribbon, whose bars are of all rows. */
  readonly ribbonInterval: Interval;
  /** Narrows or moves the range everywhere. */
  readonly zoom: (span: Span) => void;
  readonly setWords: (words: RangeWords) => void;
  readonly refresh: () => void;
}

export const OWN_ZONE: string = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function useRange(): RangeState {
  const [search, change] = useSearchState();
  const { clockOffsetMs } = useService();
  const { count, refresh } = useContext(RefreshContext);
  const isOfGroups = useLocation().pathname === '/breakdown';
  const last = one(search, 'last');
  const from = one(search, 'from');
  const to = one(search, 'to');
  const step = one(search, 'step');
  const timeZone = readZone(one(search, 'tz'));
  const setWords = useCallback(
    (words: RangeWords) => change({ last: words.last, from: words.from, to: words.to }),
    [change],
  );
  return useMemo(() => {
    const words = { last, from, to };
    const span = resolveSpan(words, takeNow(JSON.stringify([count, words])) + clockOffsetMs);
    return {
      span,
      range: toRange(span),
      words,
      timeZone,
      interval: chooseInterval(span, step, isOfGroups),
      ribbonInterval: chooseInterval(span, step),
      zoom: (narrowed: Span) => setWords(toRange(narrowed)),
      setWords,
      refresh,
    };
  }, [last, from, to, step, isOfGroups, timeZone, clockOffsetMs, count, refresh, setWords]);
}

/** Panels that are drawn within this time are drawn together. */
const TOGETHER_MS = 1_000;
let taken = { of: '', ms: 0 };

/** The time at which a range was first resolved: if each panel had a 'now' of its own, their figures would not add up. */
function takeNow(of: string): number {
  const ms = Date.now();
  if (taken.of !== of || ms - taken.ms > TOGETHER_MS) taken = { of, ms };
  return taken.ms;
}

function readZone(text: string | undefined): string {
  if (text === undefined) return OWN_ZONE;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    return OWN_ZONE;
  }
}
