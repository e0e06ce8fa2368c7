import { Temporal } from 'temporal-polyfill';

/** A half-open stretch of time, in milliseconds of the epoch. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How the address names a range: absolute (`from`, `to`) or relative to now (`last`, an ISO 8601 duration). */
export interface RangeWords {
  readonly last?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface Preset {
  readonly last: string;
  readonly label: string;
}

export const PRESETS: readonly Preset[] = [
  { last: 'PT15M', label: 'Last 15 minutes' },
  { last: 'PT1H', label: 'Last hour' },
  { last: 'PT3H', label: 'Last 3 hours' },
  { last: 'PT12H', label: 'Last 12 hours' },
  { last: 'P1D', label: 'Last 24 hours' },
  { last: 'P2D', label: 'Last 2 days' },
  { last: 'P7D', label: 'Last 7 days' },
  { last: 'P14D', label: 'Last 14 days' },
  { last: 'P29D', label: 'Last 29 days' },
];

export const DEFAULT_LAST = 'P1D';

/** The span that the words mean at `nowMs`. Words that mean none fall back to the default. */
export function resolveSpan({ last, from, to }: RangeWords, nowMs: number): Span {
  if (from !== undefined) {
    const fromMs = Date.parse(from);
    const toMs = to === undefined ? nowMs : Date.parse(to);
    if (fromMs < toMs) return { fromMs, toMs };
  }
  return { fromMs: subtract(nowMs, last ?? DEFAULT_LAST) ?? nowMs - 86_400_000, toMs: nowMs };
}

/** The milliseconds of an ISO 8601 duration without years, months and weeks. */
export const readLength = (duration: string): number =>
  Temporal.Duration.from(duration).total({ unit: 'milliseconds' });

/** Subtracts an ISO 8601 duration in the UTC calendar, as the service does; null if it is none or not positive. */
export function subtract(nowMs: number, duration: string): number | null {
  try {
    const start = Temporal.Instant.fromEpochMilliseconds(nowMs)
      .toZonedDateTimeISO('UTC')
      .subtract(duration).epochMilliseconds;
    return start < nowMs ? start : null;
  } catch {
    return null;
  }
}

/** The stretch of the same length directly before. */
export function previousSpan(span: Span): Span {
  return moveSpan(span, -1);
}

/** The stretch of the same length directly after (1) or before (-1). */
export function moveSpan({ fromMs, toMs }: Span, step: 1 | -1): Span {
  const length = (toMs - fromMs) * step;
  return { fromMs: fromMs + length, toMs: toMs + length };
}

/** Twice the length, with the same end. */
export const widenSpan = ({ fromMs, toMs }: Span): Span => ({ fromMs: fromMs - (toMs - fromMs), toMs });

/** The range argument of the graph. */
export function toRange({ fromMs, toMs }: Span): { readonly from: string; readonly to: string } {
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
}

export type Interval = 'SECOND' | 'MINUTE' | 'HOUR' | 'DAY' | 'WEEK' | 'MONTH';

const STEPS: readonly (readonly [Interval, number])[] = [
  ['SECOND', 1_000],
  ['MINUTE', 60_000],
  ['HOUR', 3_600_000],
  ['DAY', 86_400_000],
  ['WEEK', 604_800_000],
  ['MONTH', 2_592_000_000],
];

/** The intervals that give at most `most` buckets, finest first. */
export function intervalsFor({ fromMs, toMs }: Span, most = 400): readonly Interval[] {
  const fitting = STEPS.filter(([, ms]) => (toMs - fromMs) / ms <= most).map(([step]) => step);
  return fitting.length > 0 ? fitting : ['MONTH'];
}

/** From this length on, groups are compared by day: an hour of one group has few calls, and its chart has no room for so many bars. */
const BY_DAY_FROM_MS = 4 * 86_400_000;

/** How many bars a chart has room for, in a window of the usual width and on a phone. */
const MOST_BARS = 200;
const MOST_BARS_NARROW = 75;
/** With fewer bars a chart shows no course. Then narrow bars are better. */
const LEAST_BARS = 7;

/** Where the charts of an interval are. */
export interface ChartPlace {
  /** The charts are small, and show a part of the rows each. */
  readonly isOfGroups?: boolean;
  /** The window is that of a phone. */
  readonly isNarrow?: boolean;
}

/** The finest interval whose bars are still wide enough to point at, unless the reader has chosen one that fits. */
export function chooseInterval(
  span: Span,
  chosen?: string,
  { isOfGroups = false, isNarrow = false }: ChartPlace = {},
): Interval {
  const wanted = intervalsFor(span, 2_000).find((step) => step === chosen);
  if (wanted) return wanted;
  const finest = intervalsFor(span, MOST_BARS)[0] ?? 'MONTH';
  const length = span.toMs - span.fromMs;
  if (isOfGroups && length >= BY_DAY_FROM_MS && finest === 'HOUR') return 'DAY';
  const coarser = intervalsFor(span, MOST_BARS_NARROW)[0] ?? 'MONTH';
  return isNarrow && length / lengthOf(coarser) >= LEAST_BARS ? coarser : finest;
}

const lengthOf = (interval: Interval): number => STEPS.find(([step]) => step === interval)?.[1] ?? 0;

/** The instant of a local date and time, such as `2026-03-04T12:00`, in a time zone; null if it is none. */
export function readLocal(text: string, timeZone: string): number | null {
  try {
    return Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone).epochMilliseconds;
  } catch {
    return null;
  }
}

/** The value of a `datetime-local` input. */
export function writeLocal(ms: number, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(ms)
    .toZonedDateTimeISO(timeZone)
    .toPlainDateTime()
    .toString({ smallestUnit: 'second' });
}
