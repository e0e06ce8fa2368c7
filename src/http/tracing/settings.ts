/** Whether there are traces of which operations, and where they go. */
export interface TracingSettings {
  /** `console`: to the standard output. */
  readonly exporter: 'otlp-protobuf' | 'otlp-json' | 'console';
  readonly sampler: SamplerSettings;
  /** Spans wait for each other, and are dropped if too many wait. */
  readonly batch: {
    readonly maxQueueSize: number;
    readonly maxExportBatchSize: number;
    readonly scheduledDelayMillis: number;
    readonly exportTimeoutMillis: number;
  };
  /** Whether an operation belongs to the trace that its caller names. */
  readonly takesTraceparent: boolean;
  /** Whether vendors learn the trace of their calls. */
  readonly passesToVendors: boolean;
}

export interface SamplerSettings {
  readonly root: 'always_on' | 'always_off' | 'traceidratio';
  /** The share of traces that `traceidratio` takes, from 0 to 1. */
  readonly ratio: number;
  /** Whether the caller's trace decides, if there is one. */
  readonly isParentBased: boolean;
}
