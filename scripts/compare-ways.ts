import { parseArgs } from 'node:util';
import { compareCases } from '../test/support/ways/case.ts';
import type { Difference } from '../test/support/ways/case.ts';

// Asks the same random requests of two services over equal vendors, in the lane and by Yoga, and compares all that is seen. Runs
// each operation compiled and by graphql-js, too. Each difference is printed with its seed; `--seed` repeats it.

const HELP = `npm run test:ways -- [switches]

Runs seed after seed until it has compared enough requests, or the time is over. Defaults are in parentheses. Ctrl+C
ends after the current seeds and prints the report. It exits with status 1 if anything differs.

  --operations N  the least number of requests to compare (20,000)
  --seconds N     the most time (3,600)
  --seed N        the first seed (1)

  -h, --help      show this text
`;

async function compare(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      operations: { type: 'string', default: '20000' },
      seconds: { type: 'string', default: '3600' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const startMs = performance.now();
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const firstSeed = Number(values.seed);
  const report = await compareCases({
    firstSeed,
    requests: Number(values.operations),
    signal: AbortSignal.any([stop.signal, AbortSignal.timeout(Number(values.seconds) * 1_000)]),
  });
  const share = (count: number): string =>
    `${count.toLocaleString('en')} (${Math.round((100 * count) / Math.max(report.requests, 1))} %)`;
  for (const difference of report.differences) process.stdout.write(describe(difference));
  const rows: readonly (readonly [string, string])[] = [
    ['seeds', `${firstSeed} to ${firstSeed + report.cases - 1}`],
    ['seconds', ((performance.now() - startMs) / 1_000).toFixed(0)],
    ['requests, asked in both ways', report.requests.toLocaleString('en')],
    ['in the lane', share(report.inLane)],
    ['in the lane, with errors in the answer', share(report.failedInLane)],
    ['refused', share(report.refused)],
    ['while a vendor failed', share(report.faulty)],
    ['operations compiled, and run by graphql-js', report.compiled.toLocaleString('en')],
    ['differences', report.differences.length.toLocaleString('en')],
  ];
  process.stdout.write(rows.map(([name, value]) => `| ${name} | ${value} |\n`).join(''));
  if (report.differences.length > 0) process.exitCode = 1;
}

/** How many letters to print before and after the first one that differs. */
const LETTERS = 300;

function describe({ seed, turn, part, request, lane, other }: Difference): string {
  let at = 0;
  while (at < lane.length && lane[at] === other[at]) at += 1;
  const cut = (text: string): string => text.slice(Math.max(0, at - LETTERS), at + LETTERS);
  return `seed ${seed}, turn ${turn}: ${part}\n  ${request}\n  lane:  ${cut(lane)}\n  other: ${cut(other)}\n`;
}

await compare(process.argv.slice(2));
