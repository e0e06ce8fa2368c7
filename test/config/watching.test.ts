import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config/load.ts';

function read(env: Readonly<Record<string, string>>) {
  const parsed = readConfig(env);
  return parsed.kind === 'config' ? parsed.config : parsed.faults;
}

describe('SIGHTLINE_METRICS', () => {
  test.each([
    [undefined, null],
    ['off', null],
    ['on', 'main'],
    ['127.0.0.1:9464', { host: '127.0.0.1', port: 9_464 }],
    ['[::1]:9464', { host: '::1', port: 9_464 }],
    ['metrics.internal:0', { host: 'metrics.internal', port: 0 }],
  ])('%s is read as %j', (value, metrics) => {
    expect(read(value === undefined ? {} : { SIGHTLINE_METRICS: value })).toMatchObject({ metrics });
  });

  test.each(['true', '9464', ':9464', '127.0.0.1:65536', '::1:9464', 'http://127.0.0.1:9464'])(
    '%s is refused with the way out',
    (value) => {
      expect(read({ SIGHTLINE_METRICS: value })).toEqual([
        expect.stringMatching(/^SIGHTLINE_METRICS must be off, on or an address/),
      ]);
    },
  );

  test('processes that share a port need an address of their own for metrics', () => {
    expect(read({ SIGHTLINE_METRICS: 'on', SIGHTLINE_SHARE_PORT: 'true' })).toEqual([
      expect.stringContaining('SIGHTLINE_SHARE_PORT'),
    ]);
  });

  test('metrics on the port of the service are asked for by on', () => {
    expect(read({ SIGHTLINE_METRICS: '127.0.0.1:4000' })).toEqual([expect.stringContaining('on answers')]);
  });
});

describe('the variables of OpenTelemetry', () => {
  const readTracing = (env: Readonly<Record<string, string>>) => {
    const config = read(env);
    return 'tracing' in config ? config.tracing : config;
  };
  const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };

  test.each([
    {},
    { OTEL_SERVICE_NAME: 'x' },
    { ...ENDPOINT, OTEL_SDK_DISABLED: 'true' },
    { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' },
  ])('without an exporter there are no traces: %j', (env) => {
    expect(readTracing(env)).toBeNull();
  });

  test.each([
    [ENDPOINT, 'otlp-protobuf'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }, 'otlp-protobuf'],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, 'otlp-protobuf'],
    [{ ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, 'otlp-json'],
    [{ OTEL_TRACES_EXPORTER: 'console' }, 'console'],
  ])('the exporter is chosen by them: %j', (env, exporter) => {
    expect(readTracing(env)).toMatchObject({ exporter, takesTraceparent: true, passesToVendors: false });
  });

  test.each([
    [{}, { root: 'always_on', ratio: 1, isParentBased: true }],
    [
      { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' },
      { root: 'traceidratio', ratio: 0.25, isParentBased: false },
    ],
    [
      { OTEL_TRACES_SAMPLER: 'parentbased_always_off' },
      { root: 'always_off', ratio: 1, isParentBased: true },
    ],
  ])('the sampler is chosen by them: %j', (env, sampler) => {
    expect(readTracing({ ...ENDPOINT, ...env })).toMatchObject({ sampler });
  });

  test.each([
    ['OTEL_TRACES_EXPORTER', 'zipkin'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_TRACES_SAMPLER', 'jaeger_remote'],
    ['OTEL_TRACES_SAMPLER_ARG', '2'],
    ['OTEL_BSP_MAX_QUEUE_SIZE', '0'],
    ['OTEL_BSP_SCHEDULE_DELAY', 'soon'],
  ])('what this service cannot do is refused by its name: %s=%s', (name, value) => {
    expect(readTracing({ ...ENDPOINT, [name]: value })).toEqual([expect.stringMatching(`^${name} must be `)]);
  });

  test('callers and vendors are apart: who may name a trace, and who learns of it', () => {
    expect(
      readTracing({ ...ENDPOINT, OTEL_PROPAGATORS: 'baggage', SIGHTLINE_TRACE_VENDORS: 'true' }),
    ).toMatchObject({
      takesTraceparent: false,
      passesToVendors: true,
    });
  });
});
