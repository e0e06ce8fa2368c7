import type { App } from '../../src/app.ts';
import type { CoverageAnswer } from '../../src/http/export/coverage.ts';
import type { Timing } from '../../src/http/export/pace.ts';
import type { ReceiptOf } from '../../src/http/export/receipt-of.ts';
import type { Receipt } from '../../src/http/export/receipts.ts';
import { askApp } from './running-app.ts';
import type { Asked } from './running-app.ts';

/** An export with its rows, as a client reads it. */
export interface Exported {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The rows of an NDJSON export. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** null: the file is cut, or it is no NDJSON. */
  readonly receipt: Receipt | null;
}

/** The parameters of an export. Objects become JSON. */
export type Parameters = Readonly<Record<string, string | object | undefined>>;

/** Settings for a service whose exports never wait for their pace. */
export const UNPACED = { SIGHTLINE_EXPORT_CALLS_PER_MINUTE: '1000000' };

/** What a receipt may be of. */
export const SOME_LIST: ReceiptOf = {
  list: 'events',
  format: 'ndjson',
  range: { from: '2026-03-01T00:00:00.000Z', to: '2026-03-05T00:00:00.000Z' },
  filter: {},
  fields: ['id'],
  order: 'newest first',
  masked: false,
  after: null,
};

/** A time that passes when something waits for it. */
export function createFakeTiming(): Timing & { readonly waits: number[] } {
  const waits: number[] = [];
  let nowMs = 0;
  return {
    waits,
    now: () => nowMs,
    async wait(ms, signal) {
      signal.throwIfAborted();
      waits.push(ms);
      nowMs += ms;
    },
  };
}

export function addressOf(path: string, parameters: Parameters = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) query.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  return `http://127.0.0.1/export/${path}?${query.toString()}`;
}

export async function readExport(
  app: Pick<App, 'fetch'>,
  path: string,
  parameters: Parameters = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Exported> {
  const response = await app.fetch(addressOf(path, parameters), { headers });
  // `text()` would take the byte order mark away.
  const text = Buffer.from(await response.arrayBuffer()).toString('utf8');
  return { status: response.status, headers: response.headers, text, ...splitLines(text) };
}

/** The rows of an NDJSON file that may be cut anywhere, and its receipt. */
export function splitLines(text: string): Pick<Exported, 'rows' | 'receipt'> {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const parsed = whole.startsWith('{') ? whole.trimEnd().split('\n').map(parseLine) : [];
  const last = parsed.at(-1);
  const receipt = (last?.['export'] as Receipt | undefined) ?? null;
  return { rows: receipt ? parsed.slice(0, -1) : parsed, receipt };
}

function parseLine(line: string): Readonly<Record<string, unknown>> {
  return JSON.parse(line) as Readonly<Record<string, unknown>>;
}

/** The list of the graph that an export is of. */
export interface ListOf {
  readonly field: string;
  readonly filterType: string;
  /** The fields of a row. */
  readonly selection: string;
}

export const LISTS: Readonly<Record<'usage' | 'events' | 'timeline', ListOf>> = {
  usage: {
    field: 'usageRecords',
    filterType: 'UsageRecordFilter',
    selection:
      'id timestamp source ipAddress masked recordId requestStatus userName requestURI processTime elementTags',
  },
  events: {
    field: 'events',
    filterType: 'EventFilter',
    selection: 'id timestamp source ipAddress masked eventId category action description username',
  },
  timeline: {
    field: 'timeline',
    filterType: 'TimelineFilter',
    selection:
      'id timestamp source ipAddress masked ... on UsageRecord { recordId requestURI } ... on Event { eventId username }',
  },
};

/** All rows of a list, page by page, and the codes of its errors. */
export async function readList(
  app: App,
  { field, filterType, selection }: ListOf,
  range: object | null,
  filter: object | null,
  headers: Readonly<Record<string, string>> = {},
): Promise<{
  readonly rows: readonly unknown[];
  readonly coverage: readonly CoverageAnswer[];
  readonly codes: readonly unknown[];
}> {
  const query = `query ($range: DateTimeRange, $filter: ${filterType}, $after: String) {
    list: ${field}(range: $range, filter: $filter, after: $after) {
      nodes { ${selection} } pageInfo { hasNextPage endCursor }
      coverage { source operation status from to asOf origin scanned matched dropped code reason } } }`;
  const rows: unknown[] = [];
  const coverage: CoverageAnswer[] = [];
  for (let after: string | null = null; ;) {
    const asked: Partial<Asked<{ readonly list: ListPage | null }>> = await askApp<{
      readonly list: ListPage | null;
    }>(app, query, { range, filter, after }, headers);
    const { data, errors } = asked;
    if (!data?.list)
      return { rows, coverage, codes: errors?.map(({ extensions }) => extensions['code']) ?? [] };
    rows.push(...data.list.nodes);
    coverage.push(...data.list.coverage);
    if (!data.list.pageInfo.hasNextPage) return { rows, coverage, codes: [] };
    after = data.list.pageInfo.endCursor;
  }
}

interface ListPage {
  readonly nodes: readonly unknown[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly coverage: readonly CoverageAnswer[];
}

/** The names in a selection, as `fields` takes them. */
export function namesOf({ selection }: ListOf): string {
  return [...selection.matchAll(/\b(?!on\b)[a-z]\w*/g)].map(([name]) => name).join(',');
}
