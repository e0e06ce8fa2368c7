import type { Registry } from 'prom-client';
import { coverageChannel, readChannel } from '../../base/channels.ts';
import type { CoverageNews, ReadNews } from '../../base/channels.ts';
import { SOURCES } from '../../base/source.ts';
import { COVERAGE_STATUSES } from '../../sources/paging/coverage.ts';
import type { SkippedRowsReport } from '../../sources/paging/vendor-page.ts';
import type { AttemptReport } from '../../upstream/attempt.ts';
import { createMeters } from './meters.ts';

const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10];
const WAITS = [0.001, 0.01, 0.1, 0.5, 1, 2, 5, 10, 30];

/** Counts what is asked of the vendors, for whomever: callers, streams, alerts, exports, the archive. */
export interface VendorMetrics {
  readonly onAttempt: (report: AttemptReport) => void;
  readonly onSkippedRows: (report: SkippedRowsReport) => void;
  /** Ends the counting of what is published. */
  close(): void;
}

export function createVendorMetrics(registry: Registry): VendorMetrics {
  const meters = createMeters(registry);
  const calls = meters.counter(
    'sightline_vendor_calls_total',
    "Attempts at a vendor, by the vendor's path template. outcome: ok, or the code of the error.",
    ['source', 'operation', 'outcome'],
  );
  const retries = meters.counter(
    'sightline_vendor_retries_total',
    'Attempts that were not the first of their call.',
    ['source'],
  );
  const durations = meters.histogram(
    'sightline_vendor_call_duration_seconds',
    'How long an attempt took.',
    SECONDS,
    ['source'],
  );
  const waits = meters.histogram(
    'sightline_vendor_call_wait_seconds',
    'How long an attempt waited before it was sent: for a pause, a retry, a turn, credentials.',
    WAITS,
    ['source'],
  );
  const rows = meters.counter('sightline_vendor_rows_total', 'Rows that a vendor has sent.', ['source']);
  const bytes = meters.counter(
    'sightline_vendor_bytes_total',
    'Bytes of the bodies that a vendor has sent, decoded.',
    ['source'],
  );
  const reads = meters.counter(
    'sightline_cache_reads_total',
    'Answers of a vendor that were asked for. hit, miss, joined (an equal call ran), stale (the vendor failed), bypass (not cached by wish).',
    ['source', 'verdict'],
  );
  const coverage = meters.counter(
    'sightline_coverage_total',
    'Spans of time that were examined, by how complete they are.',
    ['source', 'status'],
  );
  const scanned = meters.counter(
    'sightline_rows_scanned_total',
    'Rows that were examined for answers, by where they were read.',
    ['source', 'origin'],
  );
  const dropped = meters.counter(
    'sightline_rows_dropped_total',
    'Rows of a vendor that could not be parsed.',
    ['source'],
  );

  // A series that begins above 0 has no increase, so the first of a kind would cause no alert.
  for (const source of SOURCES) {
    retries.inc({ source }, 0);
    dropped.inc({ source }, 0);
    for (const status of COVERAGE_STATUSES) coverage.inc({ source, status }, 0);
  }

  const onRead = (message: unknown): void => {
    const { source, verdict } = message as ReadNews;
    reads.inc({ source, verdict });
  };
  const onCoverage = (message: unknown): void => {
    const { source, status, origin, scanned: examined } = message as CoverageNews;
    coverage.inc({ source, status });
    if (examined !== null) scanned.inc({ source, origin }, examined);
  };
  readChannel.subscribe(onRead);
  coverageChannel.subscribe(onCoverage);
  return {
    onAttempt({ source, operation, attempt, code, ms, waitedMs, rows: brought, bytes: size }) {
      calls.inc({ source, operation, outcome: code ?? 'ok' });
      if (attempt > 1) retries.inc({ source });
      durations.observe({ source }, ms / 1_000);
      waits.observe({ source }, waitedMs / 1_000);
      rows.inc({ source }, brought);
      bytes.inc({ source }, size);
    },
    onSkippedRows: (report) => dropped.inc({ source: report.source }, report.dropped),
    close() {
      readChannel.unsubscribe(onRead);
      coverageChannel.unsubscribe(onCoverage);
    },
  };
}
