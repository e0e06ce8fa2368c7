import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { decodeGlobalId } from '../src/graph/global-id.ts';
import { schema } from '../src/graph/schema.ts';
import type { AuditLine } from '../src/http/plugins/audit.ts';
import { runService } from '../test/smoke/run-service.ts';
import { createHostileRequests } from '../test/support/hostile-documents.ts';
import { createHttpClient } from '../test/support/http-client.ts';
import type { HttpReply } from '../test/support/http-client.ts';
import { createRandomQueries } from '../test/support/random-query.ts';
import { createSeededRandom } from '../test/support/seeded-random.ts';

// Starts a service over its sandbox on this machine, attacks it, and reports. It asks nothing else.
//   npm run test:attack -- --documents 100000 --mutations 10000 --queries 10000 --seconds 60 --seed 1

const { values } = parseArgs({
  options: {
    documents: { type: 'string', default: '100000' },
    mutations: { type: 'string', default: '10000' },
    queries: { type: 'string', default: '10000' },
    /** The longest time for each part. */
    seconds: { type: 'string', default: '60' },
    connections: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
  },
});
const secondsMs = Number(values.seconds) * 1_000;
const random = createSeededRandom(Number(values.seed));

interface Row {
  readonly part: string;
  readonly tried: number;
  readonly ms: number;
  readonly result: string;
}
const rows: Row[] = [];
const faults: string[] = [];
/** Processor milliseconds of the service for each kind of hostile document, the dearest first. */
const kinds: { kind: string; tried: number; p50: string; p99: string }[] = [];

interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly extensions?: Readonly<Record<string, unknown>> }[];
  readonly extensions?: {
    readonly cost?: { readonly requested: number; readonly actual: number; readonly mostCalls: number };
    readonly upstream?: readonly { readonly calls: number }[];
  };
}

