import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningSandbox } from '../../../src/sandbox/start.ts';
import { askUsage, DAY_MS, EVERYTHING, NOW_MS, startSmallSandbox } from '../small-sandbox.ts';

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await startSmallSandbox();
});
afterAll(() => sandbox.close());

const ids = (rows: readonly Record<string, unknown>[]) => rows.map((row) => row['traffic_id']);

async function idsWhere(sql: string): Promise<readonly unknown[]> {
  const rows = await sandbox.query(`select id from usage where ${sql} order by happened_at desc, seq desc`);
  return rows.map((row) => row['id']);
}

describe('GET /usage', () => {
  test('gives the newest 100 records of the last 7 days without parameters', async () => {
    const { rows, status } = await askUsage(sandbox, '/usage');
    expect(status).toBe(200);
    expect(ids(rows)).toEqual((await idsWhere('true')).slice(0, 100));
    const oldest = await askUsage(sandbox, '/usage', { pageSize: '5000' });
    expect(ids(oldest.rows)).toEqual(await idsWhere(`happened_at >= epoch_ms(${NOW_MS - 7 * DAY_MS})`));
  });

  test('includes both ends of the range, to the millisecond', async () => {
    const [row] = await sandbox.query(
      'select epoch_ms(happened_at) as ms from usage order by happened_at limit 1 offset 700',
    );
    const at = new Date(Number(row?.['ms'])).toISOString();
    const { rows } = await askUsage(sandbox, '/usage', { from: at, to: at });
    expect(ids(rows)).toEqual(await idsWhere(`happened_at = epoch_ms(${Number(row?.['ms'])})`));
  });

  test.each([
    ['hub', [['hub', 'crm']], `hub = 'crm'`],
    [
      'keys[]',
      [
        ['keys[]', 'sfdc'],
        ['keys[]', 'box'],
      ],
      `element_key in ('sfdc', 'box')`,
    ],
    ['one of keys[]', [['keys[]', 'box']], `element_key = 'box'`],
    [
      'tags[]: any of',
      [
        ['tags[]', 'qa'],
        ['tags[]', 'eu'],
      ],
      `list_has_any(element_tags, ['qa', 'eu'])`,
    ],
    ['status', [['status', 'FAILED']], `request_status = 'FAILED'`],
    ['status in lower case', [['status', 'failed']], `request_status = 'FAILED'`],
    ['searchText in any case', [['searchText', 'INVOICES']], `request_uri like '%invoices%'`],
    [
      'all at once',
      [
        ['hub', 'crm'],
        ['keys[]', 'sfdc'],
        ['tags[]', 'qa'],
        ['status', 'SUCCESS'],
        ['searchText', 'lead'],
      ],
      `element_key = 'sfdc' and list_contains(element_tags, 'qa') and request_status = 'SUCCESS' and request_uri like '%lead%'`,
    ],
  ] as [string, [string, string][], string][])('filters by %s', async (_name, query, sql) => {
    const { rows } = await askUsage(sandbox, '/usage', [
      ...Object.entries({ ...EVERYTHING, pageSize: '5000' }),
      ...query,
    ]);
    const wanted = await idsWhere(sql);
    expect(wanted.length).toBeGreaterThan(0);
    expect(ids(rows)).toEqual(wanted);
  });

  test('pages by offset give all records', async () => {
    const seen: unknown[] = [];
    for (let offset = 0; ; offset += 333) {
      const { rows } = await askUsage(sandbox, '/usage', {
        ...EVERYTHING,
        pageSize: '333',
        pageOffset: String(offset),
      });
      seen.push(...ids(rows));
      if (rows.length < 333) break;
    }
    expect(seen).toEqual(await idsWhere('true'));
  });

  test.each([
    ['pageSize', '0'],
    ['pageSize', 'x'],
    ['pageOffset', '-1'],
    ['status', 'MAYBE'],
    ['from', 'soon'],
    ['to', '2026-02-30'],
    ['nextPage', 'x'],
    ['interval', 'day'],
  ])("refuses %s=%s with the vendor's body", async (name, value) => {
    const { status, body } = await askUsage(sandbox, '/usage', { [name]: value });
    expect(status).toBe(400);
    expect(body).toEqual({ requestId: expect.stringMatching(/^[0-9a-f]{24}$/), message: expect.any(String) });
  });

  test('many records share one instant, and their order does not follow their ids', async () => {
    const [tie] = await sandbox.query(
      'select count(*) as n, epoch_ms(happened_at) as ms from usage group by happened_at order by 1 desc limit 1',
    );
    expect(Number(tie?.['n'])).toBeGreaterThan(5);
    const at = new Date(Number(tie?.['ms'])).toISOString();
    const { rows } = await askUsage(sandbox, '/usage', { from: at, to: at });
    const given = ids(rows) as string[];
    const byId = given.toSorted((left, right) => (left < right ? -1 : 1));
    expect(given).not.toEqual(byId);
    expect(given).not.toEqual(byId.toReversed());
  });
});

