import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createApiKey } from '../../src/http/identity/api-keys.ts';
import { START_MS } from '../sources/live/live-world.ts';
import { ACTIVITY, follow, readStream } from '../support/event-stream.ts';
import { createLiveRig, pass, until } from '../support/live-rig.ts';
import { askApp } from '../support/running-app.ts';

const idsOf = (
  updates: readonly { readonly edges: readonly { readonly node: object }[] }[],
): readonly unknown[] =>
  updates.flatMap(({ edges }) => edges.map(({ node }) => Reflect.get(node, 'timestamp')));
const at = (ms: number): string => new Date(START_MS + ms).toISOString();

test('new entries of both sources come as frames whose id is their cursor, and heartbeats have none', async () => {
  const { app, time, usage, events } = createLiveRig();
  usage.push({ id: 'old', atMs: START_MS - 5_000 });
  const stream = await follow(app);
  expect(stream.response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  await pass(time, 1_000);
  usage.push({ id: 'a', atMs: START_MS + 1_000 });
  events.push({ id: 7, atMs: START_MS + 2_000 });
  await pass(time, 5_000);
  expect(idsOf(stream.updates()).toSorted()).toEqual([at(1_000), at(2_000)]);
  for (const [n, { edges, cursor }] of stream.updates().entries())
    expect(stream.ids()[n]).toBe(edges.length > 0 || n === 0 ? cursor : null);
  const before = stream.updates().length;
  await pass(time, 31_000);
  const beats = stream.updates().slice(before);
  expect(beats).toHaveLength(2);
  expect(stream.ids().slice(before)).toEqual([null, null]);
  expect(beats.every(({ edges, coverage }) => edges.length === 0 && coverage.length > 0)).toBe(true);
});

test.each(['header', 'argument'])(
  'a stream goes on at its cursor on another instance, by the %s',
  async (way) => {
    const { app, createInstance, time, usage } = createLiveRig();
    const first = await follow(app);
    await pass(time, 1_000);
    usage.push({ id: 'a', atMs: START_MS + 1_000 });
    await pass(time, 5_000);
    const id = first.ids().findLast((one) => one !== null)!;
    first.leave();
    usage.push({ id: 'b', atMs: START_MS + 7_000 }, { id: 'late', atMs: START_MS + 500 });
    await pass(time, 10_000);
    const second =
      way === 'header'
        ? await follow(createInstance(), {}, { 'last-event-id': id })
        : await follow(createInstance(), { resumeFrom: id });
    await pass(time, 1_000);
    expect(idsOf(first.updates())).toEqual([at(1_000)]);
    expect(idsOf(second.updates()).toSorted()).toEqual([at(500), at(7_000)]);
  },
);

test('a stream that is cut again before its first event keeps its place', async () => {
  const { app, createInstance, time, usage } = createLiveRig();
  const first = await follow(app);
  await pass(time, 1_000);
  usage.push({ id: 'a', atMs: START_MS + 1_000 });
  await pass(time, 5_000);
  const id = first.ids().findLast((one) => one !== null)!;
  first.leave();
  usage.push({ id: 'b', atMs: START_MS + 7_000 });
  for (let n = 0; n < 3; n += 1) {
    const cut = await follow(createInstance(), {}, { 'last-event-id': id });
    cut.leave();
    await pass(time, 1_000);
    expect(cut.frames.filter(({ id: sent }) => sent !== null)).toEqual([]);
  }
  await pass(time, 10_000);
  const last = await follow(createInstance(), {}, { 'last-event-id': id });
  await pass(time, 5_000);
  expect(idsOf(last.updates())).toEqual([at(7_000)]);
});

test('a stream goes on after a page of the timeline, with nothing between lost or doubled', async () => {
  const { app, time, usage, events } = createLiveRig();
  usage.push({ id: 'a', atMs: START_MS - 60_000 }, { id: 'b', atMs: START_MS - 60_000 });
  events.push({ id: 7, atMs: START_MS - 30_000 });
  const page = await askApp<{ timeline: { pageInfo: { startCursor: string } } }>(
    app,
    '{ timeline(range: { last: "PT1H" }, first: 2) { pageInfo { startCursor } } }',
  );
  usage.push({ id: 'c', atMs: START_MS + 1 });
  await pass(time, 1_000);
  const stream = await follow(app, { resumeFrom: page.data.timeline.pageInfo.startCursor });
  await pass(time, 5_000);
  expect(idsOf(stream.updates())).toEqual([at(1)]);
});

test('the cursor of an edge is one of the timeline with the same filter', async () => {
  const { app, time, usage } = createLiveRig();
  usage.push({ id: 'old', atMs: START_MS - 5_000 });
  const stream = await follow(app);
  await pass(time, 1_000);
  usage.push({ id: 'a', atMs: START_MS + 1_000 });
  await pass(time, 5_000);
  const { cursor } = stream.updates().flatMap(({ edges }) => edges)[0]!;
  const { data } = await askApp<{ timeline: { nodes: unknown[] } }>(
    app,
    `{ timeline(first: 5, after: "${cursor}") { nodes { timestamp } } }`,
  );
  expect(data.timeline.nodes).toEqual([{ timestamp: at(-5_000) }]);
});

test('a client that only polls gets what is newer in one call', async () => {
  const { app, time, usage } = createLiveRig();
  usage.push({ id: 'a', atMs: START_MS - 60_000 });
  for (let n = 1; n <= 5; n += 1) usage.push({ id: `r${n}`, atMs: START_MS + n * 1_000 });
  await pass(time, 60_000);
  interface Newer {
    readonly timeline: {
      readonly nodes: readonly { readonly timestamp: string }[];
      readonly pageInfo: { readonly hasPreviousPage: boolean; readonly startCursor: string };
    };
  }
  const read = (before: string): Promise<{ data: Newer }> =>
    askApp<Newer>(
      app,
      `{ timeline(range: { from: "${at(2_000)}" }, last: 3${before}) { nodes { timestamp } pageInfo { hasPreviousPage startCursor } } }`,
    );
  const first = (await read('')).data.timeline;
  expect(first.nodes.map(({ timestamp }) => timestamp)).toEqual([at(4_000), at(3_000), at(2_000)]);
  expect(first.pageInfo.hasPreviousPage).toBe(true);
  const rest = (await read(`, before: "${first.pageInfo.startCursor}"`)).data.timeline;
  expect(rest.nodes.map(({ timestamp }) => timestamp)).toEqual([at(5_000)]);
  expect(rest.pageInfo.hasPreviousPage).toBe(false);
});

test('`since` begins there', async () => {
  const { app, time, usage } = createLiveRig();
  usage.push({ id: 'a', atMs: START_MS - 700_000 }, { id: 'b', atMs: START_MS - 500_000 });
  const stream = await follow(app, { since: at(-600_000) });
  await pass(time, 1_000);
  expect(idsOf(stream.updates())).toEqual([at(-500_000)]);
});

test('personal data is masked without its scope, and a source without one is FORBIDDEN', async () => {
  const { time, createInstance, events, usage } = createLiveRig();
  const made = createApiKey('ops', ['events:read'], (bytes) => Buffer.alloc(bytes, 7));
  if (typeof made === 'string') throw new Error(made);
  const { key } = made;
  const app = createInstance({ SIGHTLINE_API_KEYS: made.line });
  const stream = await follow(app, {}, { 'x-api-key': key });
  await pass(time, 1_000);
  events.push({ id: 7, atMs: START_MS + 1_000 });
  usage.push({ id: 'a', atMs: START_MS + 1_000 });
  await pass(time, 5_000);
  const edges = stream.updates().flatMap((update) => update.edges);
  expect(edges.map(({ node }) => node)).toMatchObject([
    { source: 'EVENTS', username: null, ipAddress: null, masked: ['USERNAME', 'IP_ADDRESS', 'DESCRIPTION'] },
  ]);
  expect(stream.updates()[0]!.coverage).toContainEqual(
    expect.objectContaining({ source: 'USAGE', status: 'FAILED', code: 'FORBIDDEN' }),
  );
  const refused = await follow(app);
  await pass(time, 0);
  expect(refused.text()).toContain('UNAUTHENTICATED');
  const filtered = await follow(app, { filter: { ipAddress: '10.0.0.1' } }, { 'x-api-key': key });
  await pass(time, 0);
  expect(filtered.text()).toContain('FORBIDDEN');
});

test("a stream that can't be estimated, because a variable is null, is refused", async () => {
  const { app } = createLiveRig();
  const query = `subscription ($within: Duration = "PT1M") {
    activity { edges { node { ... on Event { relatedUsage(within: $within) { edges { cursor } } } } } }
  }`;
  const response = await app.fetch('http://127.0.0.1/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query, variables: { within: null } }),
  });
  expect(await response.text()).toContain('A variable is null');
});

