import { INTERVALS } from '../../../src/base/time.ts';
import type { Interval } from '../../../src/base/time.ts';
import { COVERAGE_FIELDS, describeMoment } from './coverage-span.ts';
import type { CoverageEntry } from './coverage-span.ts';
import type { Dice } from './dice.ts';
import { DAY_MS } from './log.ts';
import type { World } from './world.ts';
import { localMidnight, readLocal } from './zoned-time.ts';

const HOUR_MS = 3_600_000;

/** The longest range that a chart asks for, about, by its interval. */
const LONGEST_MS: Readonly<Record<Interval, number>> = {
  YEAR: 900 * DAY_MS,
  QUARTER: 700 * DAY_MS,
  MONTH: 400 * DAY_MS,
  WEEK: 120 * DAY_MS,
  DAY: 60 * DAY_MS,
  HOUR: 5 * DAY_MS,
  MINUTE: 6 * HOUR_MS,
  SECOND: 400_000,
};

const ZONES = [
  'UTC',
  'UTC',
  'Europe/Berlin',
  'Europe/London',
  'America/New_York',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
] as const;

/** Each figure of a bucket, and the vendor's series that it comes from. */
export const SERIES = {
  count: '/usage/analytics/activity',
  elements: '/usage/analytics/activity/elements',
  processTime: '/usage/analytics/times',
  statuses: '/usage/analytics/statuses',
} as const;
export type Figure = keyof typeof SERIES;
const FIGURES = Object.keys(SERIES) as Figure[];

/** A randomly drawn question for a chart. */
export interface ChartPlan {
  readonly interval: Interval;
  readonly timeZone: string;
  readonly range: { readonly from: string; readonly to?: string };
  readonly figures: readonly Figure[];
  readonly hasPrevious: boolean;
  /** The share of vendor answers that are spoilt. */
  readonly faults: number;
}

/** Figures in an answer. A figure that was not asked for is absent. */
export interface Figures {
  readonly count?: number | null;
  readonly elements?: readonly { readonly elementKey: string; readonly count: number }[] | null;
  readonly processTime?: { readonly min: number; readonly max: number; readonly avg: number } | null;
  readonly statuses?: { readonly success: number; readonly failed: number } | null;
}

export interface ChartBucket extends Figures {
  readonly timestamp: string;
  readonly end: string;
  readonly cut: boolean;
}

export interface ChartPeriod {
  readonly from: string;
  readonly to: string;
  readonly buckets: readonly ChartBucket[];
  readonly totals: Figures & { readonly elementCount?: number | null; readonly successRate?: number | null };
  readonly coverage: readonly CoverageEntry[];
}

const SELECTIONS: Readonly<Record<Figure, string>> = {
  count: 'count',
  elements: 'elements { elementKey count }',
  processTime: 'processTime { min max avg }',
  statuses: 'statuses { success failed }',
};

export function writeChartQuery({ figures, hasPrevious }: ChartPlan): string {
  const parts = figures.map((figure) => SELECTIONS[figure]).join(' ');
  const elementCount = figures.includes('elements') ? 'elementCount' : '';
  const successRate = figures.includes('statuses') ? 'successRate' : '';
  const period = `from to
    buckets { timestamp end cut ${parts} }
    totals { ${parts} ${elementCount} ${successRate} }
    coverage { ${COVERAGE_FIELDS} }`;
  return `query ($range: DateTimeRange!, $interval: Interval, $timeZone: TimeZone!) {
  usageAnalytics(range: $range, interval: $interval, timeZone: $timeZone) {
    ${period}
    ${hasPrevious ? `previous { ${period} }` : ''}
  }
}`;
}

export function drawChartPlan(dice: Dice, { log, shape, now }: World): ChartPlan {
  const interval = dice.pick(INTERVALS);
  const timeZone = dice.pick(ZONES);
  const nowMs = now();
  const longest = Math.min(LONGEST_MS[interval], Math.max((shape.toMs - shape.fromMs) * 2, 2_000));
  const aboutMs = log.rows[dice.int(0, Math.max(log.rows.length - 1, 0))]?.ms ?? shape.toMs;
  const endMs = dice.chance(0.3) ? nowMs : Math.min(nowMs, aboutMs + dice.int(0, Math.floor(longest / 2)));
  const startMs = endMs - dice.int(1, longest);
  const fromMs = Math.min(drawEdge(dice, startMs, timeZone), nowMs - 1);
  const toMs = drawEdge(dice, endMs, timeZone);
  const figures = FIGURES.filter(() => dice.chance(0.6));
  return {
    interval,
    timeZone,
    range: {
      from: describeMoment(fromMs),
      ...(toMs > fromMs && toMs < nowMs && { to: describeMoment(toMs) }),
    },
    figures: figures.length === 0 ? ['count'] : figures,
    hasPrevious: dice.chance(0.3),
    faults: dice.pick([0, 0.1, 0.3, 0.6]),
  };
}

/** `ms` as it is, or moved back to a full second, a full hour, midnight in the zone, or the first midnight of the month. */
function drawEdge(dice: Dice, ms: number, timeZone: string): number {
  const kind = dice.int(0, 5);
  if (kind === 0) return ms;
  if (kind === 1) return Math.floor(ms / 1_000) * 1_000;
  if (kind === 2) return Math.floor(ms / HOUR_MS) * HOUR_MS;
  const dayMs = localMidnight(ms, timeZone);
  if (kind !== 3) return dayMs;
  const daysOn = readLocal(dayMs, timeZone).day - 1;
  return localMidnight(dayMs - daysOn * DAY_MS + HOUR_MS, timeZone);
}
