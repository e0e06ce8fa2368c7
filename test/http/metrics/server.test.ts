import { expect, onTestFinished, test } from 'vitest';
import { startMetricsServer } from '../../../src/http/metrics/server.ts';

async function start(page: () => Promise<{ status: number; body: string }>) {
  const faults: unknown[] = [];
  const address = { host: '127.0.0.1', port: 0 };
  const server = await startMetricsServer(address, { page }, (error) => faults.push(error));
  onTestFinished(() => server.close(0));
  return { url: server.url, faults };
}

test('the port of the metrics answers them and nothing else', async () => {
  const { url } = await start(async () => ({ status: 200, body: 'up 1\n' }));
  const ask = async (path: string, method = 'GET') => {
    const response = await fetch(`${url}${path}`, { method });
    return [response.status, await response.text()];
  };
  expect(await ask('/metrics')).toEqual([200, 'up 1\n']);
  expect(await ask('/metrics?name[]=up')).toEqual([200, 'up 1\n']);
  expect(await ask('/metrics', 'HEAD')).toEqual([200, '']);
  for (const [path, method] of [
    ['/graphql', 'POST'],
    ['/', 'GET'],
    ['/metrics', 'POST'],
  ] as const)
    expect(await ask(path, method)).toEqual([404, 'There is nothing here. Metrics are at /metrics\n']);
});

test('metrics that cannot be read are a fault without details for the reader', async () => {
  const { url, faults } = await start(() => Promise.reject(new Error('canary')));
  const response = await fetch(`${url}/metrics`);
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('canary');
  expect(faults).toEqual([new Error('canary')]);
});
