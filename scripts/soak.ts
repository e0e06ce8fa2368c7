import { fork } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createApp } from '../src/app.ts';
import type { App } from '../src/app.ts';
import { readConfig } from '../src/config/load.ts';
import type { VendorReport } from './soak-vendor.ts';

// Sends many requests through the whole service, in this process, over sockets to vendors that sometimes fail. Then it prints
// a table of the memory that the service still holds and of what it has left open. `--check` judges these figures.

const HELP = `npm run test:soak -- [switches]

Sends requests through the whole service, and reports memory and open handles. Defaults are in parentheses.

  --requests N   the number of requests (200,000)
  --seconds N    the most time (900)
  --faults N     how many of a thousand vendor calls fail (10)
  --check        exit with status 1 if the heap grows by 1 MiB or more in 100,000 requests, or a handle
                 or a socket is left open

  -h, --help     show this text
`;

interface Sample {
  readonly requests: number;
  readonly heapBytes: number;
}

const VENDOR = fileURLToPath(new URL('soak-vendor.ts', import.meta.url));
const MEBIBYTE = 1024 * 1024;
const CONCURRENCY = 32;
const SAMPLE_EVERY = 2_500;
/** After these requests the caches are full, one of them with a thousand parsed documents, and the code is compiled. */
const WARM_UP_REQUESTS = 12_500;
/** Small, so that the cache is full long before the warm-up ends. */
const CACHE_BYTES = 2 * MEBIBYTE;
const FROM_MS = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;