test.each([
  ['a cursor of another filter', { filter: { usage: { status: 'FAILED' } } }, 'CURSOR_INVALID'],
  ['a cursor and a time', { since: at(-1) }, 'BAD_USER_INPUT'],
  ['a filter that only the vendor can apply', { filter: { usage: { searchText: 'x' } } }, 'BAD_USER_INPUT'],
])('%s is refused', async (_what, variables, code) => {
  const { app, time } = createLiveRig();
  const stream = await follow(app);
  await pass(time, 1_000);
  const refused = await follow(app, {
    ...(code === 'BAD_USER_INPUT' && 'filter' in variables ? {} : { resumeFrom: stream.ids()[0] }),
    ...variables,
  });
  await pass(time, 0);
  expect(refused.text()).toContain(code);
  expect(refused.hasEnded()).toBe(true);
});

test.each(['another secret', 'other credentials'])('a cursor made with %s is refused', async (what) => {
  const { app, time, createInstance } = createLiveRig();
  const stream = await follow(app);
  await pass(time, 1_000);
  const other = createInstance(
    what === 'another secret'
      ? { SIGHTLINE_SECRET: 'quite another secret of the tests' }
      : { EVENTS_API_TOKEN: 'x' },
  );
  const refused = await follow(other, { resumeFrom: stream.ids()[0] });
  await pass(time, 0);
  expect(refused.text()).toContain('CURSOR_INVALID');
});

