import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp } from '../support/running-app.ts';
import type { Asked, RunningApp } from '../support/running-app.ts';

let running: RunningApp;
beforeAll(async () => {
  running = await startApp({ arrivals: true, usageRows: 6_000, eventsRows: 2_000 });
});
afterAll(() => running.close());

interface TimelinePage {
  readonly timeline: {
    readonly to: string;
    readonly nodes: readonly { source: string; timestamp: string; key: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    readonly coverage: readonly { source: string; status: string; from: string; to: string }[];
  };
}

const QUERY = `query ($after: String) {
  timeline(range: { from: "2026-01-01T00:00:00Z" }, first: 389, after: $after) {
    to
    nodes { source timestamp ... on UsageRecord { key: recordId } ... on Event { key: eventId } }
    pageInfo { hasNextPage endCursor }
    coverage { source status from to }
  }
}`;

async function readNames(untilText: string): Promise<Map<string, number>> {
  const until = `TIMESTAMP '${untilText.replace('T', ' ').replace('Z', '')}'`;
  const rows = await running.sandbox.query(
    `SELECT 'USAGE ' || id AS name, epoch_ms(happened_at) AS ms FROM usage WHERE happened_at < ${until}
     UNION ALL SELECT 'EVENTS ' || id, epoch_ms(happened_at) FROM events WHERE happened_at < ${until}`,
  );
  return new Map(rows.map((row) => [String(row['name']), Number(row['ms'])]));
}

test('while rows arrive, the pages give each entry of both sources once and in order, except in FILLING coverage', async () => {
  const existing = await readNames(new Date(running.sandbox.now()).toISOString());
  const names: string[] = [];
  const times: number[] = [];
  const coverage: TimelinePage['timeline']['coverage'][number][] = [];
  let to = '';
  for (let after: string | null = null, more = true; more;) {
    const asked: Asked<TimelinePage> = await running.ask<TimelinePage>(QUERY, { after });
    expect(asked.errors).toBeUndefined();
    const { timeline } = asked.data;
    names.push(...timeline.nodes.map(({ source, key }) => `${source} ${key}`));
    times.push(...timeline.nodes.map(({ timestamp }) => Date.parse(timestamp)));
    coverage.push(...timeline.coverage);
    to = timeline.to;
    [after, more] = [timeline.pageInfo.endCursor, timeline.pageInfo.hasNextPage];
  }
  const given = new Set(names);
  expect(names.length).toBeGreaterThan(8_000);
  expect(given.size).toBe(names.length);
  expect(times).toEqual(times.toSorted((a, b) => b - a));
  expect([...existing.keys()].filter((name) => !given.has(name))).toEqual([]);

  const late = [...(await readNames(to))].filter(([name]) => !given.has(name));
  const filling = coverage.filter(({ status }) => status === 'FILLING');
  for (const [name, ms] of late) {
    expect(
      filling.some(
        ({ source, from, to: end }) =>
          name.startsWith(source) && Date.parse(from) <= ms && ms < Date.parse(end),
      ),
    ).toBe(true);
  }
});
