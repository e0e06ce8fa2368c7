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

// The answers of both vendors. All rows are written once, when this file is loaded; an answer is a part of them.

/** Rows as JSON, one after the other, of which any run can be sent. */
function writeRows(count: number, row: (place: number) => unknown) {
  const texts: string[] = [];
  const starts = [0];
  for (let place = 0; place < count; place += 1) {
    const text = `${JSON.stringify(row(place))},`;
    texts.push(text);
    starts.push(starts[place]! + text.length);
  }
  const all = Buffer.from(texts.join(''), 'latin1');
  // The comma after the last row is left out.
  const slice = (first: number, end: number): Buffer => all.subarray(starts[first], starts[end]! - 1);
  return {
    /** The rows from `first` up to `end`, without `end`, as a JSON list. */
    list: (first: number, end: number): Buffer =>
      first < Math.min(end, count) ? Buffer.concat([OPEN, slice(first, Math.min(end, count)), CLOSE]) : EMPTY,
    one: (place: number): Buffer | null => (place < count ? slice(place, place + 1) : null),
  };
}

const OPEN = Buffer.from('[');
const CLOSE = Buffer.from(']');
const EMPTY = Buffer.from('[]');
const usage = writeRows(USAGE_ROWS, usageRow);
const events = writeRows(EVENTS_ROWS, eventRow);
const SERIES = ['elements', 'times', 'statuses'] as const;
const series = new Map<string, Buffer>();

/** The vendors' answer to a call; null: there is none. */
export function answerCall(target: string): Buffer | null {
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