const folder = mkdtempSync(join(tmpdir(), 'sightline-attack-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const auditFile = join(folder, 'audit.log');
const service = runService([], {
  PORT: '0',
  LOG_LEVEL: 'error',
  SIGHTLINE_AUDIT_LOG: auditFile,
  // Without it, the caller's points would run out.
  SIGHTLINE_RATE_CAPACITY: '0',
});
const [, url = ''] = await service.waitFor(/GraphiQL\s+(http:\S+)/);
const client = createHttpClient(url);
const ask = async (body: object): Promise<Answer> => read(await client.post(JSON.stringify(body)));
let posted = 0;

try {
  const pool = await readPool();
  await attackWithDocuments();
  await attackWithMutations(pool);
  await attackWithQueries(pool);
  await attackWithSlowConnections();
  checkTrail();
  await attackWithBytes();
} finally {
  client.close();
  service.child.kill('SIGTERM');
  await service.exit;
}
console.table(kinds);
console.table(rows);
for (const fault of faults.slice(0, 20)) console.error(fault);
if (faults.length > 0) {
  console.error(`${faults.length} faults.`);
  process.exitCode = 1;
}

async function readPool() {
  posted += 1;
  const answer = await ask({
    query: `{ usageRecords(first: 50) { nodes { id recordId } edges { cursor } } events(first: 50) { nodes { id } edges { cursor } }
      timeline(first: 5) { edges { cursor } } }`,
  });
  const data = answer.data as Record<
    'usageRecords' | 'events' | 'timeline',
    { nodes?: { id: string; recordId: string }[]; edges: { cursor: string }[] }
  >;
  const nodes = (name: 'usageRecords' | 'events') => data[name].nodes ?? [];
  return {
    ids: [...nodes('usageRecords'), ...nodes('events')].map(({ id }) => id),
    recordIds: nodes('usageRecords').map(({ recordId }) => recordId),
    cursors: [data.usageRecords, data.events, data.timeline].flatMap(({ edges }) =>
      edges.slice(0, 5).map(({ cursor }) => cursor),
    ),
  };
}

/** Each must be refused, and none by a fault of the service. `checkTrail` checks later that no vendor was called. */
async function attackWithDocuments(): Promise<void> {
  const write = createHostileRequests(random);
  const cpu: number[] = [];
  const byKind = new Map<string, number[]>();
  const startMs = performance.now();
  let tried = 0;
  let longestMs = 0;
  while (tried < Number(values.documents) && performance.now() - startMs < secondsMs) {
    const { kind, body } = write();
    const before = readCpuMs();
    const askedMs = performance.now();
    const reply = await client.post(body);
    longestMs = Math.max(longestMs, performance.now() - askedMs);
    const spent = readCpuMs() - before;
    tried += 1;
    posted += 1;
    // The first requests run code that is not compiled yet.
    if (tried > 1_000) {
      cpu.push(spent);
      const spentBefore = byKind.get(kind);
      if (spentBefore) spentBefore.push(spent);
      else byKind.set(kind, [spent]);
    }
    const isNullPath = kind === 'a path for an id' && reply.text.includes('{"usageRecord":null}');
    if (reply.status >= 500 || isMasked(reply) || (!isNullPath && !reply.text.includes('"errors"'))) {
      faults.push(`${kind}: ${reply.status} ${reply.text.slice(0, 200)}`);
    }
  }
  rows.push({
    part: 'hostile documents',
    tried,
    ms: since(startMs),
    result: `all refused; processor ms each: p50 ${showShare(cpu, 0.5)} p99 ${showShare(cpu, 0.99)}; longest wait ${longestMs.toFixed(0)} ms`,
  });
  const dearest = [...byKind].toSorted(([, one], [, other]) => pickShare(other, 0.5) - pickShare(one, 0.5));
  for (const [kind, spent] of dearest)
    kinds.push({ kind, tried: spent.length, p50: showShare(spent, 0.5), p99: showShare(spent, 0.99) });
}

async function attackWithMutations(pool: Awaited<ReturnType<typeof readPool>>): Promise<void> {
  const startMs = performance.now();
  let tried = 0;
  let found = 0;
  while (tried < Number(values.mutations) && performance.now() - startMs < secondsMs) {
    const isId = tried % 2 === 0;
    const original = pickFrom(isId ? pool.ids : pool.cursors);
    const text = mutate(original);
    const reply = await client.post(
      JSON.stringify(
        isId
          ? { query: 'query ($id: ID!) { node(id: $id) { id } }', variables: { id: text } }
          : {
              query: 'query ($after: String) { events(first: 1, after: $after) { nodes { id } } }',
              variables: { after: text },
            },
      ),
    );
    tried += 1;
    posted += 1;
    const answer = read(reply);
    const codes = (answer.errors ?? []).map(({ extensions }) => extensions?.['code']);
    if (reply.status >= 500 || codes.includes('INTERNAL_SERVER_ERROR'))
      faults.push(`${text}: ${reply.text.slice(0, 200)}`);
    if (isId) {
      const node = answer.data?.['node'] as { id: string } | null | undefined;
      if (node) found += 1;
      if (node && nameOf(node.id) !== nameOf(text)) faults.push(`a foreign row: ${text} gave ${node.id}`);
    } else if (text !== original && !codes.includes('CURSOR_INVALID') && !codes.includes('BAD_USER_INPUT')) {
      faults.push(`an altered cursor was taken: ${reply.text.slice(0, 200)}`);
    }
  }
  rows.push({
    part: 'altered ids and cursors',
    tried,
    ms: since(startMs),
    result: `no fault of the service; ${found} ids named a row, each its own`,
  });
}

async function attackWithQueries(pool: Awaited<ReturnType<typeof readPool>>): Promise<void> {
  const write = createRandomQueries(schema, random, pool);
  const startMs = performance.now();
  let tried = 0;
  let costed = 0;
  let tightest = 0;
  const work = async (): Promise<void> => {
    while (tried < Number(values.queries) && performance.now() - startMs < secondsMs) {
      tried += 1;
      posted += 1;
      const query = write();
      const reply = await client.post(JSON.stringify({ query }));
      const { extensions } = read(reply);
      if (reply.status >= 500 || isMasked(reply)) faults.push(`${query}: ${reply.text.slice(0, 200)}`);
      const cost = extensions?.cost;
      if (!cost) continue;
      costed += 1;
      const calls = (extensions.upstream ?? []).reduce((sum, tally) => sum + tally.calls, 0);
      // An operation whose fields are all refused costs nothing.
      if (cost.requested > 0) tightest = Math.max(tightest, cost.actual / cost.requested);
      if (cost.actual > cost.requested || calls > cost.mostCalls)
        faults.push(`under-estimated: ${query} ${JSON.stringify(cost)} ${calls}`);
    }
  };
  await Promise.all(Array.from({ length: 4 }, work));
  rows.push({
    part: 'random queries',
    tried,
    ms: since(startMs),
    result: `${costed} ran, none cost more than estimated; the nearest cost ${(tightest * 100).toFixed(0)} %`,
  });
}

/** Sends headers letter by letter. The service must end each connection, and answer others meanwhile. */
async function attackWithSlowConnections(): Promise<void> {
  const startMs = performance.now();
  const { port, hostname } = new URL(url);
  const count = Number(values.connections);
  const closed = new Set<number>();
  const sockets = Array.from({ length: count }, (_, n) => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.on('data', () => {});
    socket.once('close', () => {
      closed.add(n);
    });
    socket.write('POST /graphql HTTP/1.1\r\nhost: localhost\r\nx-slow: ');
    return socket;
  });
  let answered = 0;
  let asked = 0;
  while (closed.size < count && performance.now() - startMs < 20_000) {
    for (const socket of sockets) if (!socket.destroyed) socket.write('x');
    asked += 1;
    posted += 1;
    const { status } = await client.post('{"query":"{ viewer { scopes } }"}');
    if (status === 200) answered += 1;
    await sleep(250);
  }
  if (closed.size < count || answered < asked)
    faults.push(`slow connections: ${closed.size} closed, ${answered} of ${asked} answered`);
  for (const socket of sockets) socket.destroy();
  rows.push({
    part: 'slow connections',
    tried: count,
    ms: since(startMs),
    result: `${closed.size} closed by the server; ${answered} of ${asked} others answered`,
  });
}

/** Sends requests that no library expects. The service must refuse or answer them, without a fault or an error's stack. */
async function attackWithBytes(): Promise<void> {
  const startMs = performance.now();
  const body = '{"query":"{ __typename }"}';
  const length = `content-length: ${body.length}\r\n`;
  const json = 'content-type: application/json\r\n';
  const preflight = 'graphql-require-preflight: 1\r\n';
  const pieces = [
    '[',
    ']',
    '[::1',
    '::',
    'a b',
    '@',
    '%',
    '%00',
    '/',
    '\\',
    '?',
    '#',
    ':99999',
    ':1e5',
    '1.2.3.999',
    'localhost',
    ',',
    ';',
    '"',
    '=',
  ];
  const word = (): string =>
    Array.from({ length: 1 + Math.floor(random() * 3) }, () => pickFrom(pieces)).join('');
  const writers: readonly (() => string)[] = [
    () => `POST /graphql HTTP/1.1\r\nhost: ${word()}\r\n${json}${length}\r\n${body}`,
    () => `POST /graphql HTTP/1.1\r\nhost: localhost\r\nhost: ${word()}\r\n${json}${length}\r\n${body}`,
    () =>
      `GET /graphql?query={__typename}&variables=${encodeURIComponent(word())} HTTP/1.1\r\nhost: localhost\r\n${preflight}\r\n`,
    () =>
      `GET /graphql?query={__typename}&extensions={${encodeURIComponent(word())} HTTP/1.1\r\nhost: localhost\r\n${preflight}\r\n`,
    () => `GET /${encodeURI(word())} HTTP/1.1\r\nhost: localhost\r\n\r\n`,
    () =>
      `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${word()}\r\n${preflight}${length}\r\n${body}`,
    () => `POST /graphql HTTP/1.1\r\nhost: localhost\r\n${json}accept: ${word()}\r\n${length}\r\n${body}`,
    () =>
      `POST /graphql HTTP/1.1\r\nhost: localhost\r\n${json}origin: ${word()}\r\ncache-control: ${word()}\r\n${length}\r\n${body}`,
  ];
  const count = Math.ceil(Number(values.mutations) / 10);
  let tried = 0;
  while (tried < count && performance.now() - startMs < secondsMs) {
    const text = writers[tried % writers.length]!();
    const reply = await sendBytes(text);
    tried += 1;
    if (!/^HTTP\/1\.1 [1-4]/.test(reply) || /INTERNAL_SERVER_ERROR|\n +at /.test(reply))
      faults.push(`${JSON.stringify(text)}: ${reply.slice(0, 200)}`);
  }
  rows.push({
    part: 'requests that no library expects',
    tried,
    ms: since(startMs),
    result: 'no fault of the service',
  });
}

async function sendBytes(text: string): Promise<string> {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname).setEncoding('utf8');
  socket.end(text);
  const chunks: string[] = [];
  for await (const chunk of socket as AsyncIterable<string>) chunks.push(chunk);
  return chunks.join('');
}

