import manifest from '../../package.json' with { type: 'json' };
import type { Config } from '../config/config.ts';
import type { TracingConfig } from '../config/tracing.ts';
import type { Metrics } from '../http/metrics/metrics.ts';
import type { RunningServer } from '../http/server.ts';
import type { Tracing } from '../http/tracing/tracing.ts';
import { quit, readMessage } from './process.ts';

/** Loads what counts, which is loaded only if metrics are on. */
export async function createServiceMetrics({ operation }: Config): Promise<Metrics> {
  const { createMetrics } = await import('../http/metrics/metrics.ts');
  return createMetrics(operation.maxUpstreamCalls);
}

/** Opens the port of the metrics, or ends the process with the reason why it can't. null: they have none of their own. */
export async function listenForMetrics(
  { metrics: address }: Config,
  metrics: Metrics,
  onFault: (error: unknown) => void,
): Promise<RunningServer | null> {
  if (address === null || address === 'main') return null;
  const { startMetricsServer } = await import('../http/metrics/server.ts');
  return startMetricsServer(address, metrics, onFault).catch((error: unknown) =>
    quit(1, [`The address of SIGHTLINE_METRICS could not be opened: ${readMessage(error)}`]),
  );
}

/** Begins to trace, with libraries that are loaded only then. */
export async function startServiceTracing(
  settings: TracingConfig,
  onTrouble: (reason: string) => void,
): Promise<Tracing> {
  const { startTracing } = await import('../http/tracing/tracing.ts');
  return startTracing(settings, manifest.version, onTrouble);
}
