import { afterAll, beforeAll, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import type { CoverageAnswer } from '../../src/http/export/coverage.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import type { RunningSandbox } from '../../src/sandbox/start.ts';
import { makeKey } from '../support/api-key.ts';
import { LISTS, namesOf, readExport, readList, UNPACED } from '../support/exported.ts';
import { createAppOver, NOW_MS, PATIENT } from '../support/running-app.ts';
import { createSeededRandom } from '../support/seeded-random.ts';

// An export has the rows, the order, the masking, the coverage and the refusals of the list with equal arguments.

const NAMES = ['usage', 'events', 'timeline'] as const;
const FILTERS = 200;

const callers = {
  full: makeKey('full', 'usage:read', 'events:read', 'pii:read', 'export'),
  masked: makeKey('masked', 'usage:read', 'events:read', 'export'),
  events: makeKey('events', 'events:read', 'export'),
};

let sandbox: RunningSandbox;
let app: App;
beforeAll(async () => {
  sandbox = await startSandbox({ nowMs: NOW_MS, arrivals: false, usageRows: 700, eventsRows: 300 });
  app = createAppOver(
    sandbox,
    {
      ...UNPACED,
      ...PATIENT,
      SIGHTLINE_RATE_CAPACITY: '0',
      // The list and the export are read in pages of different lengths.
      SIGHTLINE_MAX_PAGE_SIZE: '70',
      SIGHTLINE_API_KEYS: Object.values(callers)
        .map(({ line }) => line)
        .join(';'),
    },
    { clock: { now: () => NOW_MS } },
  );
});
afterAll(async () => {
  await app.close();
  await sandbox.close();
});

type Draw = ReturnType<typeof createDraw>;

function createDraw(seed: number) {
  const random = createSeededRandom(seed);
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)]!;
  return { pick, chance: (share: number) => random() < share };
}

const ADDRESSES = ['45.67.89.178', '10.0.0.0/8', '45.0.0.0/8', '0.0.0.0/1'];

function drawUsage({ pick, chance }: Draw): object {
  return {
    ...(chance(0.2) && { hub: pick(['crm', 'documents']) }),
    ...(chance(0.3) && { elementKeys: pick([['sfdc'], ['googledrive', 'box'], []]) }),
    ...(chance(0.2) && { tags: pick([['production'], ['nothing']]) }),
    ...(chance(0.3) && { status: pick(['SUCCESS', 'FAILED', null]) }),
    ...(chance(0.15) && { searchText: pick(['contacts', 'oauth']) }),
    ...(chance(0.3) && { ipAddress: pick(ADDRESSES) }),
    ...(chance(0.3) && { processTime: pick([{ gte: 100 }, { lt: 500 }, { gte: 300, lt: 200 }]) }),
    ...(chance(0.1) && { responseStatus: { gte: 400 } }),
    ...(chance(0.03) && { status: 'LATE' }),
  };
}

function drawEvents(draw: Draw, depth = 0): object {
  const { pick, chance } = draw;
  const text = () =>
    pick([
      { eq: 'user-locked-out' },
      { in: ['user-login-success', 'x'] },
      { startsWith: 'user-' },
      { contains: 'fail' },
    ]);
  return {
    ...(chance(0.3) && { category: pick([{ eq: 'authentication' }, { in: [] }, { contains: 'i' }]) }),
    ...(chance(0.4) && { action: text() }),
    ...(chance(0.15) && { username: pick([{ isNull: false }, { contains: 'a' }]) }),
    ...(chance(0.2) && { ipAddress: pick(ADDRESSES) }),
    ...(chance(0.15) && { searchText: pick(['login', 'ROLE']) }),
    ...(chance(0.2) && depth < 2 && { not: drawEvents(draw, depth + 1) }),
    ...(chance(0.03) && { action: { eq: 'a', in: ['b'] } }),
  };
}

function drawTimeline(draw: Draw): object {
  const { pick, chance } = draw;
  return {
    ...(chance(0.2) && { sources: pick([['USAGE'], ['EVENTS'], ['EVENTS', 'USAGE'], []]) }),
    ...(chance(0.2) && { ipAddress: pick(ADDRESSES) }),
    ...(chance(0.4) && { usage: drawUsage(draw) }),
    ...(chance(0.4) && { events: drawEvents(draw) }),
  };
}

