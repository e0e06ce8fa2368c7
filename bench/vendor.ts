import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as elapse } from 'node:timers/promises';
import {
  DAY_MS,
  eventRow,
  eventRowsFrom,
  EVENTS_ROWS,
  listSeriesRows,
  placeOf,
  USAGE_ROWS,
  usageRow,
  usageRowsAfter,
} from './data.ts';

// Both vendors in one process, on loopback. All rows are written once, at the start; an answer is a part of them, so that the vendor
// costs little beside the servers that call it. `/bench/calls` gives the number of calls and begins to count anew;
// `/bench/delay/20` delays all further answers by 20 ms.

/** Rows as JSON, one after the other, of which any run can be sent. */
class WrittenRows {
  readonly #text: Buffer;
  readonly #starts: number[] = [];

  constructor(count: number, row: (place: number) => unknown) {
    const texts: string[] = [];
    let length = 0;
    for (let place = 0; place < count; place += 1) {
      const text = `${JSON.stringify(row(place))},`;
      this.#starts.push(length);
      length += text.length;
      texts.push(text);
    }
    this.#starts.push(length);
    this.#text = Buffer.from(texts.join(''), 'latin1');
  }

  /** The rows from `first` up to `end`, without `end`, as a JSON list. */
  list(first: number, end: number): Buffer {
    const last = Math.min(end, this.#starts.length - 1);
    if (first >= last) return EMPTY;
    return Buffer.concat([OPEN, this.#text.subarray(this.#starts[first], this.#starts[last]! - 1), CLOSE]);
  }

  one(place: number): Buffer | null {
    const end = this.#starts[place + 1];
    return end === undefined ? null : this.#text.subarray(this.#starts[place], end - 1);
  }
}

const OPEN = Buffer.from('[');
const CLOSE = Buffer.from(']');
const EMPTY = Buffer.from('[]');
const usage = new WrittenRows(USAGE_ROWS, usageRow);
const events = new WrittenRows(EVENTS_ROWS, eventRow);
const SERIES = ['elements', 'times', 'statuses'] as const;
const series = new Map<string, Buffer>();
let calls = 0;
let delayMs = 0;

function answer(target: string): Buffer | null {
  const [path = '', query = ''] = target.split('?');
  if (path.startsWith('/usage/analytics/')) {
    const known = series.get(target) ?? writeSeries(path, new URLSearchParams(query));
    series.set(target, known);
    return known;
  }
  if (path.startsWith('/usage/')) return usage.one(placeOf(path.slice('/usage/'.length)));
  const parameters = new URLSearchParams(query);
  const size = Number(parameters.get('pageSize'));
  if (path === '/usage') {
    const first = usageRowsAfter(timeOf(parameters, 'to')) + Number(parameters.get('pageOffset'));
    return usage.list(first, Math.min(first + size, usageRowsAfter(timeOf(parameters, 'from') - 1)));
  }
  if (path === '/events') {
    const newest = eventRowsFrom(timeOf(parameters, 'createdTo'));
    const first = newest + (Number(parameters.get('page')) - 1) * size;
    return events.list(first, Math.min(first + size, eventRowsFrom(timeOf(parameters, 'createdFrom') + 1)));
  }
  return null;
}

function timeOf(parameters: URLSearchParams, name: string): number {
  return Date.parse((parameters.get(name) ?? '').replace(/^[gl]t:/, ''));
}

function writeSeries(path: string, parameters: URLSearchParams): Buffer {
  const stepMs = { hour: 3_600_000, minute: 60_000 }[parameters.get('interval') ?? ''] ?? DAY_MS;
  const name = SERIES.find((one) => path.endsWith(`/${one}`)) ?? 'activity';
  const rows = listSeriesRows(name, timeOf(parameters, 'from'), timeOf(parameters, 'to'), stepMs);
  return Buffer.from(JSON.stringify(rows));
}

function control(target: string): Buffer {
  if (target.startsWith('/bench/delay/')) delayMs = Number(target.slice('/bench/delay/'.length));
  const counted = calls;
  calls = 0;
  return Buffer.from(String(counted));
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const target = request.url ?? '/';
  const isControl = target.startsWith('/bench/');
  const body = isControl ? control(target) : answer(target);
  if (!isControl) {
    calls += 1;
    if (delayMs > 0) await elapse(delayMs);
  }
  const sent = body ?? Buffer.from('{"message":"not found"}');
  response.writeHead(body ? 200 : 404, { 'content-type': 'application/json', 'content-length': sent.length });
  response.end(sent);
}

const server = createServer((request, response) => void handle(request, response));
server.keepAliveTimeout = 60_000;
server.listen(Number(process.env['PORT']), '127.0.0.1');
