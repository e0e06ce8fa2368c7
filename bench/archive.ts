import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openClickHouseStore } from '../src/archive/clickhouse/store.ts';
import { openDuckDbStore } from '../src/archive/duckdb/store.ts';
import type { ArchiveStore } from '../src/archive/store.ts';
import type { WantedFigures } from '../src/sources/paging/archived-rows.ts';
import type { UsageRecord } from '../src/sources/usage/record.ts';
import { startClickHouse } from '../test/support/clickhouse-server.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    engine: { type: 'string', default: 'duckdb' },
    /** With ClickHouse: how many of the rows the adapter writes. The others are copies of these that a statement makes. */
    written: { type: 'string' },
  },
});
const ROWS = Number(values.rows);
const WRITTEN = Number(values.written ?? values.rows);
const DAY_MS = 86_400_000;
const END_MS = Date.parse('2026-11-01T00:00:00Z');
const SPAN_MS = 30 * DAY_MS;
const GROUP = 5_000;
const COPIES_AT_ONCE = 10;
const ELEMENTS = Array.from({ length: 40 }, (_, at) => `element-${at}`);

/** Row `at` of those that are written, newest first. They are spread over a month. */
function makeRow(at: number): UsageRecord {
  const timestampMs = END_MS - 1 - Math.floor((at * SPAN_MS) / WRITTEN);
  const spread = Math.imul(at + 1, 2_654_435_761) >>> 0;
  const elementKey = ELEMENTS[spread % ELEMENTS.length]!;
  return {
    source: 'USAGE',
    id: (0x6_0000_0000 - at).toString(16).padStart(12, '0') + spread.toString(16).padStart(12, '0'),
    timestampMs,
    requestStatus: spread % 20 === 0 ? 'FAILED' : 'SUCCESS',
    requestStatusText: spread % 20 === 0 ? 'FAILED' : 'SUCCESS',
    elementKey,
    elementName: elementKey,
    elementApi: `api-${spread % 7}`,
    elementTags: ['production'],
    instanceName: `instance ${spread % 90}`,
    accountId: String(spread % 12),
    companyId: '1',
    userId: String(spread % 300),
    processTime: 20 + (spread % 1_500),
    requestURI: `/elements/api-v2/${elementKey}/objects/${spread % 5_000}`,
    requestIP: `10.${spread % 4}.${(spread >>> 4) % 256}.${(spread >>> 12) % 256}`,
    ipAddress: `10.${spread % 4}.${(spread >>> 4) % 256}.${(spread >>> 12) % 256}`,
    instanceTags: [],
    requestId: null,
    requestMethod: spread % 3 === 0 ? 'POST' : 'GET',
    responseStatus: spread % 20 === 0 ? 500 : 200,
    instanceId: String(spread % 90),
    vendorProcessTime: 10 + (spread % 1_500),
    platformProcessTime: 10,
    userName: null,
    accountName: null,
    companyName: null,
    provisionName: null,
    vendorResource: null,
    elementResource: null,
  };
}

/** In milliseconds. */
interface Timed {
  readonly p50: number;
  readonly p99: number;
  /** The processor time of this process, on average: it holds an embedded database, but not a server. */
  readonly processorMs: number;
}

const RUNS = 25;

async function time(ask: () => Promise<unknown>): Promise<Timed> {
  const times: number[] = [];
  const before = process.cpuUsage();
  for (let run = 0; run < RUNS; run += 1) {
    const began = performance.now();
    await ask();
    times.push(performance.now() - began);
  }
  const { user, system } = process.cpuUsage(before);
  const processorMs = (user + system) / 1_000 / RUNS;
  times.sort((a, b) => a - b);
  return { p50: times[Math.floor(RUNS / 2)]!, p99: times.at(-1)!, processorMs };
}

const COUNTS: WantedFigures = new Set();
const STATUSES: WantedFigures = new Set(['STATUSES']);
const ALL: WantedFigures = new Set(['STATUSES', 'PROCESS_TIME']);
const range = { fromMs: END_MS - SPAN_MS, toMs: END_MS };

