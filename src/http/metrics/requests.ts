import type { Registry } from 'prom-client';
import { REQUEST_CODES, UPSTREAM_CODES } from '../../base/errors.ts';
import type { RequestLine } from '../handler.ts';
import { GRAPHQL_PATH } from '../pages.ts';
import type { RequestNotes } from '../request-notes.ts';
import { createMeters } from './meters.ts';

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
  const meters = createMeters(registry);
  const durations = meters.histogram(
    'http_server_request_duration_seconds',
    'From the headers of a request to the end of its answer. A stream counts when it ends. 499: the caller left.',
    SECONDS,
    ['http_request_method', 'http_route', 'http_response_status_code'],
  );
  const yoga = meters.histogram(
    'graphql_yoga_http_duration',
    'The same for GraphQL over HTTP alone, in seconds.',
    SECONDS,
    ['method', 'statusCode'],
  );
  const operations = meters.counter('graphql_envelop_request', 'Operations that were executed.', [
    'operationType',
  ]);
  const operationDurations = meters.histogram(
    'graphql_envelop_request_duration',
    'From the headers of a request to the end of its answer, for operations that were executed, in seconds.',
    SECONDS,
    ['operationType'],
  );
  const failed = meters.counter('graphql_envelop_error_result', 'Operations whose answer has errors.', [
    'operationType',
  ]);
  const errors = meters.counter(
    'sightline_errors_total',
    'Answers with an error of this code, also of operations that were refused before they ran.',
    ['code'],
  );
  // A series that begins at 1 has no increase, so the first error of a code would cause no alert.
  for (const code of [...REQUEST_CODES, ...UPSTREAM_CODES, 'INTERNAL_SERVER_ERROR']) errors.inc({ code }, 0);
  const calls = meters.histogram('sightline_operation_vendor_calls', 'Vendor calls of one operation.', CALLS);
  const budget = meters.histogram(
    'sightline_call_budget_used_ratio',
    'The share of the vendor calls that an operation may make which it made.',
    SHARES,
  );
  const points = {
    requested: meters.counter(
      'sightline_cost_requested_points_total',
      'Points that answered operations might have cost, as estimated before their first vendor call.',
    ),
    actual: meters.counter('sightline_cost_used_points_total', 'Points that answered operations did cost.'),
  };
  const exported = meters.counter(
    'sightline_exports_total',
    'Exports that are over. left: the caller left, or the file was cut.',
    ['list', 'format', 'end'],
  );

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
