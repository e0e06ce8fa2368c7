import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../../src/base/secret.ts';
import { createRedisConnection } from '../../../src/upstream/redis/connection.ts';
import type { RedisConnection } from '../../../src/upstream/redis/connection.ts';
import { hasRedis, startRedis } from '../../support/redis-server.ts';
import { until } from '../../support/upstream-fixtures.ts';

function openConnection(url: string): RedisConnection {
  const connection = createRedisConnection(new Secret(url));
  onTestFinished(() => connection.close());
  return connection;
}

const works = (connection: RedisConnection): Promise<boolean> =>
  connection.get('any').then(
    () => true,
    () => false,
  );

describe.runIf(hasRedis)('a connection to Redis', () => {
  test('gives bytes back unchanged until they expire', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.kill());
    const connection = openConnection(`redis://127.0.0.1:${redis.port}`);
    await until(() => works(connection));
    const bytes = randomBytes(100_000);
    await connection.set('key', bytes, 60_000.4);
    expect(await connection.get('key')).toEqual(bytes);
    expect(await connection.get('other')).toBeNull();
    expect(await redis.command('PTTL', 'key')).toBeGreaterThan(50_000);
    expect(await redis.command('PTTL', 'key')).toBeLessThanOrEqual(60_001);
  });

  test('fails at once while Redis is gone, and works again when Redis is back', async () => {
    const first = await startRedis();
    const connection = openConnection(`redis://127.0.0.1:${first.port}`);
    await until(() => works(connection));
    await first.kill();
    await until(async () => !(await works(connection)));
    await expect(connection.set('key', Buffer.from('a'), 1_000)).rejects.toThrow();
    const second = await startRedis(first.port);
    onTestFinished(() => second.kill());
    await until(() => works(connection));
    await connection.set('key', Buffer.from('b'), 10_000);
    expect(String(await connection.get('key'))).toBe('b');
  });

  test('finds the node of each key in a cluster, and logs in to every node', async () => {
    const cluster = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000'];
    const nodes = await Promise.all([startRedis(undefined, cluster), startRedis(undefined, cluster)]);
    onTestFinished(() => void Promise.all(nodes.map((node) => node.kill())));
    const [a, b] = nodes;
    await a.command('CLUSTER', 'ADDSLOTSRANGE', '0', '8191');
    await b.command('CLUSTER', 'ADDSLOTSRANGE', '8192', '16383');
    await b.command('CLUSTER', 'SET-CONFIG-EPOCH', '2');
    await a.command('CLUSTER', 'MEET', '127.0.0.1', String(b.port));
    for (const node of nodes) {
      await until(async () => String(await node.command('CLUSTER', 'INFO')).includes('cluster_state:ok'));
      await node.command('CONFIG', 'SET', 'requirepass', 'canary');
    }
    const connection = openConnection(`redis+cluster://:canary@127.0.0.1:${a.port}`);
    await until(() => works(connection));
    const keys = Array.from({ length: 20 }, (_, index) => `key ${index}`);
    for (const key of keys) await connection.set(key, Buffer.from(key), 10_000);
    for (const key of keys) expect(String(await connection.get(key))).toBe(key);
    for (const key of keys) {
      expect(await connection.run("return redis.call('GET', KEYS[1]) .. ARGV[1]", key, ['!'])).toBe(
        `${key}!`,
      );
    }
  });
});

describe('a connection to nothing', () => {
  test.each(['redis', 'redis+cluster'])('%s: fails at once, and can be closed', async (scheme) => {
    const connection = openConnection(`${scheme}://127.0.0.1:9`);
    expect(await works(connection)).toBe(false);
    await connection.close();
    expect(await works(connection)).toBe(false);
  });

  test('a server that speaks another protocol is not a store', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const connection = openConnection(`redis://127.0.0.1:${(server.address() as AddressInfo).port}`);
    let refusals = 0;
    await until(async () => {
      expect(await works(connection)).toBe(false);
      refusals += 1;
      return refusals > 20;
    });
  });
});
