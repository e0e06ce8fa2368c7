import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningSandbox } from '../../../src/sandbox/start.ts';
import { askUsage, startSmallSandbox } from '../small-sandbox.ts';

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await startSmallSandbox();
});
afterAll(() => sandbox.close());

const RANGES = {
  year: ['2025-06-01T10:00:00Z', '2026-03-03T00:00:00Z'],
  quarter: ['2025-06-01T10:00:00Z', '2026-03-03T00:00:00Z'],
  month: ['2026-01-10T10:00:00Z', '2026-03-01T00:00:00Z'],
  week: ['2026-02-04T10:00:00Z', '2026-03-02T00:00:00Z'],
  day: ['2026-02-10T10:00:00Z', '2026-03-03T00:00:00Z'],
  hour: ['2026-02-24T10:30:00Z', '2026-02-26T00:00:00Z'],
  minute: ['2026-02-24T10:30:30Z', '2026-02-24T14:00:00Z'],
  second: ['2026-02-24T10:30:30.500Z', '2026-02-24T11:00:00Z'],
} as const;
const STEPS = { quarter: '3 months' } as Record<string, string>;

test.each(Object.entries(RANGES))(
  "%s: every series equals the database's own figures, including empty buckets",
  async (interval, [from, to]) => {
    const ask = async (path: string) =>
      (await askUsage(sandbox, `/usage/analytics/${path}`, { from, to, interval })).rows;
    const [activity, elements, times, statuses] = await Promise.all(
      ['activity', 'activity/elements', 'times', 'statuses'].map(ask),
    );

    const spine = await sandbox.query(
      `select epoch_ms(unnest(generate_series(date_trunc('${interval}', timestamp '${from}'), timestamp '${to}', interval ${STEPS[interval] ?? `1 ${interval}`}))) as ms`,
    );
    const facts = await sandbox.query(
      `select epoch_ms(date_trunc('${interval}', happened_at)) as ms, coalesce(element_key, '') as key, request_status as status,
      process_time as time from usage where happened_at >= timestamp '${from}' and happened_at < timestamp '${to}'`,
    );
    expect(facts.length).toBeGreaterThan(0);

    const wanted = spine.map(({ ms }) => {
      const timestamp = new Date(Number(ms)).toISOString();
      const inside = facts.filter((fact) => fact['ms'] === ms);
      const durations = inside.map((fact) => Number(fact['time']));
      const count = inside.length;
      const failed = inside.filter((fact) => fact['status'] === 'FAILED').length;
      const byElement: Record<string, number> = {};
      for (const fact of inside) {
        const key = fact['key'] as string;
        byElement[key] = (byElement[key] ?? 0) + 1;
      }
      return {
        activity: { timestamp, count },
        elements: { ...byElement, timestamp, count },
        times:
          count === 0
            ? { timestamp, count }
            : {
                timestamp,
                count,
                min: Math.min(...durations),
                max: Math.max(...durations),
                avg: expect.closeTo(durations.reduce((sum, time) => sum + time, 0) / count, 6) as number,
              },
        statuses: { timestamp, count, failed, success: count - failed },
      };
    });
    expect(activity).toEqual(wanted.map((row) => row.activity));
    expect(elements).toEqual(wanted.map((row) => row.elements));
    expect(times).toEqual(wanted.map((row) => row.times));
    expect(statuses).toEqual(wanted.map((row) => row.statuses));

    // The range ends at the start of a bucket, so the vendor gives a row of zeros at `to`.
    if (interval !== 'year' && interval !== 'quarter') {
      expect(activity?.at(-1)).toEqual({ timestamp: new Date(to).toISOString(), count: 0 });
    }
  },
);

test.each([
  ['from after to', { from: '2026-03-02', to: '2026-03-01', interval: 'day' }],
  ['second over more than a day', { from: '2026-03-01', to: '2026-03-02T00:00:01Z', interval: 'second' }],
  ['an unknown interval', { from: '2026-03-01', to: '2026-03-02', interval: 'DAY' }],
  ['no from', { to: '2026-03-02' }],
  ['no to', { from: '2026-03-02' }],
  ['a filter', { from: '2026-03-01', to: '2026-03-02', hub: 'crm' }],
  ['minutes over centuries', { from: '1026-03-01', to: '2026-03-02', interval: 'minute' }],
])('%s is a 400 on every series', async (_name, query) => {
  for (const path of ['activity', 'activity/elements', 'times', 'statuses']) {
    const { status, body } = await askUsage(sandbox, `/usage/analytics/${path}`, query);
    expect(status).toBe(400);
    expect(Object.keys(body)).toEqual(['requestId', 'message']);
  }
});

test.each([
  ['2026-03-03T10:00:00Z', '2026-03-03T12:00:00Z', 60_000],
  ['2026-03-01', '2026-03-04', 3_600_000],
  ['2026-02-25', '2026-03-04', 86_400_000],
])('without an interval, %s to %s has buckets of %d ms', async (from, to, stepMs) => {
  const { rows } = await askUsage(sandbox, '/usage/analytics/activity', { from, to });
  const [first, second] = rows.map((row) => Date.parse(String(row['timestamp'])));
  expect((second ?? 0) - (first ?? 0)).toBe(stepMs);
});

test('an element key may be the name of a property that every object has', async () => {
  await sandbox.query(
    `insert into usage by name select 'odd' || key as id, timestamp '2020-05-05' as happened_at, happened_at as counted_at,
      'SUCCESS' as request_status, key as element_key, 1 as process_time
    from (select unnest(['__proto__', 'constructor', 'ünï "quoted"']) as key)`,
  );
  const { text } = await askUsage(sandbox, '/usage/analytics/activity/elements', {
    from: '2020-05-05',
    to: '2020-05-05T12:00:00Z',
    interval: 'day',
  });
  expect(text).toBe(
    `[{"__proto__":1,"constructor":1,"ünï \\"quoted\\"":1,"timestamp":"2020-05-05T00:00:00.000Z","count":3}]`,
  );
});
