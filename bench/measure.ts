import type { LoadResult } from './load.ts';
import { runLoad } from './load.ts';
import { retry, start } from './processes.ts';
import type { Started } from './processes.ts';
import type { Server } from './servers.ts';
import { isAnswer, WORKS } from './work.ts';
import type { Work } from './work.ts';

export interface RunningServer extends Server {
  readonly process: Started;
  /** From the start of the process to the first right answer. */
  readonly firstAnswerMs: number;
  readonly idleRssBytes: number;
}

/** One measurement: figures of one server under one load. */
export interface Measured {
  /** Milliseconds of processor time a request. */
  readonly cpuMs: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly calls: number;
  readonly rssBytes: number;
}

/** The load of one measurement. */
export interface Load {
  readonly work: Work;
  readonly connections: number;
  readonly seconds: number;
}

export async function startServer(
  server: Server,
  core: number | null,
  logFile: string,
): Promise<RunningServer> {
  const startedMs = performance.now();
  const running = await start({ command: server.command, env: server.env, core, logFile });
  const [first] = WORKS;
  if (!first) throw new Error('There is no question.');
  await retry(async () => expectAnswer(server, first, 0, await ask(server, running.url, first, 0)));
  const firstAnswerMs = performance.now() - startedMs;
  return { ...server, process: running, firstAnswerMs, idleRssBytes: running.rssBytes() };
}

async function ask(server: Server, origin: string, work: Work, variant: number): Promise<string> {
  const { path, body } = server.ask(work, variant);
  const headers = { 'content-type': 'application/json', ...server.headers };
  const response = await fetch(origin + path, { method: 'POST', headers, body });
  return response.text();
}

/** @throws Error if the server answers one of the first variants wrongly */
export async function checkAnswers(server: RunningServer, work: Work): Promise<void> {
  for (let variant = 0; variant < Math.min(server.variants, 3); variant += 1)
    expectAnswer(server, work, variant, await ask(server, server.process.url, work, variant));
}

function expectAnswer(server: Server, work: Work, variant: number, text: string): void {
  if (isAnswer(text, server.answer(work, variant))) return;
  throw new Error(`${server.name} answers ${work.name} wrongly: ${text.slice(0, 600)}`);
}

/** Runs one load against one server. The last answer of each connection is compared as well. */
export async function measure(server: RunningServer, load: Load, vendorUrl: string): Promise<Measured> {
  const { work, connections, seconds } = load;
  const requests = Array.from({ length: server.variants }, (_, variant) => server.ask(work, variant));
  await takeCalls(vendorUrl);
  const beforeMs = server.process.cpuMs();
  const result: LoadResult = await runLoad({
    origin: server.process.url,
    headers: server.headers,
    requests,
    connections,
    seconds,
  });
  const usedMs = server.process.cpuMs() - beforeMs;
  const calls = await takeCalls(vendorUrl);
  for (const { request, text } of result.lastAnswers) expectAnswer(server, work, request, text);
  return {
    cpuMs: usedMs / result.requests,
    perSecond: result.requests / result.seconds,
    p50: result.p50,
    p99: result.p99,
    calls: calls / result.requests,
    rssBytes: server.process.rssBytes(),
  };
}

/** The vendor calls since the last time. */
async function takeCalls(vendorUrl: string): Promise<number> {
  return Number(await (await fetch(`${vendorUrl}/bench/calls`)).text());
}

/** Delays all answers of the vendor. */
export async function setDelay(vendorUrl: string, ms: number): Promise<void> {
  await fetch(`${vendorUrl}/bench/delay/${ms}`);
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
