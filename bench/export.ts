import { parseArgs } from 'node:util';
import { createApp } from '../src/app.ts';
import { readConfig } from '../src/config/load.ts';
import type { Transport, TransportRequest } from '../src/upstream/transport.ts';

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '100000' }, format: { type: 'string', default: 'ndjson' } },
});
const ROWS = Number(values.rows);
/** At most. */
const ROWS_OF_CALL = 200;
const END_MS = Date.parse('2026-11-01T00:00:00Z');
const SPAN_MS = 29 * 86_400_000;
const STEP_MS = SPAN_MS / ROWS;

/** Row `at` of the vendor, newest first. It is made when it is asked for, so that the vendor takes no memory. */
function makeRow(at: number): object {
  const spread = Math.imul(at + 1, 2_654_435_761) >>> 0;
  const isFailed = spread % 20 === 0;
  return {
    id: (0x6_0000_0000 - at).toString(16).padStart(12, '0') + spread.toString(16).padStart(12, '0'),
    usageDate: new Date(timeOf(at)).toISOString(),
    requestStatus: isFailed ? 'FAILED' : 'SUCCESS',
    elementKey: `element-${spread % 40}`,
    elementApi: `api-${spread % 7}`,
    elementTags: ['production'],
    instanceName: `instance ${spread % 90}`,
    accountId: String(spread % 12),
    userId: String(spread % 300),
    processTime: 20 + (spread % 1_500),
    requestURI: `/elements/api-v2/element-${spread % 40}/objects/${spread % 5_000}`,
    requestIP: `10.${spread % 4}.${(spread >>> 4) % 256}.${(spread >>> 12) % 256}`,
    requestMethod: 'GET',
    responseStatus: isFailed ? 500 : 200,
  };
}

function timeOf(at: number): number {
  return END_MS - 1 - Math.floor(at * STEP_MS);
}

let calls = 0;
/** The Usage API without a network. */
const vendor: Transport = {
  async get({ target }: TransportRequest) {
    calls += 1;
    const query = new URL(target, 'http://vendor.test').searchParams;
    const [fromMs, toMs] = [Date.parse(query.get('from')!), Date.parse(query.get('to')!)];
    let at = Math.max(0, Math.floor((END_MS - 1 - toMs) / STEP_MS));
    while (at < ROWS && timeOf(at) > toMs) at += 1;
    at += Number(query.get('pageOffset') ?? 0);
    const rows: object[] = [];
    for (; at < ROWS && rows.length < Number(query.get('pageSize')) && timeOf(at) >= fromMs; at += 1)
      rows.push(makeRow(at));
    return { status: 200, headers: {}, body: Buffer.from(JSON.stringify(rows)) };
  },
  async close() {},
};

const parsed = readConfig({
  USAGE_API_USER_SECRET: 'u',
  USAGE_API_ORGANIZATION_SECRET: 'o',
  SIGHTLINE_SECRET: 'a secret for this measurement alone',
  SIGHTLINE_EXPORT_CALLS_PER_MINUTE: '1000000',
});
if (parsed.kind === 'faults') throw new Error(parsed.faults.join('\n'));
const app = createApp(parsed.config, {
  clock: { now: () => END_MS + 86_400_000 },
  transports: { USAGE: vendor, EVENTS: vendor },
});

interface Downloaded {
  readonly bytes: number;
  /** The most resident memory and the most heap, live rows and garbage, in bytes. */
  readonly peak: number;
  readonly heap: number;
  /** The heap that is left when garbage was collected, at each tenth of the calls, in bytes. */
  readonly live: readonly number[];
  readonly head: string | null;
}

/** @param samples how often garbage is collected on the way, to see what is held */
async function download(range: object, samples = 0): Promise<Downloaded> {
  const query = new URLSearchParams({ range: JSON.stringify(range) });
  const response = await app.fetch(`http://127.0.0.1/export/usage.${values.format}?${query.toString()}`);
  if (!response.ok || !response.body) throw new Error(await response.text());
  let [bytes, peak, heap] = [0, 0, 0];
  const live: number[] = [];
  const before = calls;
  for await (const piece of response.body) {
    bytes += piece.length;
    const memory = process.memoryUsage();
    peak = Math.max(peak, memory.rss);
    heap = Math.max(heap, memory.heapUsed);
    if (calls - before < ((live.length + 1) * ROWS) / ROWS_OF_CALL / samples) continue;
    globalThis.gc?.();
    live.push(process.memoryUsage().heapUsed);
  }
  return { bytes, peak, heap, live, head: response.headers.get('export-receipt') };
}

const from = new Date(END_MS - SPAN_MS).toISOString();
const to = new Date(END_MS).toISOString();
// The code is loaded and compiled before memory is compared: 20,000 rows.
await download({ from: new Date(END_MS - STEP_MS * 20_000).toISOString(), to });
globalThis.gc?.();
const { rss: idle, heapUsed: idleHeap } = process.memoryUsage();
calls = 0;
const began = performance.now();
const { bytes, peak, heap, head } = await download({ from, to });
const seconds = (performance.now() - began) / 1_000;
const receipt = (await (await app.fetch(`http://127.0.0.1${head}`)).json()) as {
  export: { rows: number; complete: boolean };
};
const mb = (size: number, digits = 0): string => (size / 1_048_576).toFixed(digits);
console.log(
  `${values.format}: ${receipt.export.rows} rows, complete ${receipt.export.complete}, ${mb(bytes)} MB, ${seconds.toFixed(0)} s, ${calls} calls, resident ${mb(idle)} MB before and ${mb(peak)} MB at most, heap ${mb(heap)} MB at most`,
);
const { live } = await download({ from, to }, 10);
console.log(
  `heap without garbage: ${mb(idleHeap, 1)} MB before, and on the way ${live.map((size) => mb(size, 1)).join(', ')} MB`,
);
await app.close();
