import { expect, test } from 'vitest';
import { START_MS } from '../sources/live/live-world.ts';
import { follow } from '../support/event-stream.ts';
import type { OpenStream } from '../support/event-stream.ts';
import { createLiveRig, pass } from '../support/live-rig.ts';
import type { LiveVendorRow } from '../support/live-rig.ts';
import { askApp } from '../support/running-app.ts';
import { createSeededRandom } from '../support/seeded-random.ts';

interface ReadPage {
  readonly timeline: {
    readonly nodes: readonly { readonly id: string }[];
    readonly pageInfo: {
      readonly startCursor: string;
      readonly endCursor: string;
      readonly hasNextPage: boolean;
    };
  };
}

const FIELDS = '{ nodes { id } pageInfo { startCursor endCursor hasNextPage } }';

const readPage = async (app: Parameters<typeof askApp>[0], args: string): Promise<ReadPage['timeline']> =>
  (await askApp<ReadPage>(app, `{ timeline(${args}) ${FIELDS} }`)).data.timeline;

const told = (stream: OpenStream): readonly unknown[] =>
  stream.updates().flatMap(({ edges }) => edges.map(({ node }) => node['id']));

const gapsOf = (stream: OpenStream): readonly unknown[] =>
  stream.updates().flatMap(({ coverage }) => coverage.filter(({ status }) => status === 'TRUNCATED'));

test('a page and the stream after it have each row once that the vendor inserts meanwhile, wherever it does', async () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = createSeededRandom(seed);
    const { app, time, usage, events, createInstance } = createLiveRig();
    let serial = 0;
    // Few instants, so that rows share them with each other and with the end of the page.
    const insert = (count: number, fromMs: number, toMs: number): void => {
      for (let n = 0; n < count; n += 1) {
        serial += 1;
        const atMs = Math.floor((fromMs + random() * (toMs - fromMs)) / 1_000) * 1_000;
        if (random() < 0.5) usage.push({ id: `${Math.floor(random() * 1e6)}-${serial}`, atMs });
        else events.push({ id: Math.floor(random() * 1e6) * 1_000 + serial, atMs });
      }
    };
    insert(40, START_MS - 100_000, START_MS);
    const first = 1 + Math.floor(random() * 50);
    const page = await readPage(app, `range: { last: "PT1H" }, first: ${first}`);
    await pass(time, 2_000);
    insert(Math.floor(random() * 4), START_MS - 100_000, START_MS);
    insert(3, START_MS, START_MS + 2_000);
    const stream = await follow(random() < 0.5 ? app : createInstance(), {
      resumeFrom: page.pageInfo.startCursor,
    });
    await pass(time, 3_000);
    insert(2, START_MS - 90_000, START_MS + 4_000);
    await pass(time, 60_000);
    stream.leave();
    const { endCursor, hasNextPage } = page.pageInfo;
    const older = hasNextPage
      ? await readPage(app, `range: { last: "PT1H" }, first: 200, after: "${endCursor}"`)
      : null;
    const late = await readPage(app, 'range: { last: "PT1H" }, first: 200');
    const all = late.nodes.map(({ id }) => id);
    const has = [...page.nodes, ...(older?.nodes ?? [])].map(({ id }) => id);
    // What came behind the end of the page before it was read on is on the next page, too, if the stream has told it.
    const behind = new Set(older?.nodes.map(({ id }) => id));
    const union = [...has, ...told(stream).filter((id) => !behind.has(String(id)))];
    expect(gapsOf(stream), `seed ${seed}`).toEqual([]);
    expect(union.toSorted(), `seed ${seed}`).toEqual(all.toSorted());
    const shown = new Set(page.nodes.map(({ id }) => id));
    expect(
      told(stream).filter((id) => shown.has(String(id))),
      `seed ${seed}`,
    ).toEqual([]);
  }
}, 60_000);

test('a late row between two rows of a filtered page comes, and rows that the filter leaves out do not matter', async () => {
  const { app, time, usage, events } = createLiveRig();
  for (let n = 0; n < 30; n += 1) {
    usage.push({ id: `u${n}`, atMs: START_MS - 60_000 + n * 1_000 });
    events.push({ id: n + 1, atMs: START_MS - 60_000 + n * 1_000 });
  }
  const args = 'range: { last: "PT1H" }, first: 10, filter: { sources: [USAGE] }';
  const page = await readPage(app, args);
  usage.push({ id: 'late', atMs: START_MS - 33_500 });
  events.push({ id: 99, atMs: START_MS - 33_000 });
  const { startCursor } = page.pageInfo;
  const stream = await follow(app, { resumeFrom: startCursor, filter: { sources: ['USAGE'] } });
  await pass(time, 5_000);
  expect(stream.updates().flatMap(({ edges }) => edges.map(({ node }) => node['timestamp']))).toEqual([
    new Date(START_MS - 33_500).toISOString(),
  ]);
  expect(gapsOf(stream)).toEqual([]);
});

test('a late row comes after a break before the first entry, too: the opening has the place of the page', async () => {
  const { app, time, usage, state, createInstance } = createLiveRig();
  for (let n = 0; n < 5; n += 1) usage.push({ id: `u${n}`, atMs: START_MS - 50_000 + n * 10_000 });
  const page = await readPage(app, 'range: { last: "PT1H" }, first: 3');
  state.isUsageDown = true;
  usage.push({ id: 'late', atMs: START_MS - 15_000 });
  const broken = await follow(app, { resumeFrom: page.pageInfo.startCursor });
  await pass(time, 5_000);
  const [opening] = broken.ids();
  broken.leave();
  state.isUsageDown = false;
  const stream = await follow(createInstance(), {}, { 'last-event-id': opening! });
  await pass(time, 5_000);
  expect(stream.updates().flatMap(({ edges }) => edges.map(({ node }) => node['timestamp']))).toEqual([
    new Date(START_MS - 15_000).toISOString(),
  ]);
});

test('a gap says so if a row of the page was deleted meanwhile', async () => {
  const { app, time, usage } = createLiveRig();
  for (let n = 0; n < 5; n += 1) usage.push({ id: `u${n}`, atMs: START_MS - 50_000 + n * 10_000 });
  const page = await readPage(app, 'range: { last: "PT1H" }, first: 3');
  usage.splice(3, 1);
  const stream = await follow(app, { resumeFrom: page.pageInfo.startCursor });
  await pass(time, 5_000);
  expect(gapsOf(stream)).toContainEqual(
    expect.objectContaining({ source: 'USAGE', from: new Date(START_MS - 30_000).toISOString() }),
  );
});

test('`before` takes the `startCursor` of a page', async () => {
  const { app, usage } = createLiveRig();
  const rows: LiveVendorRow[] = [1, 2, 3, 4].map((n) => ({ id: `u${n}`, atMs: START_MS - n * 1_000 }));
  usage.push(...rows);
  const args = 'range: { last: "PT1H" }, ';
  const first = await readPage(app, `${args}first: 2`);
  const second = await readPage(app, `${args}first: 2, after: "${first.pageInfo.endCursor}"`);
  const back = await readPage(app, `${args}last: 2, before: "${second.pageInfo.startCursor}"`);
  expect(back.nodes).toEqual(first.nodes);
});
