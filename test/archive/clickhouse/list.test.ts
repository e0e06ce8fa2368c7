import { expect, test } from 'vitest';
import { USAGE_COLUMNS } from '../../../src/archive/clickhouse/columns.ts';
import { usageCondition } from '../../../src/archive/clickhouse/conditions.ts';
import type { Database } from '../../../src/archive/clickhouse/database.ts';
import { createList } from '../../../src/archive/clickhouse/list.ts';
import type { UsageFilter } from '../../../src/sources/usage/filter.ts';

/** The statements that a page takes, if the times of its records are given by these answers. */
async function readPage(filter: UsageFilter, ...times: readonly number[][]): Promise<readonly string[]> {
  const statements: string[] = [];
  const answers = [...times];
  const database: Pick<Database, 'read'> = {
    async read(sql) {
      statements.push(sql);
      return sql.startsWith('select at_ms from') ? answers.shift()!.map((ms) => [String(ms)]) : [];
    },
  };
  const list = createList(database, USAGE_COLUMNS, {
    conditionOf: usageCondition,
    createTest: () => () => true,
  });
  const range = { fromMs: 0, toMs: 10 };
  await list({ range, filter, direction: 'DESC', after: null, limit: 5, knownAtMs: null });
  return statements.filter((sql) => sql.includes(' final '));
}

test('a page of few matches reads only the rows of their times merged, which is quick in a large table', async () => {
  const [merged, ...others] = await readPage({ ipAddress: '192.0.2.7' }, [7, 3], [7, 3]);
  expect(merged).toContain('at_ms in ?');
  expect(others).toEqual([]);
});

test('a page is read again from all rows if a commit has changed the times of its matches meanwhile', async () => {
  const [, merged, ...others] = await readPage({ ipAddress: '192.0.2.7' }, [7, 3], [7, 6, 3]);
  expect(merged).not.toContain('at_ms in ?');
  expect(others).toEqual([]);
});

test('a page without a filter reads one span', async () => {
  const [merged, ...others] = await readPage({}, [7, 3]);
  expect(merged).not.toContain('at_ms in ?');
  expect(others).toEqual([]);
});
