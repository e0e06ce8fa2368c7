import type { UpstreamError } from '../../src/base/errors.ts';
import type { UpstreamResponse } from '../../src/upstream/upstream.ts';
import type { SeenCall } from './simulated-vendor.ts';

/** A record in the simulated vendor's log. */
export interface SimulatedUsageRow {
  readonly id: string;
  readonly timestampMs: number;
  readonly ip?: string | null;
  readonly status?: string;
  readonly userId?: string | null;
  /** Further fields, as the vendor answers them. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** The vendor sorts the row by its time, but answers it without one. */
  readonly isUndated?: boolean;
}

/** A choice for each behaviour that the vendor's page does not specify. */
export interface UsageBehaviour {
  readonly offsetUnit: 'records' | 'pages';
  /** The most rows of an answer, whatever the call asks for. */
  readonly clamp: number;
  readonly isFromInclusive: boolean;
  readonly isToInclusive: boolean;
  readonly dialect: 'camel' | 'snake';
  /** The order of rows of one millisecond. It may differ from call to call. */
  readonly tie: (call: number) => (a: SimulatedUsageRow, b: SimulatedUsageRow) => number;
}

/** `GET /usage` and `GET /usage/{id}` over rows that the test may change between any two calls. */
export function createSimulatedUsageVendor(
  rows: () => readonly SimulatedUsageRow[],
  behaviour: UsageBehaviour,
  beforeCall: (call: number) => void = () => {},
): (call: SeenCall) => UpstreamResponse | UpstreamError {
  let calls = 0;
  return (call) => {
    beforeCall(calls);
    calls += 1;
    if (call.operation === '/usage/{id}') {
      const id = call.path.slice('/usage/'.length);
      const row = rows().find((candidate) => candidate.id === id);
      return row ? { status: 200, headers: {}, body: encodeRow(row, behaviour.dialect) } : { status: 404 };
    }
    const query = new Map(call.query);
    const from = Date.parse(query.get('from') ?? '');
    const to = Date.parse(query.get('to') ?? '');
    const size = Math.min(Number(query.get('pageSize')), behaviour.clamp);
    const offset = Number(query.get('pageOffset'));
    const tie = behaviour.tie(calls);
    const found = rows()
      .filter(({ timestampMs: ms }) => (behaviour.isFromInclusive ? ms >= from : ms > from))
      .filter(({ timestampMs: ms }) => (behaviour.isToInclusive ? ms <= to : ms < to))
      .sort((a, b) => b.timestampMs - a.timestampMs || tie(a, b));
    const start = behaviour.offsetUnit === 'records' ? offset : offset * size;
    const page = found.slice(start, start + size);
    return { status: 200, headers: {}, body: page.map((row) => encodeRow(row, behaviour.dialect)) };
  };
}

function encodeRow(row: SimulatedUsageRow, dialect: 'camel' | 'snake'): Record<string, unknown> {
  const date = row.isUndated ? '' : new Date(row.timestampMs).toISOString();
  return dialect === 'camel'
    ? {
        id: row.id,
        usageDate: date.replace('Z', '+00:00'),
        requestStatus: row.status ?? 'SUCCESS',
        requestIP: row.ip,
        userId: row.userId,
        ...row.fields,
      }
    : {
        traffic_id: row.id,
        traffic_date: date,
        request_status: row.status ?? 'SUCCESS',
        request_ip: row.ip,
        user_id: row.userId,
        ...row.fields,
      };
}
