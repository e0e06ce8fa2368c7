import { createTable } from './report.ts';
import { checkAnswer, loadOf, medianOf } from './rig.ts';
import type { Measured, Rig, RunningServer } from './rig.ts';
import type { Server } from './servers.ts';
import type { Work } from './work.ts';

export interface CompareOptions {
  readonly servers: readonly Server[];
  readonly works: readonly Work[];
  readonly seconds: number;
  readonly rounds: number;
  readonly connections: readonly number[];
  readonly delays: readonly number[];
}

/** Before the first round, so that compilers have seen the code. */
const WARM_SECONDS = 2;

interface Result {
  readonly work: Work;
  readonly connections: number;
  readonly delayMs: number;
  readonly server: RunningServer;
  readonly measured: Measured;
  /** Its processor time divided by that of the same work by hand in the same rounds. */
  readonly ratio: number;
}

/** Compares servers that run together, and prints a line for each result. @returns the results as Markdown */
export async function compare(rig: Rig, options: CompareOptions): Promise<string> {
  const running: RunningServer[] = [];
  for (const server of options.servers) running.push(await rig.start(server));
  const table = createTable([
    'question',
    'connections',
    'vendor ms',
    'server',
    'processor ms',
    '× by hand',
    'a second',
    'p50 ms',
    'p99 ms',
    'vendor calls',
    'MB',
  ]);
  const results: Result[] = [];
  for (const work of options.works) {
    for (const server of running)
      for (let variant = 0; variant < Math.min(server.variants, 3); variant += 1)
        await checkAnswer(server, server.process.url, work, variant);
    for (const delayMs of options.delays) {
      await rig.setDelay(delayMs);
      for (const connections of options.connections) {
        const medians = await runRounds(rig, running, work, { ...options, connections });
        const byHandMs = [...medians].find(([{ name }]) => name === 'by-hand')?.[1].cpuMs;
        for (const [server, measured] of medians) {
          const ratio = byHandMs === undefined ? Number.NaN : measured.cpuMs / byHandMs;
          results.push({ work, connections, delayMs, server, measured, ratio });
          const { cpuMs, perSecond, p50, p99, calls, rssBytes } = measured;
          table.add([
            work.name,
            connections,
            delayMs,
            server.name,
            cpuMs.toFixed(3),
            printRatio(ratio),
            perSecond.toFixed(0),
            p50.toFixed(2),
            p99.toFixed(2),
            calls.toFixed(2),
            (rssBytes / 1e6).toFixed(0),
          ]);
        }
      }
    }
    await rig.setDelay(0);
  }
  return `${summarize(running, results, options)}\n\n${table.text()}`;
}

/** Medians of the rounds, in the order of the servers. Every second round goes back from the last server to the first. */
async function runRounds(
  rig: Rig,
  running: readonly RunningServer[],
  work: Work,
  {
    connections,
    seconds,
    rounds,
  }: { readonly connections: number; readonly seconds: number; readonly rounds: number },
): Promise<ReadonlyMap<RunningServer, Measured>> {
  const results = new Map<RunningServer, Measured[]>(running.map((server) => [server, []]));
  const runOnce = (server: RunningServer, duration: number) =>
    rig.measure(server, { ...loadOf(server, work), connections, seconds: duration });
  for (const server of running) await runOnce(server, WARM_SECONDS);
  for (let round = 0; round < rounds; round += 1) {
    for (const server of round % 2 === 0 ? running : running.toReversed())
      results.get(server)?.push(await runOnce(server, seconds));
  }
  return new Map([...results].map(([server, measured]) => [server, medianOf(measured)]));
}

/** '–' if the work by hand was not measured. */
function printRatio(ratio: number): string {
  return Number.isNaN(ratio) ? '–' : ratio.toFixed(2);
}

/** A line for each server: processor time a request, in brackets as a multiple of the work by hand. */
function summarize(
  running: readonly RunningServer[],
  results: readonly Result[],
  { works, connections: [firstConnections], delays: [firstDelay] }: CompareOptions,
): string {
  console.log('');
  const table = createTable([
    'server',
    ...works.map(({ name }) => name),
    'first answer s',
    'MB idle',
    'MB after load',
  ]);
  for (const server of running) {
    const own = results.filter((result) => result.server === server);
    const cells = works.map((work) => {
      const found = own.find(
        (result) =>
          result.work === work && result.connections === firstConnections && result.delayMs === firstDelay,
      );
      return found ? `${found.measured.cpuMs.toFixed(3)} (${printRatio(found.ratio)})` : '';
    });
    const after = own.at(-1)?.measured.rssBytes ?? Number.NaN;
    table.add([
      server.name,
      ...cells,
      (server.firstAnswerMs / 1_000).toFixed(2),
      (server.idleRssBytes / 1e6).toFixed(0),
      (after / 1e6).toFixed(0),
    ]);
  }
  return table.text();
}
