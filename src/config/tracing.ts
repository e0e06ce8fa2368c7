import type { SamplerSettings, TracingSettings } from '../http/tracing/settings.ts';
import type { SetValues } from './settings.ts';

export type TracingConfig = TracingSettings;

const SAMPLERS = ['always_on', 'always_off', 'traceidratio'] as const;
const PARENT_BASED = 'parentbased_';

/**
 * Reads the standard variables of OpenTelemetry (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/) that
 * decide about traces. The exporter itself reads where to send them, with which headers.
 */
export function readTracing(set: SetValues): {
  readonly tracing: TracingSettings | null;
  readonly faults: readonly string[];
} {
  const hasEndpoint = 'OTEL_EXPORTER_OTLP_ENDPOINT' in set || 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT' in set;
  const exporter = set['OTEL_TRACES_EXPORTER'] ?? (hasEndpoint ? 'otlp' : 'none');
  if (exporter === 'none' || set['OTEL_SDK_DISABLED']?.toLowerCase() === 'true')
    return { tracing: null, faults: [] };
  const faults: string[] = [];
  const protocol =
    set['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] ?? set['OTEL_EXPORTER_OTLP_PROTOCOL'] ?? 'http/protobuf';
  if (exporter !== 'otlp' && exporter !== 'console')
    faults.push('OTEL_TRACES_EXPORTER must be otlp, console or none.');
  if (protocol !== 'http/protobuf' && protocol !== 'http/json')
    faults.push(
      'OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf or http/json. Collectors take both at port 4318.',
    );
  const readCount = (name: string, fallback: number): number => {
    const text = set[name] ?? String(fallback);
    if (!/^\d{1,9}$/.test(text) || Number(text) === 0) faults.push(`${name} must be a whole number above 0.`);
    return Number(text);
  };
  const maxQueueSize = readCount('OTEL_BSP_MAX_QUEUE_SIZE', 2_048);
  const batch = {
    maxQueueSize,
    maxExportBatchSize: Math.min(readCount('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 512), maxQueueSize),
    scheduledDelayMillis: readCount('OTEL_BSP_SCHEDULE_DELAY', 5_000),
    exportTimeoutMillis: readCount('OTEL_BSP_EXPORT_TIMEOUT', 30_000),
  };
  const sampler = readSampler(set, faults);
  const propagators = set['OTEL_PROPAGATORS']?.split(',').map((name) => name.trim()) ?? ['tracecontext'];
  return {
    tracing: {
      exporter: exporter === 'console' ? 'console' : protocol === 'http/json' ? 'otlp-json' : 'otlp-protobuf',
      sampler,
      batch,
      takesTraceparent: propagators.includes('tracecontext'),
      passesToVendors: set['SIGHTLINE_TRACE_VENDORS'] === 'true',
    },
    faults,
  };
}

function readSampler(set: SetValues, faults: string[]): SamplerSettings {
  const name = set['OTEL_TRACES_SAMPLER'] ?? 'parentbased_always_on';
  const isParentBased = name.startsWith(PARENT_BASED);
  const own = isParentBased ? name.slice(PARENT_BASED.length) : name;
  const root = SAMPLERS.find((each) => each === own);
  if (!root)
    faults.push(
      `OTEL_TRACES_SAMPLER must be ${SAMPLERS.join(', ')}, or one of these behind ${PARENT_BASED}.`,
    );
  const ratio = Number(set['OTEL_TRACES_SAMPLER_ARG'] ?? '1');
  if (!(ratio >= 0 && ratio <= 1)) faults.push('OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1.');
  return { root: root ?? 'always_on', ratio, isParentBased };
}
