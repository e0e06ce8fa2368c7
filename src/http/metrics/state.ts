import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import { SOURCES } from '../../base/source.ts';
import type { Source } from '../../base/source.ts';
import type { UpstreamState } from '../../upstream/upstream.ts';

/** What the service can say of itself when it is asked. */
export interface ServiceState {
  readonly version: string;
  readonly maxUpstreamCalls: number;
  readonly isReady: () => boolean;
  /** The limits on the calls to each vendor. */
  readonly upstream: (source: Source) => UpstreamState;
  /** Whether a vendor answers; null: unknown. */
  readonly isHealthy: (source: Source) => boolean | null;
  /** How far the newest archived span of a source lies back, in milliseconds; null: there is none. */
  readonly archiveLagMs: ((source: Source) => number | null) | null;
  readonly openStreams: () => number;
  readonly runningExports: () => number;
}

/** Gauges that are read at each scrape, so that nothing is spent in between. */
export function watchState(registry: Registry, state: ServiceState): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number): void => {
    const made: Gauge = new Gauge({ name, help, registers: [], collect: () => made.set(read()) });
    registry.registerMetric(made);
  };
  const gaugeEach = (name: string, help: string, read: (source: Source) => number | null): void => {
    const made = new Gauge({
      name,
      help,
      labelNames: ['source'],
      registers: [],
      collect() {
        made.reset();
        for (const source of SOURCES) {
          const value = read(source);
          if (value !== null) made.set({ source }, value);
        }
      },
    });
    registry.registerMetric(made);
  };
  const { upstream, isHealthy, archiveLagMs } = state;

  new Gauge({
    name: 'sightline_build_info',
    help: '1, with the version of the service.',
    labelNames: ['version'],
    registers,
  }).set({ version: state.version }, 1);
  gauge('sightline_ready', '1 if this process should be sent requests.', () => Number(state.isReady()));
  gauge('sightline_call_budget', 'Vendor calls that one operation may make.', () => state.maxUpstreamCalls);
  gauge('sightline_streams_open', 'Streams of new entries that are open.', state.openStreams);
  gauge('sightline_exports_running', 'Exports that are under way.', state.runningExports);
  gaugeEach(
    'sightline_vendor_healthy',
    '1 if the vendor answers, 0 if it fails; missing: unknown.',
    (source) => {
      const healthy = isHealthy(source);
      return healthy === null ? null : Number(healthy);
    },
  );
  gaugeEach(
    'sightline_vendor_breakers_open',
    'Breakers that are open: one for each tenant, and one that binds all.',
    (source) => upstream(source).openBreakers,
  );
  gaugeEach(
    'sightline_vendor_pause_seconds',
    'How long the longest pause still lasts that the vendor asked for; 0: there is none.',
    (source) => upstream(source).pausedMs / 1_000,
  );
  gaugeEach('sightline_vendor_running', 'Attempts that run.', (source) => upstream(source).running);
  gaugeEach(
    'sightline_vendor_queued',
    'Calls that wait for their turn.',
    (source) => upstream(source).waiting,
  );
  gaugeEach(
    'sightline_vendor_concurrency_limit',
    'Attempts that may run at the same time.',
    (source) => upstream(source).maxConcurrency,
  );
  gaugeEach(
    'sightline_archive_lag_seconds',
    'How far the newest archived span lies back; missing: there is no archive, or it is empty.',
    (source) => {
      const lagMs = archiveLagMs?.(source) ?? null;
      return lagMs === null ? null : lagMs / 1_000;
    },
  );
}
