import { parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { answerCall } from '../../bench/vendor.ts';
import { createRecordsWork, createSeriesWork, isAnswer, WORKS } from '../../bench/work.ts';
import type { Work } from '../../bench/work.ts';
import { schema } from '../../src/graph/schema.ts';
import type { Transport } from '../../src/upstream/transport.ts';
import { askApp, countCalls, createTestApp } from '../support/running-app.ts';

const vendor: Transport = {
  async get({ target }) {
    const body = answerCall(target);
    const headers = { 'content-type': 'application/json' };
    return { status: body ? 200 : 404, headers, body: body ?? Buffer.from('{}') };
  },
  async close() {},
};

/** Sightline over the bench's vendor, without sockets. */
function createBenchApp() {
  return createTestApp(
    {
      USAGE_API_URL: 'http://127.0.0.1:9',
      USAGE_API_USER_SECRET: 'a',
      USAGE_API_ORGANIZATION_SECRET: 'b',
      EVENTS_API_URL: 'http://127.0.0.1:9',
      EVENTS_API_TOKEN: 'c',
    },
    { transports: { USAGE: vendor, EVENTS: vendor } },
  );
}

const DAY_MS = 86_400_000;
const OTHER_SIZES: readonly Work[] = [
  createRecordsWork(1),
  createRecordsWork(200),
  createSeriesWork('three days', (variant) => ({ fromMs: variant * DAY_MS, toMs: (variant + 3) * DAY_MS })),
];

test.each(WORKS)('$name is a valid question of the graph: $title', ({ query }) => {
  expect(validate(schema, parse(query))).toEqual([]);
});

describe("Sightline's answer is the one that the bench expects", () => {
  test.each([...WORKS, ...OTHER_SIZES])('$name: $title', async ({ query, variables, answer }) => {
    const app = createBenchApp();
    for (const variant of [0, 1, 999]) {
      const asked = await askApp(app, query, variables(variant));
      expect(asked).toMatchObject({ data: answer(variant), errors: undefined });
      expect(isAnswer(JSON.stringify(asked), answer(variant))).toBe(true);
    }
    await app.close();
  });
});

test.each([
  ['Q1', 1],
  ['Q2', 1],
  ['Q3', 3],
  ['Q4', 11],
  ['Q5', 1],
])('%s takes as many vendor calls as the same work by hand: %d', async (name, calls) => {
  const app = createBenchApp();
  const { query, variables } = WORKS.find((work) => work.name === name)!;
  const asked = await askApp(app, query, variables(7));
  expect(countCalls(asked, 'USAGE') + countCalls(asked, 'EVENTS')).toBe(calls);
  await app.close();
});

test('each variant of a question has variables and an answer of its own, a month within 20 years', () => {
  for (const { variables, answer, name } of WORKS) {
    const count = name === 'Q3' ? 240 : 1_000;
    const texts = Array.from({ length: count }, (_, variant) => JSON.stringify(variables(variant)));
    expect(new Set(texts).size).toBe(count);
    expect(answer(1)).not.toEqual(answer(2));
  }
});

test('an answer with other data, or with errors beside the data, is wrong', () => {
  const data = { usageRecord: { recordId: 'a' } };
  expect(isAnswer(JSON.stringify({ data, extensions: {} }), data)).toBe(true);
  expect(isAnswer(JSON.stringify({ data: { usageRecord: null } }), data)).toBe(false);
  expect(isAnswer(JSON.stringify({ data, errors: [] }), data)).toBe(false);
});

describe('the vendor of the bench', () => {
  const read = (target: string): readonly { id: unknown }[] => JSON.parse(String(answerCall(target))) as [];

  test('gives a page of any size, newest first, from the bound on', () => {
    const all = read('/usage?from=2026-02-01T00:00:00Z&to=2026-03-01T00:00:00Z&pageOffset=0&pageSize=10000');
    expect(all).toHaveLength(10_000);
    const from = '2026-02-01T00:00:00Z';
    const to = (all as readonly { usageDate?: string }[])[40]?.usageDate;
    expect(read(`/usage?from=${from}&to=${to}&pageOffset=2&pageSize=3`)).toEqual(all.slice(42, 45));
  });

  test('leaves out rows before the lower bound', () => {
    const first = read('/usage?from=2026-02-28T23:59:00Z&to=2026-03-01T00:00:00Z&pageOffset=0&pageSize=500');
    expect(first).toHaveLength(60);
    const events =
      '/events?createdFrom=gt:2026-02-28T23:59:00Z&createdTo=lt:2026-03-01T00:00:00Z&page=1&pageSize=500';
    expect(read(events)).toHaveLength(59);
  });

  test('has no answer for an unknown record or path', () => {
    expect(answerCall('/usage/53e6e0c80000000000ffffff')).toBeNull();
    expect(answerCall('/usage/x')).toBeNull();
    expect(answerCall('/accounts')).toBeNull();
  });
});