function listQuestions({ usage }: ArchiveStore): Readonly<Record<string, () => Promise<unknown>>> {
  const question = { range, direction: 'DESC', after: null, limit: 51, knownAtMs: null, filter: {} } as const;
  const middle = makeRow(Math.floor(WRITTEN / 2));
  const grouping = {
    ranges: [range],
    filter: {},
    knownAtMs: null,
    extra: [],
    top: 20,
    by: ['ELEMENT'],
    edges: null,
    wanted: COUNTS,
  };
  const days = Array.from({ length: 31 }, (_, day) => range.fromMs + day * DAY_MS);
  const newest = Array.from({ length: 200 }, (_, at) => makeRow(at));
  const read = {
    fromMs: END_MS - 1_000,
    toMs: END_MS,
    firstReadMs: END_MS + 1,
    lastReadMs: END_MS + 1,
    dropped: 0,
  };
  return {
    'newest page': () => usage.list(question),
    'deep page': () => usage.list({ ...question, after: middle }),
    'page of one element': () => usage.list({ ...question, filter: { elementKeys: ['element-3'] } }),
    'page of one address': () => usage.list({ ...question, filter: { ipAddress: middle.ipAddress! } }),
    'page of a block': () => usage.list({ ...question, filter: { ipAddress: '10.1.7.0/24' } }),
    'page of slow failures': () =>
      usage.list({ ...question, filter: { status: 'FAILED', processTime: { gte: 1_515 } } }),
    'record by its id': () => usage.find([middle.id]),
    'count of all': () => usage.count(range, {}, null),
    'count of failures': () => usage.count(range, { status: 'FAILED' }, null),
    'count of a block': () => usage.count(range, { ipAddress: '10.1.7.0/24' }, null),
    'groups by element': () => usage.group(grouping),
    'groups by element, percentiles': () => usage.group({ ...grouping, wanted: ALL }),
    'groups by status and day': () =>
      usage.group({ ...grouping, by: ['STATUS'], edges: days, wanted: STATUSES }),
    'groups by element and day': () => usage.group({ ...grouping, edges: days, wanted: STATUSES }),
    'groups by element and day, percentiles': () => usage.group({ ...grouping, edges: days, wanted: ALL }),
    'groups of failures by element and account': () =>
      usage.group({ ...grouping, filter: { status: 'FAILED' }, by: ['ELEMENT', 'ACCOUNT'] }),
    'groups by user': () => usage.group({ ...grouping, by: ['USER'] }),
    'groups by user, percentiles': () => usage.group({ ...grouping, by: ['USER'], wanted: ALL }),
    '200 rows read again': () => usage.commit(newest, read),
  };
}

const megabytes = (): number => Math.round(process.memoryUsage().rss / 1e6);

async function fill({ usage }: ArchiveStore): Promise<void> {
  for (let at = 0; at < WRITTEN; at += GROUP) {
    const rows = Array.from({ length: Math.min(GROUP, WRITTEN - at) }, (_, place) => makeRow(at + place));
    const fromMs = rows.at(-1)!.timestampMs;
    const toMs = rows[0]!.timestampMs + 1;
    await usage.commit(rows, { fromMs, toMs, firstReadMs: END_MS, lastReadMs: END_MS, dropped: 0 });
  }
}

interface Engine {
  /** Opens the archive that is measured, again and again the same one. */
  open(): Promise<ArchiveStore>;
  /** Copies each written row so many times. */
  copy(times: number): Promise<void>;
  stop(): Promise<void>;
}

async function startEngine(): Promise<Engine> {
  if (values.engine === 'clickhouse') {
    const server = await startClickHouse();
    return {
      open: () => openClickHouseStore(server.url('bench')),
      copy: async (times) => {
        // The 13th to 16th digits of the ids of written rows are zeros. A copy lies between its row and the next one.
        const id = `concat(substring(written.id, 1, 12), leftPad(lower(hex(number)), 4, '0'), substring(written.id, 17))`;
        const atMs = `written.at_ms - toInt64(number * ${SPAN_MS / ROWS})`;
        // A statement may take a minute.
        for (let from = 1; from <= times; from += COPIES_AT_ONCE) {
          const copies = `bench.usage as written cross join numbers(${from}, ${Math.min(COPIES_AT_ONCE, times + 1 - from)}) as copies
            where substring(written.id, 13, 4) = '0000'`;
          await server.run(
            `insert into bench.usage select * except number replace (${id} as id, ${atMs} as at_ms) from ${copies}`,
          );
          await server.run(`insert into bench.usage_places select ${id}, ${atMs} from ${copies}`);
        }
      },
      stop: server.kill,
    };
  }
  if (WRITTEN !== ROWS) throw new Error('Only ClickHouse copies rows: leave out --written.');
  const folder = mkdtempSync(join(tmpdir(), 'archive-bench-'));
  return {
    open: () => openDuckDbStore(folder),
    copy: async () => {},
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

const engine = await startEngine();
try {
  const filling = await engine.open();
  const began = performance.now();
  await fill(filling);
  const seconds = (performance.now() - began) / 1_000;
  const filledMegabytes = megabytes();
  await filling.close();
  if (WRITTEN !== ROWS) await engine.copy(ROWS / WRITTEN - 1);
  const opening = performance.now();
  const store = await engine.open();
  const openMs = performance.now() - opening;
  const { rows, bytes } = await store.usage.size();
  if (rows !== ROWS) throw new Error(`The archive has ${rows} records.`);
  process.stdout.write(
    `${[
      `${ROWS} records: ${WRITTEN} written in ${seconds.toFixed(0)} s (${Math.round(WRITTEN / seconds)} a second, resident memory ${filledMegabytes} MB),`,
      `${((bytes ?? 0) / ROWS).toFixed(1)} bytes each, opened in ${openMs.toFixed(0)} ms`,
    ].join(' ')}\n\n| question | p50 (ms) | p99 (ms) | processor (ms) |\n| --- | ---: | ---: | ---: |\n`,
  );
  for (const [name, ask] of Object.entries(listQuestions(store))) {
    const { p50, p99, processorMs } = await time(ask);
    process.stdout.write(`| ${name} | ${p50.toFixed(1)} | ${p99.toFixed(1)} | ${processorMs.toFixed(1)} |\n`);
  }
  process.stdout.write(`\nresident memory after the questions: ${megabytes()} MB\n`);
  await store.close();
} finally {
  await engine.stop();
}
