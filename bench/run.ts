import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkAnswers, measure, medianOf, setDelay, startServer } from './measure.ts';
import type { Load, Measured, RunningServer } from './measure.ts';
import { findCores, moveTo, retry, start } from './processes.ts';
import { installPeers, listPeers, listServers } from './servers.ts';
import { WORKS } from './work.ts';

// Compares Sightline with the least that the same work can cost and, with --peers, with other GraphQL servers. All servers run
// together; they are asked in turn, forth and back, and the medians are printed. It only reports.

const { values } = parseArgs({
  options: {
    peers: { type: 'boolean', default: false },
    only: { type: 'string' },
    servers: { type: 'string' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '32' },
    delay: { type: 'string', default: '0' },
  },
});
const listOf = (text: string | undefined): readonly string[] | null => text?.split(',') ?? null;
const numbersOf = (text: string): readonly number[] => text.split(',').map(Number);
const only = listOf(values.only);
const wanted = listOf(values.servers);
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const WARM_SECONDS = 1;

if (values.peers) installPeers();
const folder = mkdtempSync(join(tmpdir(), 'sightline-bench-'));
const cores = findCores();
if (cores) moveTo(cores.others);
else console.log('taskset or a second core is missing: servers, vendor and load share the cores.');

const vendor = await start({
  command: [process.execPath, join(import.meta.dirname, 'vendor.ts')],
  env: {},
  core: cores?.others ?? null,
  logFile: join(folder, 'vendor.log'),
});
const running: RunningServer[] = [];
try {
  await retry(() => setDelay(vendor.url, 0));
  const all = [...listServers(vendor.url, folder), ...(values.peers ? listPeers(vendor.url, folder) : [])];
  for (const server of all) {
    if (wanted && !wanted.includes(server.name)) continue;
    running.push(await startServer(server, cores?.servers ?? null, join(folder, `${server.name}.log`)));
  }
  console.log('| server | first answer s | MB idle |\n|---|--:|--:|');
  for (const { name, firstAnswerMs, idleRssBytes } of running)
    console.log(`| ${name} | ${(firstAnswerMs / 1_000).toFixed(2)} | ${inMegabytes(idleRssBytes)} |`);
  console.log(
    '\n| question | connections | vendor ms | server | processor ms | × by hand | a second | p50 ms | p99 ms | vendor calls | MB |',
  );
  console.log('|---|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|');
  for (const work of WORKS) {
    if (only && !only.includes(work.name)) continue;
    for (const server of running) await checkAnswers(server, work);
    for (const delayMs of numbersOf(values.delay)) {
      await setDelay(vendor.url, delayMs);
      for (const connections of numbersOf(values.connections))
        report({ work, connections, seconds }, delayMs, await runRounds({ work, connections, seconds }));
    }
    await setDelay(vendor.url, 0);
  }
  rmSync(folder, { recursive: true });
} catch (error) {
  console.error(`The logs are in ${folder}.`);
  throw error;
} finally {
  await Promise.all(running.map((server) => server.process.end()));
  await vendor.end();
}

/** Medians of the rounds, in the order of the servers. Every second round goes back from the last server to the first. */
async function runRounds(load: Load): Promise<ReadonlyMap<RunningServer, Measured>> {
  const results = new Map<RunningServer, Measured[]>(running.map((server) => [server, []]));
  for (const server of running) await measure(server, { ...load, seconds: WARM_SECONDS }, vendor.url);
  for (let round = 0; round < rounds; round += 1) {
    for (const server of round % 2 === 0 ? running : running.toReversed())
      results.get(server)?.push(await measure(server, load, vendor.url));
  }
  return new Map([...results].map(([server, measured]) => [server, medianOf(measured)]));
}

function report(
  { work, connections }: Load,
  delayMs: number,
  results: ReadonlyMap<RunningServer, Measured>,
): void {
  const byHand = [...results].find(([{ name }]) => name === 'by-hand')?.[1].cpuMs;
  for (const [{ name }, { cpuMs, perSecond, p50, p99, calls, rssBytes }] of results) {
    const ratio = byHand === undefined ? '' : (cpuMs / byHand).toFixed(2);
    const cells = [
      work.name,
      connections,
      delayMs,
      name,
      cpuMs.toFixed(3),
      ratio,
      perSecond.toFixed(0),
      p50.toFixed(2),
      p99.toFixed(2),
      calls.toFixed(2),
      inMegabytes(rssBytes),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

function inMegabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
