import { scaleUtc } from 'd3-scale';
import { readLocal, writeLocal } from '../time/span.ts';
import type { Span } from '../time/span.ts';

/** About `count` round times of a time zone's own clock. d3 knows the machine's zone and UTC only. */
export function ticksOf({ fromMs, toMs }: Span, count: number, timeZone: string): readonly number[] {
  const local = (ms: number) => new Date(`${writeLocal(ms, timeZone)}Z`);
  const ticks = scaleUtc([local(fromMs), local(toMs)], [0, 1]).ticks(Math.max(2, count));
  return ticks
    .map((tick) => readLocal(tick.toISOString().replace('Z', ''), timeZone))
    .filter((ms): ms is number => ms !== null && ms >= fromMs && ms <= toMs);
}
