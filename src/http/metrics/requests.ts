import { Counter, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import { REQUEST_CODES, UPSTREAM_CODES } from '../../base/errors.ts';
import type { RequestLine } from '../handler.ts';
import { GRAPHQL_PATH } from '../pages.ts';
import type { RequestNotes } from '../request-notes.ts';

/** In seconds, as OpenTelemetry recommends for `http.server.request.duration`. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const CALLS = [0, 1, 2, 3, 5, 10, 20, 50, 100];
const SHARES = [0.1, 0.25, 0.5, 0.75, 0.9, 1];

/** Callers may send any method that Node's parser knows. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH']);
/** The status that dashboards know for a caller who left. */
const LEFT = 499;

/** What is counted of a request, when it is over. */
export type CountRequest = (line: RequestLine, notes: RequestNotes) => void;

/** The names of OpenTelemetry for HTTP, of Yoga and Envelop for GraphQL, and our own. No label has a value that a caller chose. */
export function createRequestMetrics(registry: Registry, maxUpstreamCalls: number): CountRequest {
  const registers = [registry];
  const durations = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'From the headers of a request to the end of its answer. A stream counts when it ends. 499: the caller left.',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'],
    buckets: SECONDS,
    registers,
  });
  const yoga = new Histogram({
    name: 'graphql_yoga_http_duration',
    help: 'The same for GraphQL over HTTP alone, in seconds.',
    labelNames: ['method', 'statusCode'],
    buckets: SECONDS,
    registers,
  });
  const operations = new Counter({
    name: 'graphql_envelop_request',
    help: 'Operations that were executed.',
    labelNames: ['operationType'],
    registers,
  });
  const operationDurations = new Histogram({
    name: 'graphql_envelop_request_duration',
    help: 'From the headers of a request to the end of its answer, for operations that were executed, in seconds.',
    labelNames: ['operationType'],
    buckets: SECONDS,
    registers,
  });
  const failed = new Counter({
    name: 'graphql_envelop_error_result',
    help: 'Operations whose answer has errors.',
    labelNames: ['operationType'],
    registers,
  });
  const errors = new Counter({
    name: 'sightline_errors_total',
    help: 'Answers with an error of this code, also of operations that were refused before they ran.',
    labelNames: ['code'],
    registers,
  });
  // A series that begins at 1 has no increase, so the first error of a code would cause no alert.
  for (const code of [...REQUEST_CODES, ...UPSTREAM_CODES, 'INTERNAL_SERVER_ERROR']) errors.inc({ code }, 0);
  const calls = new Histogram({
    name: 'sightline_operation_vendor_calls',
    help: 'Vendor calls of one operation.',
    buckets: CALLS,
    registers,
  });
  const budget = new Histogram({
    name: 'sightline_call_budget_used_ratio',
    help: 'The share of the vendor calls that an operation may make which it made.',
    buckets: SHARES,
    registers,
  });
  const points = {
    requested: new Counter({
      name: 'sightline_cost_requested_points_total',
      help: 'Points that answered operations might have cost, as estimated before their first vendor call.',
      registers,
    }),
    actual: new Counter({
      name: 'sightline_cost_used_points_total',
      help: 'Points that answered operations did cost.',
      registers,
    }),
  };
  const exported = new Counter({
    name: 'sightline_exports_total',
    help: 'Exports that are over. left: the caller left, or the file was cut.',
    labelNames: ['list', 'format', 'end'],
    registers,
  });

  return ({ method, path, status, ms, vendorCalls, errors: codes }, notes) => {
    const { operationType, cost, export: file } = notes;
    const seconds = ms / 1_000;
    const name = METHODS.has(method) ? method : '_OTHER';
    const code = status ?? LEFT;
    durations.observe(
      { http_request_method: name, http_route: path, http_response_status_code: code },
      seconds,
    );
    for (const error of codes) errors.inc({ code: error });
    if (path === GRAPHQL_PATH) yoga.observe({ method: name, statusCode: code }, seconds);
    if (operationType !== null) {
      operations.inc({ operationType });
      // A stream lasts as long as its caller likes.
      if (operationType !== 'subscription') operationDurations.observe({ operationType }, seconds);
      if (codes.length > 0) failed.inc({ operationType });
      calls.observe(vendorCalls);
      budget.observe(vendorCalls / maxUpstreamCalls);
    }
    if (cost) {
      points.requested.inc(cost.requested);
      points.actual.inc(cost.actual);
    }
    if (file) {
      const { list, format, state } = file;
      exported.inc({ list, format, end: state === 'ended' ? 'ended' : 'left' });
    }
  };
}
