import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApiKey } from '../src/http/identity/api-keys.ts';
import { CPU, report } from './curves.ts';
import type { Curve, Point } from './curves.ts';
import { FROM, NEWEST_MS, usageId, usageRow } from './data.ts';
import type { Table } from './report.ts';
import { loadOf } from './rig.ts';
import type { Load, Rig, RunningServer } from './rig.ts';
import { createSightline } from './servers.ts';
import type { Server } from './servers.ts';
import { isAnswer, SIX, sixFields, WORKS } from './work.ts';

// The curves of Sightline alone: the other servers have neither cursors nor callers nor a cache.

/** Sightline's own limits, raised so that the largest sizes are allowed. The vendor's page stays as large as by default. */
export const LARGE = {
  SIGHTLINE_MAX_PAGE_SIZE: '10000',
  SIGHTLINE_MAX_UPSTREAM_CALLS: '1000',
  SIGHTLINE_MAX_COST: '1000000',
};
const PAGE = 100;
const DEPTHS = [1, 10, 100, 1_000];
const CALLERS = [1, 10, 100, 1_000];
/** Records read, in all. The default bound of the cache is reached at some twenty thousand. */
const CACHED = [1_000, 5_000, 10_000, 20_000, 40_000, 80_000, 120_000];
const IDS_A_REQUEST = 100;

/** The same page of a list again and again, after a client has paged to it. */
export async function measureDepths(
  rig: Rig,
  { seconds }: { readonly seconds: number },
  server: RunningServer,
  table: Table,
): Promise<Curve> {
  const points: Point[] = [];
  const query = `query ($range: DateTimeRange, $after: String) { usageRecords(range: $range, first: ${PAGE}, after: $after) { nodes { ${SIX} } pageInfo { endCursor } } }`;
  const range = { from: FROM, to: new Date(NEWEST_MS + 1).toISOString() };
  let after: string | null = null;
  for (let page = 1; page <= Math.max(...DEPTHS); page += 1) {
    const request = { path: '/graphql', body: JSON.stringify({ query, variables: { range, after } }) };
    const nodes = Array.from({ length: PAGE }, (_, index) => sixFields(usageRow((page - 1) * PAGE + index)));
    let cursor: string | null = null;
    const check = (_request: number, text: string): void => {
      const { data } = JSON.parse(text) as { data: { usageRecords: { pageInfo: { endCursor: string } } } };
      cursor = data.usageRecords.pageInfo.endCursor;
      if (!isAnswer(text, { usageRecords: { nodes, pageInfo: { endCursor: cursor } } }))
        throw new Error(`Page ${page} is wrong: ${text.slice(0, 600)}`);
    };
    const load: Load = { requests: [request], check, connections: 1, seconds: 'once' };
    await rig.measure(server, load);
    if (DEPTHS.includes(page)) {
      const measured = await rig.measure(server, { ...load, seconds });
      points.push(report(table, 'depth', server.name, page, measured));
    }
    after = cursor;
  }
  return { name: 'depth', axis: `page of ${PAGE} records`, unit: CPU, points };
}

/** Callers at the same time, each with a key and a connection of its own. All ask Q1. */
export async function measureCallers(
  rig: Rig,
  { seconds }: { readonly seconds: number },
  table: Table,
): Promise<Curve> {
  const [work] = WORKS;
  if (!work) throw new Error('There is no question.');
  const points: Point[] = [];
  for (const x of CALLERS) {
    const made = Array.from({ length: x }, (_, index) => createApiKey(`caller-${index}`, ['usage:read']));
    const keys = made.flatMap((one) => (typeof one === 'string' ? [] : [one]));
    const file = join(rig.folder, `keys-${x}`);
    const plain = createSightline('sightline', rig.vendorUrl, rig.folder);
    writeFileSync(file, [plain.env['SIGHTLINE_API_KEYS'], ...keys.map(({ line }) => line)].join('\n'));
    const settings = { SIGHTLINE_API_KEYS: '', SIGHTLINE_API_KEYS_FILE: file };
    const server = await rig.start(withSettings(plain, settings));
    const callers = keys.map(({ key }) => ({ ...server.headers, authorization: `Bearer ${key}` }));
    const load: Load = { ...loadOf(server, work), callers, connections: x, seconds };
    await rig.measure(server, load);
    points.push(report(table, 'callers', server.name, x, await rig.measure(server, load)));
    await server.process.end();
  }
  return { name: 'callers', axis: 'callers at the same time', unit: CPU, points };
}

/** Reads ever more records, none twice, and looks at the memory. */
export async function measureCache(rig: Rig, table: Table): Promise<Curve> {
  const points: Point[] = [];
  const plain = createSightline('sightline-repeated', rig.vendorUrl, rig.folder);
  const server = await rig.start(withSettings(plain, LARGE));
  const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on UsageRecord { recordId } } }';
  let read = 0;
  for (const x of CACHED) {
    const firsts: number[] = [];
    for (; read < x; read += IDS_A_REQUEST) firsts.push(read);
    const places = (request: number) =>
      Array.from({ length: IDS_A_REQUEST }, (_, index) => (firsts[request] ?? 0) + index);
    const requests = firsts.map((_first, request) => {
      const ids = places(request).map((place) =>
        Buffer.from(`UsageRecord:${usageId(place)}`).toString('base64url'),
      );
      return { path: '/graphql', body: JSON.stringify({ query, variables: { ids } }) };
    });
    const check = (request: number, text: string): void => {
      if (!isAnswer(text, { nodes: places(request).map((place) => ({ recordId: usageId(place) })) }))
        throw new Error(`${server.name} answers wrongly: ${text.slice(0, 600)}`);
    };
    const measured = await rig.measure(server, { requests, check, connections: 4, seconds: 'once' });
    report(table, 'cache', server.name, x, measured);
    points.push({ server: server.name, x, y: measured.rssBytes / 1e6 });
  }
  return { name: 'cache', axis: 'records read, none twice', unit: 'resident MB', points };
}

/** The same server with other settings. */
export function withSettings(server: Server, settings: Readonly<Record<string, string>>): Server {
  return { ...server, env: { ...server.env, ...settings } };
}
