import { parseArgs } from 'node:util';
import { countCalls, startApp } from '../test/support/running-app.ts';
import type { Asked } from '../test/support/running-app.ts';

// Pages through whole lists over HTTP while new rows arrive, and compares the result with the database. It only reports: the
// tests assert the same laws over fewer rows.

interface ListPage {
  readonly list: {
    readonly edges: readonly { readonly node: { readonly key: string; readonly timestamp: string } }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '100000' }, first: { type: 'string', default: '500' } },
});
const rows = Number(values.rows);
const first = Number(values.first);

const LISTS = [
  {
    field: 'usageRecords',
    select: 'key: recordId timestamp',
    sql: `SELECT 'USAGE ' || id AS key FROM usage`,
    name: (key: string) => `USAGE ${key}`,
  },
  {
    field: 'events',
    select: 'key: eventId timestamp',
    sql: `SELECT 'EVENTS ' || id AS key FROM events`,
    name: (key: string) => `EVENTS ${key}`,
  },
  {
    field: 'timeline',
    select: '... on UsageRecord { key: recordId } ... on Event { key: eventId } source timestamp',
    sql: `SELECT 'USAGE ' || id AS key FROM usage UNION ALL SELECT 'EVENTS ' || id AS key FROM events`,
    name: (key: string) => (/^[0-9]{1,19}$/.test(key) ? `EVENTS ${key}` : `USAGE ${key}`),
  },
] as const;

const running = await startApp({ usageRows: rows, eventsRows: rows, arrivals: true, nowMs: Date.now() });
try {
  console.log(
    `| list | stored | received | lost | doubled | out of order | pages of ${first} | vendor calls | most for a page | s |`,
  );
  console.log('|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|');
  for (const { field, select, sql, name } of LISTS) {
    const startedMs = performance.now();
    const stored = (await running.sandbox.query(sql)).map((row) => String(row['key']));
    const from = new Date(running.sandbox.now() - 40 * 86_400_000).toISOString();
    const query = `query ($from: DateTime!, $after: String) { list: ${field}(range: { from: $from }, first: ${first}, after: $after) { edges { node { ${select} } } pageInfo { hasNextPage endCursor } } }`;
    const received: string[] = [];
    let calls = 0;
    let most = 0;
    let pages = 0;
    let disorder = 0;
    let newest = Infinity;
    for (let after: string | null = null; ;) {
      const asked: Asked<ListPage> = await running.ask<ListPage>(query, { from, after });
      if (asked.errors) throw new Error(JSON.stringify(asked.errors));
      for (const { node } of asked.data.list.edges) {
        received.push(name(node.key));
        const ms = Date.parse(node.timestamp);
        if (ms > newest) disorder += 1;
        newest = ms;
      }
      const spent = countCalls(asked, 'USAGE') + countCalls(asked, 'EVENTS');
      calls += spent;
      most = Math.max(most, spent);
      pages += 1;
      if (!asked.data.list.pageInfo.hasNextPage) break;
      after = asked.data.list.pageInfo.endCursor;
    }
    const given = new Set(received);
    const lost = stored.filter((key) => !given.has(key)).length;
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
    console.log(
      `| ${field} | ${stored.length} | ${received.length} | ${lost} | ${received.length - given.size} | ${disorder} | ${pages} | ${calls} | ${most} | ${seconds} |`,
    );
  }
} finally {
  await running.close();
}
