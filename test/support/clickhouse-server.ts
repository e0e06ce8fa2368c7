import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether ClickHouse's engine is installed. If not, each test file warns once. */
export const hasClickHouse = existsSync(join(import.meta.dirname, 'chdb/node_modules/chdb/package.json'));
if (!hasClickHouse)
  console.warn(
    "ClickHouse's engine is not installed (npm run install:chdb): tests that need it are skipped.",
  );

export interface ClickHouseServer {
  /** The address of a database, which need not exist. */
  url(database: string): string;
  /** Runs a statement. It throws Error with the engine's message. */
  run(statement: string): Promise<void>;
  /** Ends it. Its data are lost. */
  kill(): Promise<void>;
}

/** Starts ClickHouse's engine on loopback, in a process of its own, so that its faults and its memory are not those of the tests. */
export async function startClickHouse(): Promise<ClickHouseServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-clickhouse-'));
  const child = spawn(process.execPath, [join(import.meta.dirname, 'chdb-server.ts'), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const kill = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  const exited = once(child, 'exit').then(() => null);
  const said: unknown = await Promise.race([once(child.stdout, 'data'), exited]);
  if (!Array.isArray(said)) {
    await kill();
    throw new Error("ClickHouse's engine did not start.");
  }
  const port = Number(String(said[0]));
  return {
    url: (database) => `clickhouse://default:secret%40word@127.0.0.1:${port}/${database}`,
    async run(statement) {
      const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: statement });
      const text = await response.text();
      if (!response.ok) throw new Error(text);
    },
    kill,
  };
}
