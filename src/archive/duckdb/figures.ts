import type { JS } from '@duckdb/node-api';
import type { ArchiveFigures, WantedFigures } from '../../sources/paging/archived-rows.ts';

/** SQL of each figure of rows. */
export const ROWS = {
  count: 'count(*)',
  success: "count_if(status = 'SUCCESS')",
  failed: "count_if(status = 'FAILED')",
  first: 'min(at_ms)',
  last: 'max(at_ms)',
} as const;
/** SQL of each figure of sums of rows. */
export const SUMS: Record<keyof typeof ROWS, string> = {
  count: 'sum(n)',
  success: 'sum(success)',
  failed: 'sum(failed)',
  first: 'min(first_ms)',
  last: 'max(last_ms)',
};

/** The figures in the order of `readFigures`. Those that nobody wants are null, because each takes time. */
export function figuresOf(wanted: WantedFigures, of: Record<keyof typeof ROWS, string>): string {
  const statuses = wanted.has('STATUSES');
  const times = wanted.has('TIMES');
  return [
    `${of.count} as n`,
    `${statuses ? of.success : 0} as success`,
    `${statuses ? of.failed : 0} as failed`,
    `${times ? of.first : null} as first_ms`,
    `${times ? of.last : null} as last_ms`,
    ...(wanted.has('PROCESS_TIME') ? [PROCESS_TIME] : []),
  ].join(', ');
}

const PROCESS_TIME = 'min(ms), max(ms), sum(ms)::DOUBLE / count(ms), quantile_disc(ms, [0.5, 0.95, 0.99])';

/** Of no rows. */
export const NO_FIGURES: ArchiveFigures = { count: 0, success: 0, failed: 0, processTime: null, times: null };

/** Reads what `figuresOf` selects. */
export function readFigures([
  count,
  success,
  failed,
  first,
  last,
  min,
  max,
  avg,
  percentiles,
]: readonly JS[]): ArchiveFigures {
  const isTimed = min !== null && min !== undefined;
  const [p50, p95, p99] = Array.isArray(percentiles) ? percentiles : [];
  return {
    count: Number(count),
    success: Number(success),
    failed: Number(failed),
    processTime: isTimed
      ? {
          min: Number(min),
          max: Number(max),
          avg: Number(avg),
          p50: Number(p50),
          p95: Number(p95),
          p99: Number(p99),
        }
      : null,
    times: first !== null && first !== undefined ? { firstMs: Number(first), lastMs: Number(last) } : null,
  };
}
