import { useState } from 'react';
import type { KeyboardEvent } from 'react';
import type { Span } from '../time/span.ts';

/** What the keys of a chart act on. */
export interface CursorActions {
  readonly buckets: readonly Span[];
  /** How many parts of a bucket can be opened on their own. */
  readonly parts: number;
  readonly onOpen: (at: number, part: number | null) => void;
  readonly onSpan: (span: Span) => void;
}

/**
 * A cursor over the buckets of a chart. Left and right move it, Page Up and Page Down by ten; with Shift they select. Up and down pick a part of
 * the bucket. Enter narrows the range to the selection or, if there is none, opens the bucket or its part. Escape lets go.
 */
export function useCursor({ buckets, parts, onOpen, onSpan }: CursorActions) {
  const [place, setPlace] = useState<number | null>(null);
  const [anchor, setAnchor] = useState<number | null>(null);
  const [part, setPart] = useState<number | null>(null);
  const last = buckets.length - 1;
  const at = place === null || last < 0 ? null : Math.min(place, last);
  const selection =
    at === null || anchor === null ? null : ([Math.min(at, anchor), Math.max(at, anchor)] as const);
  const selected = selection && spanOf(buckets, selection);
  const moves: Readonly<Record<string, number>> = {
    ArrowLeft: (at ?? buckets.length) - 1,
    ArrowRight: (at ?? -1) + 1,
    PageUp: (at ?? buckets.length) - 10,
    PageDown: (at ?? -1) + 10,
    Home: 0,
    End: last,
  };
  const release = () => {
    setAnchor(null);
    setPart(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || last < 0) return;
    const next = moves[event.key];
    if (next !== undefined) {
      setAnchor(event.shiftKey ? (anchor ?? at ?? Math.min(Math.max(next, 0), last)) : null);
      setPlace(Math.min(Math.max(next, 0), last));
    } else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      if (parts === 0) return;
      const step = event.key === 'ArrowUp' ? 1 : -1;
      setPlace(at ?? last);
      setPart(part === null ? (step > 0 ? 0 : parts - 1) : (part + step + parts) % parts);
    } else if (event.key === 'Enter' && at !== null) {
      if (selected) onSpan(selected);
      else onOpen(at, part);
      release();
    } else if (event.key === 'Escape' && at !== null) {
      if (selected || part !== null) release();
      else setPlace(null);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return {
    at,
    part,
    /** The stretch that is selected by keys. */
    selected,
    onKeyDown,
    /** Moves the cursor without keys. */
    moveTo(next: number | null) {
      setPlace(next);
      release();
    },
  };
}

function spanOf(buckets: readonly Span[], [first, last]: readonly [number, number]): Span | null {
  const [from, to] = [buckets[first], buckets[last]];
  return from && to ? { fromMs: from.fromMs, toMs: to.toMs } : null;
}