/** A service with two callers of equal scopes. */
function createServiceOfTwo(env: Readonly<Record<string, string>> = {}) {
  const rig = createLiveRig();
  const made = ['ann', 'ben'].map((name, n) =>
    createApiKey(name, ['usage:read', 'events:read'], (bytes) => Buffer.alloc(bytes, n + 1)),
  );
  const keys = made.filter((one) => typeof one !== 'string');
  const app = rig.createInstance({ ...env, SIGHTLINE_API_KEYS: keys.map(({ line }) => line).join(';') });
  const [ann, ben] = keys.map(({ key }) => ({ 'x-api-key': key }));
  return { ...rig, app, ann: ann!, ben: ben! };
}

test('a cursor of another caller is refused, and shows nothing', async () => {
  const { app, time, usage, ann, ben } = createServiceOfTwo();
  const stream = await follow(app, {}, ann);
  await pass(time, 1_000);
  usage.push({ id: 'a', atMs: START_MS + 1_000 });
  await pass(time, 5_000);
  const id = stream.ids().findLast((one) => one !== null)!;
  for (const [variables, headers] of [
    [{ resumeFrom: id }, ben],
    [{}, { ...ben, 'last-event-id': id }],
  ] as const) {
    const refused = await follow(app, variables, headers);
    await pass(time, 0);
    expect(refused.text()).toContain('CURSOR_INVALID');
    expect(refused.text()).not.toContain('edges');
    expect(refused.hasEnded()).toBe(true);
  }
});

test('streams of one caller are bounded, and those of another are not touched', async () => {
  const { app, time, ann, ben } = createServiceOfTwo({ SIGHTLINE_LIVE_MAX_STREAMS_PER_CALLER: '1' });
  await follow(app, {}, ann);
  const refused = await follow(app, {}, ann);
  const other = await follow(app, {}, ben);
  await pass(time, 1_000);
  expect(refused.response.status).toBe(429);
  expect(refused.text()).toContain('maxStreamsOfCaller');
  expect(other.updates().length).toBeGreaterThan(0);
});

