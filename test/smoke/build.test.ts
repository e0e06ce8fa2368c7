import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runInTest as run } from './run-in-test.ts';
import { LAUNCHER } from './run-service.ts';

test('the build serves what the sources serve: both sandboxes, the tools of agents, and GraphiQL with the examples', async () => {
  const service = run(['--rows', '300,100', '--no-arrivals'], { PORT: '0' }, [], LAUNCHER);
  const [, url] = await service.waitFor(/GraphiQL +(\S+)/);
  expect(service.printed()).not.toContain('There is no build');
  const response = await fetch(url!, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ usageRecords(first: 1) { nodes { __typename } } events(first: 1) { nodes { __typename } } }"}',
  });
  expect(await response.json()).toMatchObject({
    data: {
      usageRecords: { nodes: [{ __typename: 'UsageRecord' }] },
      events: { nodes: [{ __typename: 'Event' }] },
    },
  });
  const tools = await fetch(new URL('/mcp', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
  });
  expect(await tools.text()).toContain('"name":"what_happened"');
  const page = await fetch(url!, { headers: { accept: 'text/html' } });
  const html = await page.text();
  for (const name of ['what-happened-from-an-address', 'service-status']) {
    const example = readFileSync(new URL(`../../docs/examples/${name}.graphql`, import.meta.url), 'utf8');
    expect(html).toContain(JSON.stringify(example).slice(1, 60));
  }
  const pid = service.child.pid!;
  const [sandboxPid] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  expect(readFileSync(`/proc/${sandboxPid}/cmdline`, 'utf8').split('\0')).toContain(LAUNCHER);
  service.child.kill('SIGINT');
  expect(await service.exit).toBe(0);
});

test('the sandbox alone runs as a build, too', async () => {
  const sandbox = run(['sandbox', '--rows', '300,100', '--no-arrivals'], {}, [], LAUNCHER);
  await sandbox.waitFor(/EVENTS_API_PASSWORD=\S+/);
  sandbox.child.kill('SIGINT');
  expect(await sandbox.exit).toBe(0);
});
