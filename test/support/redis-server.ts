import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';

/** Whether a Redis is installed. If not, each test file warns once. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
if (!hasRedis) console.warn('redis-server is not installed: tests that need a real Redis are skipped.');

export interface RedisServer {
  readonly port: number;
  /** Kills it at once. Its data are lost. */
  kill(): Promise<void>;
  /** Sends a command over a new connection, and returns the answer. */
  command(...words: readonly string[]): Promise<unknown>;
  /** true: it hangs with its connections open; false: it continues. */
  hang(isHanging: boolean): void;
}

/** Starts a Redis on loopback that writes nothing to disk. */
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

/** A free port below 30,000, because a cluster's bus listens 10,000 ports above it. */
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
