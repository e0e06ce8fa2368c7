import type { TransportAnswer } from '../../../src/upstream/transport.ts';
import { hashText } from './dice.ts';
import { existedAt } from './log.ts';
import type { EventRow, LogRow } from './log.ts';

// The Events API over a log, as docs/vendors.md and the vendor's page describe it. It shares no code with the sandbox.

/** A choice for each behaviour that the vendor's page does not specify. */
export interface EventsBehaviour {
  readonly fromIsIn: boolean;
  readonly toIsIn: boolean;
  /** Whether times may begin with `gt:` and `lt:`. If not, the answer is a 400. */
  readonly takesOperators: boolean;
  /** The name that `sort` accepts. */
  readonly sorts: 'timestamp' | 'id' | 'none';
  /** The order of a list if the call does not name one. */
  readonly unsorted: 'id' | 'own';
  readonly honoursFields: boolean;
}

/** The vendor's answer at `nowMs`, and the rows in it, in its order. */
export function answerEvents(
  rows: readonly LogRow[],
  behaviour: EventsBehaviour,
  query: URLSearchParams,
  nowMs: number,
): { readonly answer: TransportAnswer; readonly given: readonly EventRow[] } {
  const page = Number(query.get('page'));
  const size = Number(query.get('pageSize'));
  const from = readBound(query.get('createdFrom'), behaviour);
  const to = readBound(query.get('createdTo'), behaviour);
  const sort = readSort(query.get('sort'), behaviour);
  if (!(page >= 1) || !(size >= 1 && size <= 1_000) || from === null || to === null || !sort) {
    return {
      answer: json(400, { error: 'Bad Request', message: 'A parameter is not valid', path: '/events' }),
      given: [],
    };
  }
  const found = rows
    .filter((row): row is EventRow => row.source === 'EVENTS' && existedAt(row, nowMs))
    .filter(({ ms }) => (behaviour.fromIsIn ? ms >= from : ms > from))
    .filter(({ ms }) => (behaviour.toIsIn ? ms <= to : ms < to))
    .filter((row) => passes(query.get('category'), row.category))
    .filter((row) => passes(query.get('action'), row.action))
    .sort(sort);
  const given = found.slice((page - 1) * size, page * size);
  const fields = behaviour.honoursFields ? (query.get('fields')?.split(',') ?? null) : null;
  return {
    answer: json(
      200,
      given.map((row) => encodeRow(row, fields)),
    ),
    given,
  };
}

function readBound(text: string | null, { takesOperators }: EventsBehaviour): number | null {
  const match = /^(?<operator>[gl]t:)?(?<date>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/.exec(text ?? '');
  if (!match?.groups || (match.groups['operator'] !== undefined && !takesOperators)) return null;
  return Date.parse(match.groups['date'] ?? '');
}

type Compare = (a: EventRow, b: EventRow) => number;

function readSort(text: string | null, behaviour: EventsBehaviour): Compare | null {
  if (text === null) {
    return behaviour.unsorted === 'id' ? byId : (a, b) => hashText(a.id) - hashText(b.id) || byId(a, b);
  }
  const keys: Compare[] = [];
  for (const part of text.split(',')) {
    const [name, direction, ...others] = part.split(':');
    const known = behaviour.sorts === 'none' ? [] : behaviour.sorts === 'id' ? ['id'] : ['timestamp', 'id'];
    if (name === undefined || !known.includes(name) || others.length > 0) return null;
    if (direction !== undefined && direction !== 'desc') return null;
    const compare: Compare = name === 'id' ? byId : (a, b) => a.ms - b.ms;
    keys.push(direction === 'desc' ? (a, b) => compare(b, a) : compare);
  }
  return (a, b) => keys.reduce((order, key) => order || key(a, b), 0);
}

function byId(a: EventRow, b: EventRow): number {
  const [left, right] = [BigInt(a.id), BigInt(b.id)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** A filter is `xyz`, `in:x,y` or `like:%x_`. */
function passes(filter: string | null, value: string): boolean {
  if (filter === null) return true;
  if (filter.startsWith('in:')) return filter.slice(3).split(',').includes(value);
  if (!filter.startsWith('like:')) return filter === value;
  const wildcards: Readonly<Record<string, string>> = { '%': '.*', _: '.' };
  const parts = filter.slice(5).split(/([%_])/);
  const pattern = parts.map((part) => wildcards[part] ?? RegExp.escape(part)).join('');
  return new RegExp(`^(?:${pattern})$`, 'u').test(value);
}

function encodeRow(row: EventRow, fields: readonly string[] | null): unknown {
  const { defect } = row;
  if (defect === 'no-object') return null;
  const date = new Date(row.ms).toISOString();
  const all: Readonly<Record<string, unknown>> = {
    ...(defect !== 'no-id' && { id: BigInt(row.id) }),
    ...(defect !== 'no-date' && {
      timestamp: defect === 'bad-date' ? 'yesterday' : row.ms % 1_000 === 0 ? date.replace('.000', '') : date,
    }),
    category: defect === 'wrong-type' ? 7 : row.category,
    action: row.action,
    ...(row.description !== null && { description: row.description }),
    ...(row.username !== null && { username: row.username }),
    ...(row.ip !== null && { ipAddress: row.ip }),
  };
  const entries = Object.entries(all).filter(([name]) => fields?.includes(name) ?? true);
  return Object.fromEntries(entries);
}

function json(status: number, value: unknown): TransportAnswer {
  // Ids are JSON numbers, also above 2^53.
  const text = JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'bigint' ? `#${inner}#` : inner,
  );
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(text.replaceAll(/"#(-?\d+)#"/g, '$1')),
  };
}