const RANGES = [
  { from: '2026-02-03T00:00:00Z', to: '2026-03-04T11:00:00Z' },
  { from: '2026-01-01T00:00:00Z', to: '2026-03-01T00:00:00Z' },
  { last: 'P10D', to: '2026-03-02T10:00:00Z' },
  { last: 'PT6H', to: '2026-03-04T10:00:00Z' },
  { from: '2026-03-02T00:00:00Z', to: '2026-03-01T00:00:00Z' },
];

/** The spans of each source and status, joined, as text. */
function joinSpans(entries: readonly CoverageAnswer[]): readonly string[] {
  const joined: CoverageAnswer[] = [];
  for (const entry of entries.toSorted((a, b) => (a.to > b.to ? -1 : 1))) {
    const at = joined.findIndex(
      (newer) =>
        newer.source === entry.source &&
        newer.status === entry.status &&
        newer.code === entry.code &&
        newer.from <= entry.to,
    );
    if (at === -1) joined.push(entry);
    else joined[at] = { ...joined[at]!, from: [joined[at]!.from, entry.from].toSorted()[0]! };
  }
  return joined
    .map(({ source, status, code, from, to }) => `${source} ${status} ${code} ${from} ${to}`)
    .toSorted();
}

test(
  `${FILTERS} random filters give the list and its export the same rows, coverage and refusals`,
  { timeout: 300_000 },
  async () => {
    const kinds = { rows: 0, refused: 0, partial: 0 };
    for (let seed = 1; seed <= FILTERS; seed += 1) {
      const draw = createDraw(seed);
      const name = draw.pick(NAMES);
      const range = draw.chance(0.9) ? draw.pick(RANGES) : RANGES[0]!;
      const filter = { usage: drawUsage, events: drawEvents, timeline: drawTimeline }[name](draw);
      const headers = { 'x-api-key': draw.pick(Object.values(callers)).key };
      const list = await readList(app, LISTS[name], range, filter, headers);
      const exported = await readExport(
        app,
        `${name}.ndjson`,
        { range, filter, fields: namesOf(LISTS[name]) },
        headers,
      );
      const where = JSON.stringify({ seed, name, range, filter });
      if (exported.status !== 200) {
        kinds.refused += 1;
        const { errors } = JSON.parse(exported.text) as { errors: { extensions: { code: string } }[] };
        expect({ where, codes: errors.map(({ extensions }) => extensions.code) }).toEqual({
          where,
          codes: list.codes,
        });
        continue;
      }
      expect({ where, codes: list.codes, rows: exported.rows }).toEqual({
        where,
        codes: [],
        rows: list.rows,
      });
      const { receipt } = exported;
      expect({ where, spans: joinSpans(receipt!.coverage) }).toEqual({
        where,
        spans: joinSpans(list.coverage),
      });
      const { of } = receipt!;
      expect({ where, of: of.filter, fields: of.fields.join() }).toEqual({
        where,
        of: filter,
        fields: namesOf(LISTS[name]),
      });
      const isInside = receipt!.coverage.every(({ from, to }) => from >= of.range.from && to <= of.range.to);
      expect({ where, isInside }).toEqual({ where, isInside: true });
      const isWhole = list.coverage.every(({ status }) => status === 'COMPLETE' || status === 'FILLING');
      expect({ where, complete: receipt!.complete }).toEqual({ where, complete: isWhole });
      kinds.rows += exported.rows.length;
      if (!isWhole) kinds.partial += 1;
    }
    // The draws reach all of it.
    expect(kinds.rows).toBeGreaterThan(5_000);
    expect(kinds.refused).toBeGreaterThan(10);
    expect(kinds.partial).toBeGreaterThan(10);
  },
);

test('a caller without pii:read gets no personal value, in either format', async () => {
  const headers = { 'x-api-key': callers.masked.key };
  const { rows } = await readExport(app, 'events.ndjson', {}, headers);
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows)
    expect(row).toMatchObject({
      username: null,
      ipAddress: null,
      description: null,
      masked: ['USERNAME', 'IP_ADDRESS', 'DESCRIPTION'],
    });
  const { text } = await readExport(app, 'events.csv', { fields: 'username,masked,description' }, headers);
  expect(new Set(text.slice(1).trimEnd().split('\r\n').slice(1))).toEqual(
    new Set([',"USERNAME; IP_ADDRESS; DESCRIPTION",']),
  );
});
