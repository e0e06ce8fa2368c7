import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';

/** Whether there is a Redis to test with; tells once a file where not. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
if (!hasRedis) console.warn('redis-server is not installed: what needs a real Redis is not tested here.');

export interface RedisServer {
  readonly port: number;
  /** Stops it in the middle of whatever it does; its data are gone. */
  kill(): Promise<void>;
  /** What a command, sent over a connection of its own, is answered. */
  command(...words: readonly string[]): Promise<unknown>;
  /** Lets it hang, connections open, or go on. */
  hang(isHanging: boolean): void;
}

/** A Redis of one's own on loopback, which keeps nothing on disk. */
export async function startRedis(port?: number, switches: readonly string[] = []): Promise<RedisServer> {
  const chosen = port ?? (await findFreePort());
  const folder = mkdtempSync(join(tmpdir(), 'sightline-redis-'));
  const child = spawn(
    'redis-server',
    ['--port', String(chosen), '--bind', '127.0.0.1', '--save', '', '--dir', folder, ...switches],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const kill = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  await ready(child).catch(async (error: unknown) => {
    await kill();
    throw error;
  });
  return {
    port: chosen,
    kill,
    async command(...words) {
      const client = createClient({ RESP: 2, socket: { port: chosen, host: '127.0.0.1' } });
      await client.connect();
      try {
        return await client.sendCommand([...words]);
      } finally {
        client.destroy();
      }
    },
    hang: (isHanging) => void child.kill(isHanging ? 'SIGSTOP' : 'SIGCONT'),
  };
}

async function ready(child: ChildProcess): Promise<void> {
  let said = '';
  for await (const chunk of child.stdout ?? []) {
    said += String(chunk);
    if (said.includes('Ready to accept connections')) break;
  }
  if (!said.includes('Ready to accept connections')) throw new Error(`redis-server did not start:\n${said}`);
}

/** A cluster's bus listens 10,000 ports above, so that the port must not be a high one. */
async function findFreePort(): Promise<number> {
  for (;;) {
    const server = createServer();
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const found = await new Promise<number | null>((resolve) => {
      server.once('error', () => resolve(null));
      server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });
    if (found === null) continue;
    await new Promise((resolve) => server.close(resolve));
    return found;
  }
}