test('a caller who reads too slowly gets a gap with its range, and the stream goes on', async () => {
  const { app, time, usage } = createLiveRig();
  const response = await app.fetch('http://127.0.0.1/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: ACTIVITY }),
  });
  await pass(time, 1_000);
  usage.push(...Array.from({ length: 3_000 }, (_, n) => ({ id: `r${n}`, atMs: START_MS + 1_000 + n * 10 })));
  // Nothing is read meanwhile.
  await pass(time, 60_000);
  const stream = readStream(response);
  await until(() => stream.text().includes('TRUNCATED'));
  const gap = stream
    .updates()
    .findLast(({ coverage }) => coverage.some(({ status }) => status === 'TRUNCATED'));
  const span = gap!.coverage.find(({ status }) => status === 'TRUNCATED')!;
  const got = idsOf(stream.updates());
  expect(got.length).toBeLessThan(3_000);
  expect(span).toMatchObject({ source: 'USAGE', reason: expect.any(String) });
  // What did not come lies in the span.
  const missing = Array.from({ length: 3_000 }, (_, n) => at(1_000 + n * 10)).filter(
    (one) => !got.includes(one),
  );
  expect(missing.every((one) => one >= String(span['from']) && one < String(span['to']))).toBe(true);
  usage.push({ id: 'after', atMs: START_MS + 62_000 });
  await pass(time, 20_000);
  expect(idsOf(stream.updates()).at(-1)).toBe(at(62_000));
});

test('streams are bounded in all, and a stream that is left gives its place back', async () => {
  const { app, time } = createLiveRig({ SIGHTLINE_LIVE_MAX_STREAMS: '2' });
  const [first] = [await follow(app), await follow(app)];
  const refused = await follow(app);
  await pass(time, 0);
  expect(refused.text()).toContain('LIMIT_EXCEEDED');
  expect(refused.response.status).toBe(429);
  first.leave();
  await pass(time, 0);
  const next = await follow(app);
  await pass(time, 1_000);
  expect(next.updates().length).toBeGreaterThan(0);
});

test('a caller who leaves frees the poller, and the audit trail has a line at the beginning and the end', async () => {
  const { app, time, usage, transport, audit } = createLiveRig();
  const stream = await follow(app);
  await pass(time, 1_000);
  usage.push({ id: 'a', atMs: START_MS + 1_000 });
  await pass(time, 5_000);
  stream.leave();
  await pass(time, 1_000);
  const calls = transport.requests.length;
  await pass(time, 120_000);
  expect(transport.requests).toHaveLength(calls);
  expect(audit).toHaveLength(2);
  expect(audit[0]).toMatchObject({ operation: 'Follow', rows: 0, status: 200 });
  expect(audit[0]).not.toHaveProperty('streamMs');
  expect(audit[1]).toMatchObject({ operation: 'Follow', status: null, streamMs: expect.any(Number) });
  expect(audit[1]!.rows).toBeGreaterThanOrEqual(1);
});

test('the deadline of an operation does not end a stream', async () => {
  const { app, time, usage } = createLiveRig({ SIGHTLINE_OPERATION_TIMEOUT_MS: '1000' });
  const stream = await follow(app);
  await pass(time, 100_000);
  usage.push({ id: 'a', atMs: START_MS + 100_000 });
  await pass(time, 20_000);
  expect(idsOf(stream.updates())).toEqual([at(100_000)]);
});

test('a failing vendor shows in coverage, and what it had meanwhile comes when it answers again', async () => {
  const { app, time, usage, events, state } = createLiveRig();
  const stream = await follow(app);
  await pass(time, 5_000);
  state.isUsageDown = true;
  usage.push({ id: 'a', atMs: START_MS + 10_000 });
  events.push({ id: 7, atMs: START_MS + 20_000 });
  await pass(time, 60_000);
  expect(idsOf(stream.updates())).toEqual([at(20_000)]);
  expect(stream.updates().at(-1)!.coverage).toContainEqual(
    expect.objectContaining({ source: 'USAGE', status: 'FAILED', code: 'UPSTREAM' }),
  );
  state.isUsageDown = false;
  await pass(time, 120_000);
  expect(idsOf(stream.updates())).toEqual([at(20_000), at(10_000)]);
});

test('a shutdown ends streams without completing them, so that their clients come back', async () => {
  const { app, time } = createLiveRig();
  const stream = await follow(app);
  await pass(time, 1_000);
  app.endStreams();
  await pass(time, 0);
  expect(stream.hasEnded()).toBe(true);
  expect(stream.text()).toMatch(/\n\n: this server ends; connect again\n\n$/);
  expect(stream.text()).not.toContain('event: complete');
});

