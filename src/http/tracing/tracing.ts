import { setTimeout as elapse } from 'node:timers/promises';
import { diag, DiagLogLevel, trace } from '@opentelemetry/api';
import {
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ConsoleSpanExporter,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Sampler, SpanExporter } from '@opentelemetry/sdk-trace';
import type { SamplerSettings, TracingSettings } from './settings.ts';
import { followChannels } from './spans.ts';
import { createContexts, createRequestTracer } from './tracer.ts';
import type { RequestTracer } from './tracer.ts';
import { followUndici } from './undici.ts';

/** The traces of this process. */
export interface Tracing {
  readonly tracer: RequestTracer;
  /** The trace of what runs now; undefined: none. */
  readonly currentTraceId: () => string | undefined;
  /** Sends what is not sent yet, for at most `graceMs`, and ends the tracing. Never rejects. */
  close(graceMs?: number): Promise<void>;
}

/** Spans that a collector does not take within this time are lost when the service stops. */
const GRACE_MS = 1_000;
/** Collectors may answer a failure with a whole page. */
const MAX_REASON_LETTERS = 300;

/**
 * Begins to trace. Only one may run in a process, because channels are of the process.
 * @param version of this service
 * @param onTrouble gets the reason why spans could not be sent
 */
export async function startTracing(
  settings: TracingSettings,
  version: string,
  onTrouble: (reason: string) => void = () => {},
): Promise<Tracing> {
  const tell = (message: string): void => onTrouble(message.slice(0, MAX_REASON_LETTERS));
  const silent = (): void => {};
  const logger = { error: tell, warn: tell, info: silent, debug: silent, verbose: silent };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  const { batch, sampler, takesTraceparent, passesToVendors } = settings;
  const exporter = await openExporter(settings.exporter);
  const named = resourceFromAttributes({ 'service.name': 'sightline', 'service.version': version });
  // Not the detectors of the process and the host, which tell command lines and names of machines.
  const given = detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] });
  const provider = new TracerProvider({
    resource: named.merge(given),
    sampler: createSampler(sampler),
    spanProcessors: [new BatchSpanProcessor({ exporter, ...batch })],
  });
  const tracer = provider.getTracer('sightline', version);
  const contexts = createContexts();
  const stops = [followChannels(tracer, contexts), followUndici(contexts, passesToVendors)];
  return {
    tracer: createRequestTracer(tracer, contexts, takesTraceparent),
    currentTraceId() {
      const context = contexts.getStore();
      return context && trace.getSpanContext(context)?.traceId;
    },
    async close(graceMs = GRACE_MS) {
      for (const stop of stops) stop();
      const ending = new AbortController();
      const late = elapse(graceMs, 'The collector did not answer in time.', { signal: ending.signal });
      const sent = provider.shutdown().then(
        () => null,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      const reason = await Promise.race([sent, late]);
      ending.abort();
      late.catch(silent);
      if (reason !== null) tell(reason);
      diag.disable();
    },
  };
}

/** The exporters of OTLP read their own variables: address, headers, timeout, compression, certificates. */
async function openExporter(kind: TracingSettings['exporter']): Promise<SpanExporter> {
  if (kind === 'console') return new ConsoleSpanExporter();
  const { OTLPTraceExporter } =
    kind === 'otlp-json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter();
}

function createSampler({ root, ratio, isParentBased }: SamplerSettings): Sampler {
  const own =
    root === 'traceidratio'
      ? new TraceIdRatioBasedSampler(ratio)
      : root === 'always_on'
        ? new AlwaysOnSampler()
        : new AlwaysOffSampler();
  return isParentBased ? new ParentBasedSampler({ root: own }) : own;
}
