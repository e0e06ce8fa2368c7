import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { schema } from '../../src/graph/schema.ts';
import { readTool } from '../../src/http/mcp/tool.ts';
import { readToolSet } from '../../src/http/mcp/tool-set.ts';

const page = readFileSync(new URL('../../docs/agents.md', import.meta.url), 'utf8');

test('docs/agents.md lists every tool with the scopes that it needs, and no others', async () => {
  const tools = await readToolSet({ schema, trustedDocuments: null, onFault: () => {} });
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  const listed = rows.map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));
  expect(listed.map(([, name]) => name).toSorted()).toEqual([...tools.keys()].toSorted());
  for (const [, name = '', , needs = ''] of listed) {
    const { access } = tools.get(name)!;
    const named = [...new Set(access.flat())].toSorted();
    if (name === 'one_entry') expect(named).toEqual(['events:read', 'usage:read']);
    else
      expect(
        needs
          .split(' or ')
          .filter((word) => word !== 'nothing')
          .toSorted(),
        name,
      ).toEqual(named);
  }
});

test('the tool of docs/agents.md can be one, and goes on by cursors', () => {
  const [, text = ''] = /```graphql\n(.*?)```/s.exec(page) ?? [];
  expect(readTool(schema, text)).toMatchObject({
    name: 'failed_calls',
    rows: { kind: 'pages', root: 'usageRecords' },
  });
});
