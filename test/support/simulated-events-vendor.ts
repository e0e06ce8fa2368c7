import { UpstreamError } from '../../src/base/errors.ts';
import type { UpstreamResponse } from '../../src/upstream/upstream.ts';
import type { SeenCall } from './simulated-vendor.ts';

/** An event in the simulated vendor's log. */
export interface SimulatedEvent {
  readonly id: bigint;
  readonly timestampMs: number;
  readonly category?: string;
  readonly action?: string;
  readonly username?: string | null;
  readonly ipAddress?: string | null;
  readonly description?: string | null;
  /** The vendor sorts the row by its time, but answers it without one. */
  readonly isUndated?: boolean;
}

/** A choice for each behaviour that the vendor's page does not specify. */
export interface EventsBehaviour {
  readonly isFromInclusive: boolean;
  readonly isToInclusive: boolean;
  readonly takesOperators: boolean;
  /** The fields that `sort` accepts. Any other is a 400. */
  readonly sortFields: readonly string[];
  /** The order if the call does not name one. */
  readonly unsorted: (a: SimulatedEvent, b: SimulatedEvent) => number;
}

/** `GET /events` over rows that the test may change between any two calls. */
export function createSimulatedEventsVendor(
  rows: () => readonly SimulatedEvent[],
  behaviour: EventsBehaviour,
  beforeCall: (call: number) => void = () => {},
): (call: SeenCall) => UpstreamResponse | UpstreamError {
  let calls = 0;
  return (call) => {
    beforeCall(calls);
    calls += 1;
    const query = new Map(call.query);
    const from = readBound(query.get('createdFrom') ?? '', behaviour);
    const to = readBound(query.get('createdTo') ?? '', behaviour);
    const sort =
      query
        .get('sort')
        ?.split(',')
        .map((part) => part.split(':') as [string, string?]) ?? [];
    if (from === null || to === null || sort.some(([field]) => !behaviour.sortFields.includes(field))) {
      return new UpstreamError({
        code: 'UPSTREAM_REJECTED',
        source: 'EVENTS',
        operation: '/events',
        status: 400,
        message: 'The vendor rejected the request.',
      });
    }
    const size = Number(query.get('pageSize'));
    const page = Number(query.get('page'));
    const found = rows()
      .filter(({ timestampMs: ms }) => (behaviour.isFromInclusive ? ms >= from : ms > from))
      .filter(({ timestampMs: ms }) => (behaviour.isToInclusive ? ms <= to : ms < to))
      .filter((row) => isLike(query.get('category'), row.category ?? 'authentication'))
      .filter((row) => isLike(query.get('action'), row.action ?? 'user-login-success'))
      .sort(sort.length > 0 ? compareBy(sort) : behaviour.unsorted);
    return { status: 200, headers: {}, body: found.slice((page - 1) * size, page * size).map(encodeRow) };
  };
}

function readBound(text: string, behaviour: EventsBehaviour): number | null {
  const match = /^(gt:|lt:)?(\d{4}-.*Z)$/.exec(text);
  if (!match || (match[1] && !behaviour.takesOperators)) return null;
  return Date.parse(match[2] ?? '');
}

function compareBy(sort: readonly [string, string?][]): (a: SimulatedEvent, b: SimulatedEvent) => number {
  return (a, b) => {
    for (const [field, direction] of sort) {
      const [left, right] = field === 'id' ? [a.id, b.id] : [a.timestampMs, b.timestampMs];
      if (left !== right) return left < right === (direction !== 'desc') ? -1 : 1;
    }
    return 0;
  };
}

/** The vendor's filter grammar: `x`, `in:x,y`, `like:%x_`. */
function isLike(filter: string | undefined, value: string): boolean {
  if (filter === undefined) return true;
  if (filter.startsWith('in:')) return filter.slice(3).split(',').includes(value);
  if (filter.startsWith('like:')) {
    const pattern = filter.slice(5).replaceAll('%', '.*').replaceAll('_', '.');
    return new RegExp(`^${pattern}$`).test(value);
  }
  return filter === value;
}

function encodeRow(row: SimulatedEvent): Record<string, unknown> {
  return {
    id: row.id,
    ...(row.isUndated ? {} : { timestamp: new Date(row.timestampMs).toISOString().replace('.000Z', 'Z') }),
    category: row.category ?? 'authentication',
    action: row.action ?? 'user-login-success',
    ...(row.username === undefined ? {} : { username: row.username }),
    ...(row.ipAddress === undefined ? {} : { ipAddress: row.ipAddress }),
    ...(row.description === undefined ? {} : { description: row.description }),
  };
}
