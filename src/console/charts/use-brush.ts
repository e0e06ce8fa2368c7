import type { ScaleTime } from 'd3-scale';
import { useState } from 'react';
import type { PointerEvent } from 'react';
import type { Span } from '../time/span.ts';

/** A shorter drag is a click. */
const LEAST_PX = 6;

/**
 * Selects a stretch of time by a drag.
 *
 * @param onSpan gets the stretch when the pointer is lifted
 * @param onClick gets a press without a drag
 */
export function useBrush(
  x: ScaleTime<number, number>,
  onSpan: (span: Span) => void,
  onClick?: (event: PointerEvent<SVGSVGElement>) => void,
) {
  const [start, setStart] = useState<number | null>(null);
  const [end, setEnd] = useState(0);
  const placeOf = (event: PointerEvent<SVGSVGElement>) => {
    const [least = 0, most = 0] = x.range();
    return Math.min(Math.max(event.clientX - event.currentTarget.getBoundingClientRect().left, least), most);
  };
  const selected = start === null ? null : ([Math.min(start, end), Math.max(start, end)] as const);
  const isDrag = selected !== null && selected[1] - selected[0] >= LEAST_PX;
  return {
    /** The selected pixels during a drag. */
    selected: isDrag ? selected : null,
    handlers: {
      onPointerDown(event: PointerEvent<SVGSVGElement>) {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setStart(placeOf(event));
        setEnd(placeOf(event));
      },
      onPointerMove(event: PointerEvent<SVGSVGElement>) {
        if (start !== null) setEnd(placeOf(event));
      },
      onPointerUp(event: PointerEvent<SVGSVGElement>) {
        if (isDrag)
          onSpan({ fromMs: x.invert(selected[0]).getTime(), toMs: x.invert(selected[1]).getTime() });
        else if (start !== null) onClick?.(event);
        setStart(null);
      },
      onPointerCancel: () => setStart(null),
    },
  };
}
