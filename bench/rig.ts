import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBuild } from '../bin/find-build.mjs';
import { writeBuild } from '../bin/write-build.ts';
import { runLoad } from './load.ts';
import type { LoadOptions } from './load.ts';
import { findCores, moveTo, retry, start } from './processes.ts';
import type { Started } from './processes.ts';
import type { Server } from './servers.ts';
import { isAnswer, WORKS } from './work.ts';
import type { Work } from './work.ts';

/** The vendor, and what every measurement needs: servers on one core, vendor and load on another. */
export interface Rig {
  readonly vendorUrl: string;
  /** For logs and other files. It is removed if all went well. */
  readonly folder: string;
  readonly isPinned: boolean;
  /** Starts a server and waits for its first right answer. */
  start(server: Server): Promise<RunningServer>;
  /** Runs one load against one server. */
  measure(server: RunningServer, load: Load): Promise<Measured>;
  /** Delays all answers of the vendor, in milliseconds. */
  setDelay(ms: number): Promise<void>;
}

export interface RunningServer extends Server {
  readonly process: Started;
  /** From the start of the process to the first right answer. */
  readonly firstAnswerMs: number;
  readonly idleRssBytes: number;
}

export interface Load extends Pick<LoadOptions, 'requests' | 'connections' | 'seconds'> {
  readonly callers?: LoadOptions['callers'];
  /** Throws if an answer is wrong. */
  readonly check: (request: number, text: string) => void;
}

/** The figures of one server under one load. */
export interface Measured {
  /** Milliseconds of processor time a request. */
  readonly cpuMs: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Vendor calls a request. */
  readonly calls: number;
  readonly rssBytes: number;
}

/** Runs `work` with a rig, and ends all processes of it. */
export async function withRig(work: (rig: Rig) => Promise<void>): Promise<void> {
  // A signal alone would end this process without its children; `start` ends them at the exit.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  // A service builds itself at its first start, which is not measured.
  await writeBuild(findBuild(join(import.meta.dirname, '..')));
  const folder = mkdtempSync(join(tmpdir(), 'sightline-bench-'));
  const cores = findCores();
  if (cores) moveTo(cores.others);
  const started: Started[] = [];
  const vendor = await start({
    command: [process.execPath, join(import.meta.dirname, 'servers/vendor.ts')],
    env: {},
    core: cores?.others ?? null,
    logFile: join(folder, 'vendor.log'),
  });
  started.push(vendor);
  const askVendor = async (path: string): Promise<number> =>
    Number(await (await fetch(`${vendor.url}/bench/${path}`)).text());
  const rig: Rig = {
    vendorUrl: vendor.url,
    folder,
    isPinned: cores !== null,
    async start(server) {
      const startedMs = performance.now();
      const { command, env, name } = server;
      const core = cores?.servers ?? null;
      const running = await start({ command, env, core, logFile: join(folder, `${name}.log`) });
      started.push(running);
      const [first] = WORKS;
      if (!first) throw new Error('There is no question.');
      await retry(() => checkAnswer(server, running.url, first, 0));
      const firstAnswerMs = performance.now() - startedMs;
      return { ...server, process: running, firstAnswerMs, idleRssBytes: running.rssBytes() };
    },
    async measure(server, { requests, connections, seconds, callers = [server.headers], check }) {
      await askVendor('calls');
      const beforeMs = server.process.cpuMs();
      const origin = server.process.url;
      const result = await runLoad({ origin, callers, requests, connections, seconds }).catch(
        (cause: unknown) => {
          throw new Error(`${server.name} failed under load.`, { cause });
        },
      );
      const usedMs = server.process.cpuMs() - beforeMs;
      const calls = await askVendor('calls');
      for (const { request, text } of result.lastAnswers) check(request, text);
      return {
        cpuMs: usedMs / result.requests,
        perSecond: result.requests / result.seconds,
        p50: result.p50,
        p99: result.p99,
        calls: calls / result.requests,
        rssBytes: server.process.rssBytes(),
      };
    },
    async setDelay(ms) {
      await askVendor(`delay/${ms}`);
    },
  };
  try {
    await retry(() => rig.setDelay(0));
    await work(rig);
    rmSync(folder, { recursive: true });
  } catch (error) {
    console.error(`The logs are in ${folder}.`);
    throw error;
  } finally {
    await Promise.all(started.map((one) => one.end()));
  }
}

/** A load with all variants of a question. */
export function loadOf(server: Server, work: Work): Pick<Load, 'requests' | 'check'> {
  return {
    requests: Array.from({ length: server.variants }, (_, variant) => server.ask(work, variant)),
    check: (variant, text) => expectAnswer(server, work, variant, text),
  };
}

/** Asks one variant of a question. @throws Error if the answer is wrong */
export async function checkAnswer(
  server: Server,
  origin: string,
  work: Work,
  variant: number,
): Promise<void> {
  const { path, body } = server.ask(work, variant);
  const headers = { 'content-type': 'application/json', ...server.headers };
  const response = await fetch(origin + path, { method: 'POST', headers, body });
  expectAnswer(server, work, variant, await response.text());
}

function expectAnswer(server: Server, work: Work, variant: number, text: string): void {
  if (isAnswer(text, server.answer(work, variant))) return;
  throw new Error(`${server.name} answers ${work.name} wrongly: ${text.slice(0, 600)}`);
}

/** The median of each figure. */
export function medianOf(all: readonly Measured[]): Measured {
  const median = (read: (one: Measured) => number): number => {
    const sorted = all.map(read).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  return {
    cpuMs: median(({ cpuMs }) => cpuMs),
    perSecond: median(({ perSecond }) => perSecond),
    p50: median(({ p50 }) => p50),
    p99: median(({ p99 }) => p99),
    calls: median(({ calls }) => calls),
    rssBytes: median(({ rssBytes }) => rssBytes),
  };
}