describe('GET /usage/{id}', () => {
  test('gives the same record as the list', async () => {
    const { rows } = await askUsage(sandbox, '/usage', { pageSize: '1' });
    const { body } = await askUsage(sandbox, `/usage/${String(rows[0]?.['traffic_id'])}`);
    expect(body).toEqual(rows[0]);
  });

  test('an unknown id is a 404', async () => {
    const { status, body } = await askUsage(sandbox, '/usage/53e6df56e4b067fd19a9d69f');
    expect(status).toBe(404);
    expect(Object.keys(body)).toEqual(['requestId', 'message']);
  });
});

describe('the two dialects', () => {
  test('snake_case leaves out unknown values, and has the headers that nobody may show', async () => {
    const { rows } = await askUsage(sandbox, '/usage', { ...EVERYTHING, pageSize: '5000' });
    for (const row of rows) {
      expect(row['traffic_id']).toMatch(/^[0-9a-f]{24}$/);
      expect(row['traffic_date']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(Object.values(row)).not.toContain(null);
      expect(row['headers']).toHaveProperty('authorization');
    }
    const platform = rows.filter((row) => row['element_tag'] === undefined);
    expect(new Set(platform.map((row) => row['element_key']))).toEqual(new Set([undefined, '']));
  });

  test('camelCase has exactly the fields of the page of 2014', async () => {
    const camel = await startSmallSandbox({ dialect: 'camel', usageRows: 200, eventsRows: 10 });
    const { rows } = await askUsage(camel, '/usage', { 'keys[]': 'sfdc', pageSize: '1' });
    await camel.close();
    expect(Object.keys(rows[0] ?? {})).toEqual([
      'id',
      'requestStatus',
      'elementName',
      'elementKey',
      'accountId',
      'instanceName',
      'usageDate',
      'userId',
      'processTime',
      'requestURI',
      'requestIP',
      'elementTags',
      'elementApi',
      'companyId',
    ]);
    expect(rows[0]?.['usageDate']).toMatch(/\.\d{3}\+00:00$/);
  });
});

describe('switches of the list', () => {
  test('pageOffset counts pages of the actual page size', async () => {
    const paged = await startSmallSandbox({
      pageOffset: 'pages',
      maxPageSize: 50,
      usageRows: 300,
      eventsRows: 10,
    });
    const all = await askUsage(sandbox, '/usage', { pageSize: '1' });
    expect(all.rows).toHaveLength(1);
    const first = await askUsage(paged, '/usage', { ...EVERYTHING, pageSize: '100' });
    const second = await askUsage(paged, '/usage', { ...EVERYTHING, pageSize: '100', pageOffset: '1' });
    const wanted = await paged.query('select id from usage order by happened_at desc, seq desc limit 100');
    await paged.close();
    expect(first.rows).toHaveLength(50);
    expect([...ids(first.rows), ...ids(second.rows)]).toEqual(wanted.map((row) => row['id']));
  });

  test('elements-next-page-token leads through the whole list, and the last page has none', async () => {
    const tokens = await startSmallSandbox({ nextPageToken: true, usageRows: 500, eventsRows: 10 });
    const seen: unknown[] = [];
    let query: Record<string, string> = { ...EVERYTHING, pageSize: '100' };
    for (let token: string | null = ''; token !== null;) {
      const { rows, headers } = await askUsage(tokens, '/usage', query);
      seen.push(...ids(rows));
      token = headers.get('elements-next-page-token');
      query = { ...EVERYTHING, pageSize: '100', nextPage: token ?? '' };
    }
    const wanted = await tokens.query('select id from usage order by happened_at desc, seq desc');
    await tokens.close();
    expect(seen).toEqual(wanted.map((row) => row['id']));
    expect((await askUsage(sandbox, '/usage')).headers.get('elements-next-page-token')).toBeNull();
  });

  test('an empty range is an empty list, or a 404 if the switch asks for it', async () => {
    const nothing = { from: '2020-01-01', to: '2020-01-02' };
    expect((await askUsage(sandbox, '/usage', nothing)).rows).toEqual([]);
    const strict = await startSmallSandbox({ notFoundWhenEmpty: true, usageRows: 10, eventsRows: 10 });
    const status = async (path: string) => (await askUsage(strict, path, nothing)).status;
    expect(await status('/usage')).toBe(404);
    expect(await status('/usage/analytics/times')).toBe(404);
    expect(await status('/usage/analytics/statuses')).toBe(404);
    expect(await status('/usage/analytics/activity')).toBe(200);
    await strict.close();
  });
});
