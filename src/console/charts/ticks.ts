import { scaleUtc } from 'd3-scale';
import { readLocal, writeLocal } from '../time/span.ts';
import type { Span } from '../time/span.ts';
import { writeTick } from '../time/words.ts';

/** A time on an axis, with its words. */
export interface PlacedTick {
  readonly ms: number;
  /** In pixels. */
  readonly place: number;
  /** Which part of the words is at the place. At the edges they lie inside the chart. */
  readonly anchor: 'start' | 'middle' | 'end';
  readonly text: string;
}

/** Letters of 11 px are narrower on average. */
const LETTER_PX = 6;
const GAP_PX = 8;

/** As many round times of a time zone's own clock as have room for their words between two places. */
export function placeTicks(
  span: Span,
  { left, right }: { readonly left: number; readonly right: number },
  timeZone: string,
): readonly PlacedTick[] {
  const lengthMs = span.toMs - span.fromMs;
  const scale = (right - left) / lengthMs;
  const placed = (count: number): readonly PlacedTick[] =>
    ticksOf(span, count, timeZone).map((ms) => {
      const place = left + (ms - span.fromMs) * scale;
      const anchor = place < left + 20 ? 'start' : place > right - 20 ? 'end' : 'middle';
      return { ms, place, anchor, text: writeTick(ms, lengthMs, timeZone) };
    });
  for (let count = Math.floor((right - left) / 84); count > 2; count -= 1) {
    const ticks = placed(count);
    if (ticks.every((tick, at) => hasRoom(ticks[at - 1], tick))) return ticks;
  }
  const shown: PlacedTick[] = [];
  for (const tick of placed(2)) if (hasRoom(shown.at(-1), tick)) shown.push(tick);
  return shown;
}

const hasRoom = (before: PlacedTick | undefined, tick: PlacedTick): boolean =>
  before === undefined || startOf(tick) - startOf(before) - widthOf(before) >= GAP_PX;

const widthOf = ({ text }: PlacedTick): number => text.length * LETTER_PX;
const SHARE_BEFORE = { start: 0, middle: 0.5, end: 1 } as const;
const startOf = (tick: PlacedTick): number => tick.place - widthOf(tick) * SHARE_BEFORE[tick.anchor];

/** About `count` round times of a time zone's own clock. d3 knows the machine's zone and UTC only. */
function ticksOf({ fromMs, toMs }: Span, count: number, timeZone: string): readonly number[] {
  const local = (ms: number) => new Date(`${writeLocal(ms, timeZone)}Z`);
  const ticks = scaleUtc([local(fromMs), local(toMs)], [0, 1]).ticks(count);
  return ticks
    .map((tick) => readLocal(tick.toISOString().replace('Z', ''), timeZone))
    .filter((ms): ms is number => ms !== null && ms >= fromMs && ms <= toMs);
}
