import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/start.ts';
import { runService } from '../smoke/run-service.ts';
import type { RunningService } from '../smoke/run-service.ts';
import { hasRedis, startRedis } from '../support/redis-server.ts';
import { NOW_MS, TEST_SECRET } from '../support/running-app.ts';

const WORKERS = 16;
const REQUESTS_OF_EACH = 60;
/** How many answers come before one instance is killed. */
const BEFORE_THE_KILL = (WORKERS * REQUESTS_OF_EACH) / 4;

test.runIf(hasRedis && process.platform === 'linux')(
  'of two instances on one port one is killed: no answer is wrong, and only requests under way in it are lost',
  async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.kill());
    const sandbox = await startSandbox({ nowMs: NOW_MS, arrivals: false, usageRows: 500, eventsRows: 10 });
    onTestFinished(() => sandbox.close());
    const rows = await sandbox.query('SELECT id, request_uri FROM usage ORDER BY id');
    const uris = new Map(rows.map((row) => [String(row['id']), String(row['request_uri'])]));
    const ids = [...uris.keys()];
    const port = await findFreePort();
    const { usageUserSecret, usageOrganizationSecret } = sandbox.credentials;
    const start = async (): Promise<RunningService> => {
      const service = runService([], {
        PORT: String(port),
        SIGHTLINE_SHARE_PORT: 'true',
        SIGHTLINE_SECRET: TEST_SECRET,
        REDIS_URL: `redis://127.0.0.1:${redis.port}`,
        USAGE_API_URL: sandbox.usageUrl,
        USAGE_API_USER_SECRET: usageUserSecret,
        USAGE_API_ORGANIZATION_SECRET: usageOrganizationSecret,
        LOG_LEVEL: 'error',
      });
      onTestFinished(() => void service.child.kill('SIGKILL'));
      await service.waitFor(/GraphiQL\s+http/);
      return service;
    };
    const [doomed] = await Promise.all([start(), start()]);

    let answered = 0;
    let wrong = 0;
    let isKilled = false;
    const lost: number[] = [];
    await Promise.all(
      Array.from({ length: WORKERS }, async (_, worker) => {
        const agent = new Agent({ keepAlive: true, maxSockets: 1 });
        let lostOfWorker = 0;
        for (let n = 0; n < REQUESTS_OF_EACH; n += 1) {
          const id = ids[(worker * 7 + n) % ids.length]!;
          try {
            const answer = await askUri(port, agent, id);
            answered += 1;
            if (answer !== uris.get(id)) wrong += 1;
          } catch (error) {
            expect(isKilled, String(error)).toBe(true);
            lostOfWorker += 1;
          }
          if (answered >= BEFORE_THE_KILL && !isKilled) {
            isKilled = true;
            doomed.child.kill('SIGKILL');
          }
        }
        agent.destroy();
        lost.push(lostOfWorker);
      }),
    );
    expect(wrong).toBe(0);
    // Each connection carries one request at a time, so each can lose one. All requests after it reach the other instance.
    expect(Math.max(...lost)).toBeLessThanOrEqual(1);
    expect(answered).toBe(WORKERS * REQUESTS_OF_EACH - lost.reduce((sum, count) => sum + count));
    // At least one connection was to the instance that was killed: else the test has shown nothing.
    expect(lost.some((count) => count > 0)).toBe(true);
  },
);

async function askUri(port: number, agent: Agent, id: string): Promise<unknown> {
  const body = JSON.stringify({
    query: 'query ($id: ID!) { usageRecord(recordId: $id) { requestURI } }',
    variables: { id },
  });
  const sent = request({
    port,
    agent,
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
  });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const answer = JSON.parse(Buffer.concat(chunks).toString()) as {
    data: { usageRecord: { requestURI: unknown } | null };
  };
  return answer.data.usageRecord?.requestURI;
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
