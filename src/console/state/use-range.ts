import { useLocation } from '@tanstack/react-router';
import { createContext, useCallback, useContext, useMemo, useState } from 'react';
import { chooseInterval, resolveSpan, toRange } from '../time/span.ts';
import type { Interval, RangeWords, Span } from '../time/span.ts';
import { OWN_ZONE } from '../time/zones.ts';
import { createKeptSpans } from './kept-spans.ts';
import { one } from './search.ts';
import { useService } from './service.ts';
import { useNarrow } from './use-narrow.ts';
import { useSearchState } from './use-search.ts';

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
  /** How often the reader has refreshed: lists begin anew with each number. */
  readonly refreshCount: number;
}

export const RangeContext = createContext<RangeState | null>(null);

/** @throws Error outside the shell, which knows the range */
export function useRange(): RangeState {
  const state = useContext(RangeContext);
  if (!state) throw new Error('There is no range here.');
  return state;
}

/**
 * Reads the range from the address, once for all panels: if each took a 'now' of its own, two panels with the same question would ask it
 * with ranges that are some milliseconds apart. The 'now' stays until the reader refreshes or chooses another range, and whoever comes back
 * to an earlier page finds the 'now' of that page.
 */
export function useReadRange(refreshCount: number, refresh: () => void): RangeState {
  const [search, change] = useSearchState();
  const { clockOffsetMs } = useService();
  // The router's name for an entry of the browser's history.
  const {
    pathname,
    state: { __TSR_key: place = '' },
  } = useLocation();
  const isOfGroups = pathname === '/breakdown';
  const isNarrow = useNarrow();
  const [keep] = useState(createKeptSpans);
  const last = one(search, 'last');
  const from = one(search, 'from');
  const to = one(search, 'to');
  const step = one(search, 'step');
  const timeZone = readZone(one(search, 'tz'));
  const setWords = useCallback(
    (words: RangeWords) => change({ last: words.last, from: words.from, to: words.to }),
    [change],
  );
  const { fromMs, toMs } = keep(place, { last, from, to }, refreshCount, () =>
    resolveSpan({ last, from, to }, Date.now() + clockOffsetMs),
  );
  const span = useMemo(() => ({ fromMs, toMs }), [fromMs, toMs]);
  return useMemo(
    () => ({
      span,
      range: toRange(span),
      words: { last, from, to },
      timeZone,
      interval: chooseInterval(span, step, { isOfGroups, isNarrow }),
      ribbonInterval: chooseInterval(span, step, { isNarrow }),
      zoom: (narrowed: Span) => setWords(toRange(narrowed)),
      setWords,
      refresh,
      refreshCount,
    }),
    [span, last, from, to, step, isOfGroups, isNarrow, timeZone, refresh, refreshCount, setWords],
  );
}

function readZone(text: string | undefined): string {
  if (text === undefined) return OWN_ZONE;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    return OWN_ZONE;
  }
}
