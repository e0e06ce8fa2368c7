import { cpuUsage, env, memoryUsage } from 'node:process';
import { parseArgs } from 'node:util';
import type { Transport } from '../src/upstream/transport.ts';
import { createTestApp } from '../test/support/running-app.ts';

// Measures the processor time and the bytes that a series needs, by rows read and by rows answered. It only reports. The
// default bounds of a series in .env.example follow from it. The vendor has no sockets, so that only Sightline is measured.

const { values } = parseArgs({ options: { elements: { type: 'string', default: '25' } } });
const elementCount = Number(values.elements);
const NOW_MS = Date.parse('2026-03-01T00:00:00Z');
const STEP_MS: Readonly<Record<string, number>> = { day: 86_400_000, hour: 3_600_000, minute: 60_000 };
const KEYS = Array.from({ length: elementCount }, (_, index) => `element-${index}`);

let read = { calls: 0, rows: 0, bytes: 0 };
const answers = new Map<string, { body: Buffer; rows: number }>();

const vendor: Transport = {
  async get({ target }) {
    const known = answers.get(target) ?? writeAnswer(new URL(target, 'http://vendor'));
    answers.set(target, known);
    read = { calls: read.calls + 1, rows: read.rows + known.rows, bytes: read.bytes + known.body.length };
    return { status: 200, headers: { 'content-type': 'application/json' }, body: known.body };
  },
  async close() {},
};

function writeAnswer({ pathname, searchParams }: URL): { body: Buffer; rows: number } {
  const [from, to] = [searchParams.get('from') ?? '', searchParams.get('to') ?? ''].map((at) =>
    Date.parse(at),
  );
  const stepMs = STEP_MS[searchParams.get('interval') ?? ''] ?? 86_400_000;
  const rows: unknown[] = [];
  for (let at = Math.floor(from! / stepMs) * stepMs; at <= to!; at += stepMs)
    rows.push({ timestamp: new Date(at).toISOString(), ...figuresOf(pathname) });
  return { body: Buffer.from(JSON.stringify(rows)), rows: rows.length };
}

function figuresOf(path: string): object {
  const count = 3 * elementCount;
  if (path.endsWith('/elements')) return { ...Object.fromEntries(KEYS.map((key) => [key, 3])), count };
  if (path.endsWith('/times')) return { min: 12, max: 4_321, avg: 317.123_456_789, count };
  if (path.endsWith('/statuses')) return { success: count - 3, failed: 3, count };
  return { count };
}

const FIGURES =
  'id count elements { elementKey count } processTime { min max avg } statuses { success failed }';
const QUESTIONS = [
  ['one bucket', 'last: "PT1H"', 'HOUR', 'UTC', 'buckets { count }'],
  ['HOUR over 30 days, count', 'last: "P30D"', 'HOUR', 'UTC', 'buckets { timestamp count }'],
  ['MINUTE over a day, count', 'last: "P1D"', 'MINUTE', 'UTC', 'buckets { timestamp count }'],
  ['DAY over a year, all', 'last: "P365D"', 'DAY', 'UTC', `buckets { timestamp end ${FIGURES} }`],
  [
    'HOUR over 30 days, all, and the period before',
    'last: "P30D"',
    'HOUR',
    'UTC',
    `buckets { timestamp end ${FIGURES} } previous { buckets { timestamp end ${FIGURES} } }`,
  ],
  ['MINUTE over a day, all', 'last: "P1D"', 'MINUTE', 'UTC', `buckets { timestamp end ${FIGURES} }`],
  ['Kolkata, DAY over 90 days, count', 'last: "P90D"', 'DAY', 'Asia/Kolkata', 'totals { count }'],
  [
    'Kolkata, DAY over 90 days, times',
    'last: "P90D"',
    'DAY',
    'Asia/Kolkata',
    'totals { processTime { avg } }',
  ],
  ['Kolkata, DAY over 90 days, statuses', 'last: "P90D"', 'DAY', 'Asia/Kolkata', 'totals { successRate }'],
  [
    'Kolkata, DAY over 90 days, elements',
    'last: "P90D"',
    'DAY',
    'Asia/Kolkata',
    'totals { elements(top: 5) { count } }',
  ],
  ['Kolkata, DAY over 90 days, all', 'last: "P90D"', 'DAY', 'Asia/Kolkata', `buckets { ${FIGURES} }`],
  [
    'Kolkata, HOUR over 90 days, count',
    'last: "P90D"',
    'HOUR',
    'Asia/Kolkata',
    `buckets { timestamp count }`,
  ],
] as const;

const app = createTestApp(
  {
    USAGE_API_URL: 'http://127.0.0.1:9',
    USAGE_API_USER_SECRET: 'a',
    USAGE_API_ORGANIZATION_SECRET: 'b',
    EVENTS_API_URL: 'http://127.0.0.1:9',
    EVENTS_API_TOKEN: 'c',
    ...Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('SIGHTLINE_'))),
  },
  { clock: { now: () => NOW_MS }, transports: { USAGE: vendor } },
);

async function ask(query: string) {
  read = { calls: 0, rows: 0, bytes: 0 };
  const before = cpuUsage();
  const response = await app.fetch('http://127.0.0.1/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'cache-control': 'no-cache' },
    body: JSON.stringify({ query }),
  });
  const text = await response.text();
  const { user, system } = cpuUsage(before);
  return { text, ms: (user + system) / 1_000, ...read };
}

console.log('| question | cost | processor ms | vendor calls | rows read | MB read | KB answered |');
console.log('|---|--:|--:|--:|--:|--:|--:|');
for (const [name, range, interval, timeZone, fields] of QUESTIONS) {
  const query = `{ usageAnalytics(range: { ${range} }, interval: ${interval}, timeZone: "${timeZone}") { ${fields} coverage { status reason } } }`;
  await ask(query);
  const runs = [];
  for (let run = 0; run < 3; run += 1) runs.push(await ask(query));
  const { text, ms, calls, rows, bytes } = runs.toSorted((a, b) => a.ms - b.ms)[0]!;
  const answer = JSON.parse(text) as {
    errors?: { message: string }[];
    data: { usageAnalytics: { coverage: { status: string; reason: string | null }[] } | null } | null;
    extensions?: { cost?: { requested: number; actual: number } };
  };
  const { requested, actual } = answer.extensions?.cost ?? {};
  const failed = answer.data?.usageAnalytics?.coverage.find(({ status }) => status === 'FAILED');
  const problem = answer.errors?.[0]?.message ?? failed?.reason;
  console.log(
    `| ${name}${problem ? ` (${problem})` : ''} | ${requested} → ${actual} | ${ms.toFixed(0)} | ${calls} | ${rows} | ${(bytes / 1e6).toFixed(1)} | ${(text.length / 1e3).toFixed(0)} |`,
  );
}
console.log(`Memory at the end: ${(memoryUsage.rss() / 1e6).toFixed(0)} MB.`);
await app.close();