test('a subscription that takes no event stream is refused, and runs nothing', async () => {
  const { app, time, transport } = createLiveRig();
  const refused = await follow(app, {}, { accept: 'application/json' });
  await pass(time, 1_000);
  expect(refused.response.status).toBe(406);
  expect(transport.requests).toHaveLength(0);
});

test('each update takes points from its caller', async () => {
  const { app, time, usage } = createLiveRig({
    SIGHTLINE_MAX_COST: '1000',
    SIGHTLINE_RATE_CAPACITY: '1000',
    SIGHTLINE_RATE_PER_SECOND: '1',
  });
  const other = { 'x-forwarded-for': '192.0.2.1' };
  const left = (headers: Headers): number => Number(/r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]);
  const stream = await follow(app, {}, other);
  const before = left(stream.response.headers);
  expect(before).toBeLessThan(1_000);
  await pass(time, 1_000);
  for (let n = 0; n < 400; n += 1) usage.push({ id: `r${n}`, atMs: START_MS + 1_000 + n });
  await pass(time, 3_000);
  expect(idsOf(stream.updates())).toHaveLength(400);
  const asked = await app.fetch('http://127.0.0.1/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...other },
    body: JSON.stringify({ query: '{ __typename }' }),
  });
  expect(left(asked.headers)).toBeLessThan(before - 20);
});

test('a trusted document is followed by its hash, and no other', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-live-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const manifest = join(folder, 'manifest.json');
  const hash = createHash('sha256').update(ACTIVITY).digest('hex');
  writeFileSync(manifest, JSON.stringify({ [hash]: ACTIVITY }));
  const { time, createInstance } = createLiveRig();
  const app = createInstance({ SIGHTLINE_TRUSTED_DOCUMENTS: manifest });
  const stream = await follow(app, {}, {}, { documentId: hash });
  const refused = await follow(app, {}, {}, { query: 'subscription { activity { cursor } }' });
  await pass(time, 1_000);
  expect(stream.updates()).toHaveLength(1);
  expect(refused.text()).toContain('FORBIDDEN');
});

test('an error of an update has its code, in the answer and in the audit trail', async () => {
  const { app, time, events, state, audit } = createLiveRig();
  const query =
    'subscription { activity(filter: { sources: [EVENTS] }) { cursor edges { node { timestamp ... on Event { relatedUsage(by: [IP]) { edges { node { timestamp } } } } } } } }';
  const stream = await follow(app, {}, {}, { query });
  await pass(time, 1_000);
  state.isUsageDown = true;
  events.push({ id: 7, atMs: START_MS + 1_000 });
  await pass(time, 5_000);
  // The retries of a call wait on the machine's own timers.
  await until(() => stream.text().includes('"code":"UPSTREAM_UNAVAILABLE"'));
  expect(idsOf(stream.updates())).toEqual([at(1_000)]);
  stream.leave();
  await pass(time, 0);
  expect(audit.at(-1)).toMatchObject({ outcome: ['UPSTREAM_UNAVAILABLE'], rows: 1 });
  expect(audit.at(-1)!.vendorCalls.map(({ operation }) => operation)).toEqual(['/usage']);
});

test('related entries of an update have the call budget and the deadline of an operation of its own', async () => {
  const { app, time, usage, events } = createLiveRig({ SIGHTLINE_MAX_UPSTREAM_CALLS: '4' });
  const query =
    'subscription { activity(filter: { sources: [USAGE] }) { cursor coverage { status } edges { cursor node { timestamp ... on UsageRecord { relatedEvents(by: [IP]) { edges { node { timestamp } } } } } } } }';
  const stream = await follow(app, {}, {}, { query });
  await pass(time, 60_000);
  for (let n = 0; n < 5; n += 1) {
    const atMs = START_MS + 60_000 + n * 30_000;
    events.push({ id: n + 1, atMs: Math.floor(atMs / 1_000) * 1_000 });
    usage.push({ id: `r${n}`, atMs });
    await pass(time, 30_000);
  }
  expect(stream.text()).not.toContain('"errors"');
  expect(idsOf(stream.updates())).toHaveLength(5);
});
