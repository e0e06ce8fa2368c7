import { fork } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createApp } from '../src/app.ts';
import type { App } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import type { VendorReport } from './soak-vendor.ts';

// Many requests through the whole service in this process, over sockets to vendors that fail now and then: what it still
// holds in memory afterwards, and what it has left open. Told as a table; `--check` turns the figures into a verdict.

const HELP = `npm run test:soak -- [switches]

  --requests N   how many (200,000)
  --seconds N    and no longer than this (900)
  --faults N     vendor answers that fail, in a thousand (10)
  --check        end with 1 where the heap grows by 1 MiB or more in 100,000 requests, or a handle or
                 a socket is left
`;

interface Sample {
  readonly requests: number;
  readonly heapBytes: number;
}

const VENDOR = fileURLToPath(new URL('soak-vendor.ts', import.meta.url));
const MEBIBYTE = 1024 * 1024;
const CONCURRENCY = 32;
const SAMPLE_EVERY = 2_500;
/** By then caches are full and code is compiled; what the heap holds is no leak. Parsed documents are kept by the thousand. */
const WARM_UP_REQUESTS = 12_500;
/** Small, so that it is full long before the warm-up ends. */
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
    process.stdout.write(gc ? HELP : 'node needs --expose-gc, which `npm run test:soak` gives it.\n');
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
  const asked = { times: 0 };
  const isOver = (at: number): boolean => asked.times >= at || performance.now() >= endMs;
  while (!isOver(wanted)) {
    const next = Math.min(asked.times + SAMPLE_EVERY, wanted);
    const work = async (): Promise<void> => {
      while (!isOver(next)) {
        asked.times += 1;
        for (const code of await ask(app, asked.times)) codes.set(code, (codes.get(code) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
    samples.push({ requests: asked.times, heapBytes: await measureHeap(gc) });
  }
  const done = asked.times;
  const seconds = (performance.now() - startMs) / 1_000;
  await app.close();
  await settle();
  const handlesLeft = countHandles() - handlesBefore;
  // Connections that rest keep no process alive, so that only their other end tells of those that were forgotten.
  const { calls, faults, sockets, mostSockets } = await vendor.tell();
  await vendor.close();

  const measured = samples.filter(({ requests }) => requests >= WARM_UP_REQUESTS);
  const slope = slopeBytes(measured) * 100_000;
  const rows: readonly (readonly [string, string])[] = [
    ['requests', done.toLocaleString('en')],
    ['seconds', seconds.toFixed(0)],
    ['requests a second', Math.round(done / seconds).toLocaleString('en')],
    ['vendor calls', calls.toLocaleString('en')],
    ['of them failed on purpose', faults.toLocaleString('en')],
    ['errors told to callers', [...codes].map(([code, times]) => `${code} ${times}`).join(', ') || 'none'],
    ['heap after warm-up, MiB', mebibytes(measured[0])],
    ['heap at the end, MiB', mebibytes(samples.at(-1))],
    ['heap slope, MiB per 100,000 requests', (slope / MEBIBYTE).toFixed(2)],
    ['sockets to the vendors, at most at once', String(mostSockets)],
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

/** What clients send: a few documents, and variables that hardly any other request has had, so that caches turn over. */
const DOCUMENTS = [
  'query ($recordId: ID!) { usageRecord(recordId: $recordId) { recordId requestURI timestamp } }',
  'query ($range: DateTimeRange!) { usageRecords(range: $range, first: 5) { nodes { recordId timestamp } pageInfo { endCursor } coverage { status } } }',
  'query ($range: DateTimeRange!) { events(range: $range, first: 5) { nodes { eventId description } coverage { status } } }',
  'query ($range: DateTimeRange!) { usageAnalytics(range: $range, interval: DAY) { buckets { timestamp count } coverage { status } } }',
  'query ($range: DateTimeRange!) { timeline(range: $range, first: 5) { nodes { id timestamp } coverage { status } } }',
] as const;
/** So often a document comes that nobody has sent before, and always while warming up: what is kept of those is bounded, too. */
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
  tell(): Promise<VendorReport>;
  close(): Promise<void>;
}

/** Both vendors, in a process of their own: what is theirs is no handle of ours. */
async function startVendor(share: number): Promise<Vendor> {
  const child = fork(VENDOR, [String(share)]);
  const next = async <Message>(): Promise<Message> => {
    const [message] = (await once(child, 'message')) as [Message];
    return message;
  };
  const port = await next<number>();
  return {
    url: `http://127.0.0.1:${port}`,
    tell() {
      const told = next<VendorReport>();
      child.send('tell');
      return told;
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
  // What finalisers let go of is collected in the next round.
  for (let round = 0; round < 3; round += 1) gc();
  return process.memoryUsage().heapUsed;
}

/** Lets timers of what has just ended run out. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 50));
}

/** What keeps the process alive, but for its own pipes. */
function countHandles(): number {
  return process.getActiveResourcesInfo().filter((name) => !/^(?:Pipe|TTY|FSReq|ConnectWrap)/.test(name))
    .length;
}

function mebibytes(sample: Sample | undefined): string {
  return sample ? (sample.heapBytes / MEBIBYTE).toFixed(1) : '–';
}

/** Bytes a request: the line that comes nearest to all samples. */
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
