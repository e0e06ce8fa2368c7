import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDuckDbStore } from '../src/archive/duckdb/store.ts';
import type { UsageRecord } from '../src/sources/usage/record.ts';

const { values } = parseArgs({ options: { rows: { type: 'string', default: '100000' } } });
const ROWS = Number(values.rows);
const DAY_MS = 86_400_000;
const END_MS = Date.parse('2026-11-01T00:00:00Z');
const SPAN_MS = 30 * DAY_MS;
const GROUP = 5_000;
const ELEMENTS = Array.from({ length: 40 }, (_, at) => `element-${at}`);

/** Row `at` of a month, newest first. */
function makeRow(at: number): UsageRecord {
  const timestampMs = END_MS - 1 - Math.floor((at * SPAN_MS) / ROWS);
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

const folder = mkdtempSync(join(tmpdir(), 'archive-bench-'));
const store = await openDuckDbStore(folder);
try {
  const began = performance.now();
  for (let at = 0; at < ROWS; at += GROUP) {
    const rows = Array.from({ length: Math.min(GROUP, ROWS - at) }, (_, place) => makeRow(at + place));
    const toMs = rows[0]!.timestampMs + 1;
    await store.usage.commit(rows, {
      fromMs: rows.at(-1)!.timestampMs,
      toMs,
      firstReadMs: END_MS,
      lastReadMs: END_MS,
      dropped: 0,
    });
  }
  console.log(`filled ${ROWS} in ${Math.round(performance.now() - began)} ms`);
  const { bytes } = await store.usage.size();
  console.log(
    `bytes a row ${((bytes ?? 0) / ROWS).toFixed(1)}, rss ${Math.round(process.memoryUsage().rss / 1e6)} MB`,
  );
  const range = { fromMs: END_MS - SPAN_MS, toMs: END_MS };
  const question = { range, direction: 'DESC', after: null, limit: 51, knownAtMs: null, filter: {} } as const;
  const middle = makeRow(Math.floor(ROWS / 2));
  const questions: Record<string, () => Promise<unknown>> = {
    'newest page': () => store.usage.list(question),
    'deep page': () => store.usage.list({ ...question, after: middle }),
    'page by element': () => store.usage.list({ ...question, filter: { elementKeys: ['element-3'] } }),
    'page by address': () => store.usage.list({ ...question, filter: { ipAddress: middle.ipAddress! } }),
    'page by block': () => store.usage.list({ ...question, filter: { ipAddress: '10.1.7.0/24' } }),
    'slow failures': () =>
      store.usage.list({ ...question, filter: { status: 'FAILED', processTime: { gte: 1_515 } } }),
    'count all': () => store.usage.count(range, {}, null),
    'count failed': () => store.usage.count(range, { status: 'FAILED' }, null),
    'count by address': () => store.usage.count(range, { ipAddress: '10.1.7.0/24' }, null),
    find: () => store.usage.find([middle.id]),
    'commit again': () =>
      store.usage.commit(
        Array.from({ length: 200 }, (_, at) => makeRow(at)),
        { fromMs: END_MS - 1000, toMs: END_MS, firstReadMs: END_MS + 1, lastReadMs: END_MS + 1, dropped: 0 },
      ),
  };
  for (const [name, ask] of Object.entries(questions)) {
    const times: number[] = [];
    for (let run = 0; run < 7; run += 1) {
      const start = performance.now();
      await ask();
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    console.log(name.padEnd(18), times[3]!.toFixed(1), times[6]!.toFixed(1));
  }
} finally {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}