/** The trail must have a line for every request, and no vendor call for a refused one. */
function checkTrail(): void {
  const startMs = performance.now();
  const lines = readFileSync(auditFile, 'utf8')
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as AuditLine);
  if (lines.length !== posted) faults.push(`the trail has ${lines.length} lines for ${posted} requests`);
  const hostile = lines.slice(1, 1 + (rows[0]?.tried ?? 0));
  const calls = hostile.flatMap(({ vendorCalls }) => vendorCalls).reduce((sum, one) => sum + one.calls, 0);
  if (calls > 0) faults.push(`hostile documents caused ${calls} vendor calls`);
  rows.push({
    part: 'audit trail',
    tried: posted,
    ms: since(startMs),
    result: `${lines.length} lines; ${calls} vendor calls for hostile documents`,
  });
}

/** The entry that an id names. An event's id also holds its time, and a slightly wrong time still finds the event. */
function nameOf(id: string): string | null {
  const found = decodeGlobalId(id);
  return found && `${found.source} ${found.id}`;
}

function mutate(text: string): string {
  const at = Math.floor(random() * text.length);
  const letter = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_='.charAt(
    Math.floor(random() * 65),
  );
  const kind = Math.floor(random() * 4);
  if (kind === 0) return text.slice(0, at) + letter + text.slice(at + 1);
  if (kind === 1) return text.slice(0, at);
  if (kind === 2) return text.slice(0, at) + letter + text.slice(at);
  return text.slice(at) + text.slice(0, at);
}

function pickFrom(texts: readonly string[]): string {
  return texts[Math.floor(random() * texts.length)] ?? '';
}

function read({ text }: HttpReply): Answer {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return {};
  }
}

function isMasked({ text }: HttpReply): boolean {
  return text.includes('INTERNAL_SERVER_ERROR');
}

/** The figure at a share of all, such as 0.99, with two decimals. */
function showShare(figures: readonly number[], share: number): string {
  return pickShare(figures, share).toFixed(2);
}

function pickShare(figures: readonly number[], share: number): number {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? NaN;
}

function since(startMs: number): number {
  return Math.round(performance.now() - startMs);
}

/** Processor milliseconds of the service's main thread alone; NaN if the system does not report them (only Linux does). */
function readCpuMs(): number {
  const path = `/proc/${service.child.pid}/schedstat`;
  if (!existsSync(path)) return NaN;
  return Number(readFileSync(path, 'utf8').split(' ', 1)[0]) / 1e6;
}
