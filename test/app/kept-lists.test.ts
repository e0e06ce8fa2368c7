import { expect, onTestFinished, test } from 'vitest';
import type { TransportRequest } from '../../src/upstream/transport.ts';
import { askApp, createTestApp, NOW_MS } from '../support/running-app.ts';
import { createFakeTransport, createSimulatedTime, jsonAnswer } from '../support/upstream-fixtures.ts';

const HOUR_MS = 3_600_000;
const at = (n: number): string => new Date(NOW_MS - HOUR_MS - n * 60_000).toISOString();
const usageRows = Array.from({ length: 200 }, (_, n) => ({
  id: `r${n}`,
  usageDate: at(n),
  requestURI: '/x',
}));
const eventRows = Array.from({ length: 200 }, (_, n) => ({
  id: 1_000 - n,
  timestamp: at(n),
  category: 'a',
  action: 'b',
}));

/** The answers of both vendors. */
function answer({ target }: TransportRequest) {
  const { pathname, searchParams } = new URL(target, 'http://vendor.test');
  const bound = (name: string): number => Date.parse((searchParams.get(name) ?? '').replace(/^[gl]t:/, ''));
  const size = Number(searchParams.get('pageSize'));
  const within = (from: number, to: number) => (row: { usageDate?: string; timestamp?: string }) => {
    const ms = Date.parse(row.usageDate ?? row.timestamp ?? '');
    return ms >= from && ms <= to;
  };
  if (pathname.endsWith('/events')) {
    const start = (Number(searchParams.get('page')) - 1) * size;
    return jsonAnswer(
      eventRows.filter(within(bound('createdFrom'), bound('createdTo'))).slice(start, start + size),
    );
  }
  if (!pathname.endsWith('/usage'))
    return jsonAnswer(usageRows.find(({ id }) => pathname.endsWith(`/${id}`)));
  const offset = Number(searchParams.get('pageOffset'));
  return jsonAnswer(usageRows.filter(within(bound('from'), bound('to'))).slice(offset, offset + size));
}

interface ListPage {
  readonly nodes: readonly { readonly id: string }[];
  readonly coverage: readonly { readonly status: string }[];
  readonly pageInfo: { readonly endCursor: string };
}

function createRig() {
  const time = createSimulatedTime(NOW_MS);
  const state = { isDown: false };
  const transport = createFakeTransport((request) =>
    state.isDown ? { status: 503, headers: {}, body: Buffer.alloc(0) } : answer(request),
  );
  const app = createTestApp(
    { USAGE_API_USER_SECRET: 'u', USAGE_API_ORGANIZATION_SECRET: 'o', EVENTS_API_TOKEN: 't' },
    {
      clock: time.clock,
      transports: { USAGE: transport, EVENTS: transport },
      // The cache has space for a few lists.
      limits: { cacheBytes: 100_000, retryBaseMs: 0, retryMaxMs: 0 },
    },
  );
  onTestFinished(() => app.close());
  const list = async (field: string, args: string): Promise<ListPage> => {
    const query = `{ list: ${field}(${args}) { nodes { id } coverage { status } pageInfo { endCursor } } }`;
    return (await askApp<{ list: ListPage }>(app, query)).data.list;
  };
  return { app, time, state, transport, list };
}

test.each(['usageRecords', 'events', 'timeline'])(
  'lists of %s that end now evict nothing from the cache, because nobody can ask for them again',
  async (field) => {
    const { app, time, state, transport, list } = createRig();
    const record = '{ usageRecord(recordId: "r5") { recordId } }';
    const closed = `range: { from: "${at(150)}", to: "${at(50)}" }, first: 5`;
    await askApp(app, record);
    const read = await list(field, closed);
    for (let n = 0; n < 30; n += 1) {
      time.advance(100);
      const live = ['first: 150', 'range: { last: "P2D" }, first: 150', 'range: { last: "P1D" }, first: 120'];
      expect((await list(field, live[n % 3]!)).nodes.length).toBeGreaterThanOrEqual(120);
    }
    const calls = transport.requests.length;
    await askApp(app, record);
    expect(transport.requests).toHaveLength(calls);
    state.isDown = true;
    const again = await list(field, closed);
    expect(again.nodes).toEqual(read.nodes);
    expect(again.coverage.map(({ status }) => status)).toContain('STALE');
  },
);

test.each(['usageRecords', 'events'])(
  'a later page of a list of %s that ended now is cached, because its cursor can be sent again',
  async (field) => {
    const { time, state, list } = createRig();
    const first = await list(field, 'first: 5');
    time.advance(2_000);
    const next = `first: 5, after: "${first.pageInfo.endCursor}"`;
    const second = await list(field, next);
    expect(second.nodes).toHaveLength(5);
    time.advance(2_000);
    state.isDown = true;
    const again = await list(field, next);
    expect(again.nodes).toEqual(second.nodes);
    expect(again.coverage.map(({ status }) => status)).toContain('STALE');
  },
);
