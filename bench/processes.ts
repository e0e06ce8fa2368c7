import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as elapse } from 'node:timers/promises';

/** A process of the bench that listens on a port of its own. */
export interface Started {
  readonly url: string;
  /** Processor time since the start, user and system, in milliseconds. */
  cpuMs(): number;
  /** Resident memory in bytes. */
  rssBytes(): number;
  end(): Promise<void>;
}

export interface StartOptions {
  /** The program and its arguments. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The core to run on; null: any. */
  readonly core: number | null;
  /** Receives what the process prints. */
  readonly logFile: string;
}

/** The cores for servers, and for the vendor and the load; null: `taskset` is missing, or there is only one core. */
export function findCores(): { readonly servers: number; readonly others: number } | null {
  const { status, stdout } = spawnSync('taskset', ['-cp', String(process.pid)], { encoding: 'utf8' });
  const [, list = ''] = /: ([\d,-]+)\s*$/.exec(stdout ?? '') ?? [];
  const cores = list.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
  const [servers, others] = cores;
  return status === 0 && servers !== undefined && others !== undefined ? { servers, others } : null;
}

/** Moves this process, with all its threads, to one core. */
export function moveTo(core: number): void {
  execFileSync('taskset', ['-acp', String(core), String(process.pid)], { stdio: 'ignore' });
}

/** Starts a process. It gets its port in `PORT`, and listens some time later. */
export async function start({ command, env, core, logFile }: StartOptions): Promise<Started> {
  const port = await findFreePort();
  const [program = '', ...args] = core === null ? command : ['taskset', '-c', String(core), ...command];
  const log = openSync(logFile, 'a');
  const child = spawn(program, args, {
    env: { PATH: process.env['PATH'], PORT: String(port), ...env },
    stdio: ['ignore', log, log],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} can't be started.`);
  process.once('exit', () => child.kill('SIGKILL'));
  return {
    url: `http://127.0.0.1:${port}`,
    cpuMs: () => readUse(pid).cpuMs,
    rssBytes: () => readUse(pid).rssBytes,
    async end() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 3_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Tries until `work` succeeds. @throws the error of the last attempt, after 20 s */
export async function retry(work: () => Promise<void>): Promise<void> {
  const endMs = performance.now() + 20_000;
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (performance.now() > endMs) throw error;
    }
    await elapse(2);
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

const TICKS_PER_SECOND = 100;

/** Reads what a process has used: from /proc on Linux, in steps of 10 ms, otherwise from `ps`. */
function readUse(pid: number): { readonly cpuMs: number; readonly rssBytes: number } {
  if (process.platform === 'linux') {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may hold spaces. After it come the state (field 3), utime (14), stime (15) …
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const ticks = (fields[11] ?? 0) + (fields[12] ?? 0);
    const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return { cpuMs: (ticks * 1_000) / TICKS_PER_SECOND, rssBytes: Number(kilobytes) * 1_024 };
  }
  const text = execFileSync('ps', ['-o', 'time=,rss=', '-p', String(pid)], { encoding: 'utf8' });
  const [time = '', kilobytes] = text.trim().split(/\s+/);
  const seconds = time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return { cpuMs: seconds * 1_000, rssBytes: Number(kilobytes) * 1_024 };
}
