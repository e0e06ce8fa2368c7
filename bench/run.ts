import { parseArgs } from 'node:util';
import { compare } from './compare.ts';
import { grow } from './growth.ts';
import { describeRun, drawPlots, writeSection } from './report.ts';
import { withRig } from './rig.ts';
import { installPackages, listPeers, listServers } from './servers.ts';
import { WORKS } from './work.ts';

// Compares Sightline with the least that the same work can cost and, with --peers, with other GraphQL servers; with --growth, measures
// how costs grow. It only reports. README.md says more.

const { values } = parseArgs({
  options: {
    peers: { type: 'boolean', default: false },
    growth: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    only: { type: 'string' },
    servers: { type: 'string' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '32' },
    delay: { type: 'string', default: '0' },
  },
});
const { peers, growth, write } = values;
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const numbersOf = (text: string): readonly number[] => text.split(',').map(Number);

if (peers || (growth && write)) installPackages();
await withRig(async (rig) => {
  const { vendorUrl, folder, isPinned } = rig;
  const about = describeRun(isPinned);
  console.log(`${about}\n`);
  const all = [...listServers(vendorUrl, folder), ...(peers ? listPeers(vendorUrl, folder) : [])];
  const servers = choose(all, values.servers);
  if (growth) {
    const growing = servers.filter(({ variants }) => variants > 1);
    const { text, curves } = await grow(rig, { servers: growing, seconds });
    if (write) writeSection('Growth', `${about}\n\n${drawPlots(curves)}\n\n${text}`);
    return;
  }
  const text = await compare(rig, {
    servers,
    works: choose(WORKS, values.only),
    seconds,
    rounds,
    connections: numbersOf(values.connections),
    delays: numbersOf(values.delay),
  });
  const how = `${rounds} rounds of ${seconds} s.`;
  if (write) writeSection('Comparison', `${about} ${how}\n\n${text}`);
});

/** Those whose names are in a list with commas; all if there is no list. @throws Error for an unknown name */
function choose<Named extends { readonly name: string }>(
  all: readonly Named[],
  list: string | undefined,
): readonly Named[] {
  const names = list?.split(',');
  const unknown = names?.find((name) => all.every((one) => one.name !== name));
  if (unknown !== undefined)
    throw new Error(`'${unknown}' is none of ${all.map(({ name }) => name).join(', ')}.`);
  return all.filter(({ name }) => !names || names.includes(name));
}