async function soak(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      requests: { type: 'string', default: '200000' },
      seconds: { type: 'string', default: '900' },
      faults: { type: 'string', default: '10' },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { gc } = globalThis;
  if (values.help || !gc) {
    process.stdout.write(gc ? HELP : 'Node needs the switch --expose-gc. Run: npm run test:soak\n');
    process.exit(gc ? 0 : 2);
  }
  const wanted = Number(values.requests);
  const endMs = performance.now() + Number(values.seconds) * 1_000;
  const vendor = await startVendor(Number(values.faults) / 1_000);
  const handlesBefore = countHandles();
  const app = createService(vendor.url);

  const startMs = performance.now();
  const samples: Sample[] = [];
  const codes = new Map<string, number>();
  const sent = { count: 0 };
  const isOver = (at: number): boolean => sent.count >= at || performance.now() >= endMs;
  while (!isOver(wanted)) {
    const next = Math.min(sent.count + SAMPLE_EVERY, wanted);
    const work = async (): Promise<void> => {
      while (!isOver(next)) {
        sent.count += 1;
        for (const code of await ask(app, sent.count)) codes.set(code, (codes.get(code) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
    samples.push({ requests: sent.count, heapBytes: await measureHeap(gc) });
  }
  const done = sent.count;
  const seconds = (performance.now() - startMs) / 1_000;
  await app.close();
  await settle();
  const handlesLeft = countHandles() - handlesBefore;
  // An idle connection does not keep the process alive, so only the other end knows which are still open.
  const { calls, faults, sockets, mostSockets } = await vendor.report();
  await vendor.close();

  const measured = samples.filter(({ requests }) => requests >= WARM_UP_REQUESTS);
  const slope = slopeBytes(measured) * 100_000;
  const rows: readonly (readonly [string, string])[] = [
    ['requests', done.toLocaleString('en')],
    ['seconds', seconds.toFixed(0)],
    ['requests a second', Math.round(done / seconds).toLocaleString('en')],
    ['vendor calls', calls.toLocaleString('en')],
    ['vendor calls that failed on purpose', faults.toLocaleString('en')],
    ['errors in answers', [...codes].map(([code, times]) => `${code} ${times}`).join(', ') || 'none'],
    ['heap after warm-up, MiB', mebibytes(measured[0])],
    ['heap at the end, MiB', mebibytes(samples.at(-1))],
    ['heap slope, MiB per 100,000 requests', (slope / MEBIBYTE).toFixed(2)],
    ['most sockets to the vendors at one time', String(mostSockets)],
    ['sockets left open', String(sockets)],
    ['handles left open', String(handlesLeft)],
  ];
  process.stdout.write(rows.map(([name, value]) => `| ${name} | ${value} |\n`).join(''));
  if (values.check && (slope >= MEBIBYTE || handlesLeft > 0 || sockets > 0)) process.exitCode = 1;
}

function createService(vendorUrl: string): App {
  const reading = readConfig({
    USAGE_API_URL: `${vendorUrl}/usage-api`,
    EVENTS_API_URL: `${vendorUrl}/events-api`,
    USAGE_API_USER_SECRET: 'soak',
    USAGE_API_ORGANIZATION_SECRET: 'soak',
    EVENTS_API_TOKEN: 'soak',
    SIGHTLINE_SECRET: 'a secret for the soak and for no others',
    SIGHTLINE_CACHE_BYTES: String(CACHE_BYTES),
  });
  if (reading.kind === 'faults') throw new Error(reading.faults.join('\n'));
  return createApp(reading.config, { limits: { retryBaseMs: 1, retryMaxMs: 1 } });
}

/** Requests have few documents, and variables that rarely repeat, so that cache entries are replaced. */
const DOCUMENTS = [
  'query ($recordId: ID!) { usageRecord(recordId: $recordId) { recordId requestURI timestamp } }',
  'query ($range: DateTimeRange!) { usageRecords(range: $range, first: 5) { nodes { recordId timestamp } pageInfo { endCursor } coverage { status } } }',
  'query ($range: DateTimeRange!) { events(range: $range, first: 5) { nodes { eventId description } coverage { status } } }',
  'query ($range: DateTimeRange!) { usageAnalytics(range: $range, interval: DAY) { buckets { timestamp count } coverage { status } } }',
  'query ($range: DateTimeRange!) { timeline(range: $range, first: 5) { nodes { id timestamp } coverage { status } } }',
] as const;
/** After the warm-up, five of 50 requests have a document that is new; before, all have. The service must not keep them all. */
const NEW_DOCUMENT_EVERY = 50;

function createRequest(turn: number): { readonly query: string; readonly variables: object } {
  const kind = turn % DOCUMENTS.length;
  const shiftMs = (turn % 4_000) * 60_000;
  const range = {
    from: new Date(FROM_MS + shiftMs).toISOString(),
    to: new Date(FROM_MS + 7 * DAY_MS + shiftMs).toISOString(),
  };
  const isNew = turn < WARM_UP_REQUESTS || turn % NEW_DOCUMENT_EVERY < DOCUMENTS.length;
  return {
    query: `${DOCUMENTS[kind] ?? ''}${isNew ? ` # ${turn}` : ''}`,
    variables: kind === 0 ? { recordId: `r${turn}` } : { range },
  };
}

async function ask(app: App, turn: number): Promise<readonly string[]> {
  const response = await app.fetch('http://127.0.0.1/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(createRequest(turn)),
  });
  const { errors = [] } = (await response.json()) as {
    errors?: readonly { readonly extensions: { readonly code: string } }[];
  };
  return errors.map(({ extensions }) => extensions.code);
}

interface Vendor {
  readonly url: string;
  report(): Promise<VendorReport>;
  close(): Promise<void>;
}

/**
 * Starts both vendors in another process, so that their handles are not counted here.
 *
 * @param share of the calls that fail, 0 to 1
 */
async function startVendor(share: number): Promise<Vendor> {
  const child = fork(VENDOR, [String(share)]);
  const next = async <Message>(): Promise<Message> => {
    const [message] = (await once(child, 'message')) as [Message];
    return message;
  };
  const port = await next<number>();
  return {
    url: `http://127.0.0.1:${port}`,
    report() {
      const report = next<VendorReport>();
      child.send('report');
      return report;
    },
    async close() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

async function measureHeap(gc: NodeJS.GCFunction): Promise<number> {
  await settle();
  // Finalisers release objects that only the next round can collect.
  for (let round = 0; round < 3; round += 1) gc();
  return process.memoryUsage().heapUsed;
}

/** Waits until the timers of work that has just ended have run. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Counts the handles that keep the process alive, without its own pipes. */
function countHandles(): number {
  return process.getActiveResourcesInfo().filter((name) => !/^(?:Pipe|TTY|FSReq|ConnectWrap)/.test(name))
    .length;
}

function mebibytes(sample: Sample | undefined): string {
  return sample ? (sample.heapBytes / MEBIBYTE).toFixed(1) : '–';
}

/** The slope of the line of best fit through the samples, in bytes per request. */
function slopeBytes(samples: readonly Sample[]): number {
  const mean = (pick: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + pick(sample), 0) / samples.length;
  const [x, y] = [mean(({ requests }) => requests), mean(({ heapBytes }) => heapBytes)];
  let [across, square] = [0, 0];
  for (const { requests, heapBytes } of samples) {
    across += (requests - x) * (heapBytes - y);
    square += (requests - x) ** 2;
  }
  return square === 0 ? 0 : across / square;
}

await soak(process.argv.slice(2));
