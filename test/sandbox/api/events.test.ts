import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningSandbox } from '../../../src/sandbox/start.ts';
import { ask, askEvents, authorizeEvents, startSmallSandbox } from '../small-sandbox.ts';

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await startSmallSandbox();
});
afterAll(() => sandbox.close());

/** Ids as text, because they are larger than 2^53. */
const ids = (text: string) => [...text.matchAll(/"id":(\d+)/g)].map((match) => match[1]);

async function idsWhere(sql: string, order = 'id'): Promise<readonly string[]> {
  const rows = await sandbox.query(`select id from events where ${sql} order by ${order}`);
  return rows.map((row) => (row['id'] as bigint).toString());
}

describe('GET /events', () => {
  test('the pages give every event once, with exact ids beyond 2^53', async () => {
    const seen: (string | undefined)[] = [];
    for (let page = 1; ; page += 1) {
      const { text, rows } = await askEvents(sandbox, {
        page: String(page),
        pageSize: '150',
        sort: 'timestamp:desc,id:desc',
      });
      seen.push(...ids(text));
      if (rows.length < 150) break;
    }
    expect(seen).toEqual(await idsWhere('true', 'happened_at desc, id desc'));
    expect(seen.filter((id) => BigInt(id ?? 0) > 2n ** 53n).length).toBeGreaterThan(100);
  });

  test('an event has the documented fields, and optional fields are absent rather than null', async () => {
    const { rows } = await askEvents(sandbox, { pageSize: '1000' });
    for (const row of rows) {
      expect(row['timestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(row['category']).toMatch(/^[a-zA-Z0-9_-]{1,100}$/);
      expect(row['action']).toMatch(/^[a-zA-Z0-9_-]{1,100}$/);
      expect(Object.values(row)).not.toContain(null);
    }
    expect(rows.some((row) => row['username'] === undefined)).toBe(true);
    expect(rows.some((row) => row['username'] !== undefined && row['ipAddress'] === undefined)).toBe(true);
  });

  test.each([
    [{ category: 'authentication' }, `category = 'authentication'`],
    [
      { action: 'in:user-login-failure,user-locked-out' },
      `action in ('user-login-failure', 'user-locked-out')`,
    ],
    [{ action: 'like:%login%' }, `action like '%login%'`],
    [{ action: 'like:role_%' }, `action in ('role-created', 'role_assigned')`],
    [
      { category: 'authentication', action: 'like:user%' },
      `category = 'authentication' and starts_with(action, 'user')`,
    ],
    [{ category: 'Authentication' }, 'false'],
  ])('filters by %o', async (query, sql) => {
    const { text } = await askEvents(sandbox, { ...query, pageSize: '1000' });
    expect(ids(text)).toEqual(await idsWhere(sql));
  });

  test('a bare time is inclusive; one with gt: or lt: is exclusive', async () => {
    const [row] = await sandbox.query(
      'select epoch_ms(happened_at) as ms from events order by id limit 1 offset 300',
    );
    const ms = Number(row?.['ms']);
    const at = new Date(ms).toISOString().replace('.000Z', 'Z');
    const idsFor = async (query: Record<string, string>) =>
      ids((await askEvents(sandbox, { pageSize: '1000', ...query })).text);
    expect(await idsFor({ createdFrom: at })).toEqual(await idsWhere(`happened_at >= epoch_ms(${ms})`));
    expect(await idsFor({ createdFrom: `gt:${at}` })).toEqual(
      await idsWhere(`happened_at > epoch_ms(${ms})`),
    );
    expect(await idsFor({ createdTo: at })).toEqual(await idsWhere(`happened_at <= epoch_ms(${ms})`));
    expect(await idsFor({ createdTo: `lt:${at}` })).toEqual(await idsWhere(`happened_at < epoch_ms(${ms})`));
    expect(await idsFor({ createdFrom: at, createdTo: at })).toEqual(
      await idsWhere(`happened_at = epoch_ms(${ms})`),
    );
  });

  test.each([
    ['username,id:desc', 'username nulls last, id desc'],
    ['category:desc,action', 'category desc, action, id'],
    ['ipAddress:desc', 'ip_address desc nulls last, id'],
  ])('sorts by %s', async (sort, order) => {
    expect(ids((await askEvents(sandbox, { sort, pageSize: '1000' })).text)).toEqual(
      await idsWhere('true', order),
    );
  });

  test('fields selects the fields', async () => {
    const { rows } = await askEvents(sandbox, { fields: 'id,action' });
    for (const row of rows) expect(Object.keys(row)).toEqual(['id', 'action']);
  });

  test.each([
    { page: '0' },
    { page: 'x' },
    { pageSize: '0' },
    { pageSize: '1001' },
    { createdFrom: 'yesterday' },
    { createdFrom: '2026-03-01' },
    { createdTo: '2026-03-01T00:00:00.123Z' },
    { createdTo: 'ge:2026-03-01T00:00:00Z' },
    { sort: 'name' },
    { sort: 'id:asc' },
    { sort: 'id;drop' },
    { fields: 'id,name' },
    { category: 'a b' },
    { category: 'eq:a' },
    { action: 'in:' },
    { action: 'in:a,' },
    { action: "like:'" },
    { action: 'a%' },
    { username: 'ada' },
  ] as Record<string, string>[])("refuses %o with the vendor's body", async (query) => {
    const { status, body } = await askEvents(sandbox, query);
    expect(status).toBe(400);
    expect(body).toEqual({ error: 'Bad Request', message: expect.any(String) });
  });

  test.each(['page', 'pageSize', 'createdFrom', 'createdTo'])(
    'refuses a request without %s',
    async (name) => {
      const query = new URLSearchParams({
        page: '1',
        pageSize: '1',
        createdFrom: '2026-01-01T00:00:00Z',
        createdTo: '2026-01-02T00:00:00Z',
      });
      query.delete(name);
      const { status } = await ask(`${sandbox.eventsUrl}/events?${query}`, {
        headers: { authorization: authorizeEvents(sandbox) },
      });
      expect(status).toBe(400);
    },
  );
});

describe('POST /authenticate', () => {
  const authenticate = (body: object) =>
    ask(`${sandbox.eventsUrl}/authenticate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  test('gives a token that the Events API accepts', async () => {
    const { body } = await authenticate({
      username: sandbox.credentials.eventsUsername,
      password: sandbox.credentials.eventsPassword,
    });
    const { status } = await ask(
      `${sandbox.eventsUrl}/events?page=1&pageSize=1&createdFrom=2026-01-01T00:00:00Z&createdTo=2026-04-01T00:00:00Z`,
      { headers: { authorization: `Bearer ${String(body['token'])}` } },
    );
    expect(status).toBe(200);
  });

  test('a wrong password is a 401, a missing body a 400, another content type a 415', async () => {
    expect(await authenticate({ username: 'sandbox', password: 'x' })).toMatchObject({
      status: 401,
      body: { error: 'Unauthorized' },
    });
    for (const username of [1, null, [], { toString: 1, valueOf: 1 }])
      expect((await authenticate({ username, password: 'x' })).status).toBe(401);
    expect((await ask(`${sandbox.eventsUrl}/authenticate`, { method: 'POST' })).status).toBe(400);
    expect((await ask(`${sandbox.eventsUrl}/authenticate`, { method: 'POST', body: 'x=1' })).status).toBe(
      415,
    );
  });
});
