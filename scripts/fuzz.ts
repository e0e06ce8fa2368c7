import { parseArgs } from 'node:util';
import { runCase } from '../test/support/fuzz/case.ts';
import type { CaseViolation } from '../test/support/fuzz/case.ts';

// Pages through lists and asks for charts over vendors that each seed generates, with faults, late rows and deletions, and
// compares each answer with the vendors' logs. Each violation is printed with its seed; `--seed` repeats it.

const HELP = `npm run test:fuzz -- [switches]

Runs seed after seed until it has enough lists and enough faulty operations, or the time is over. Each
list is read page by page. Defaults are in parentheses. Ctrl+C ends after the current seed and prints the report.

  --lists N      the least number of lists to read (10,000)
  --faulty N     the least number of operations during which a vendor fails (10,000)
  --seconds N    the most time (3,600)
  --from N       the first seed (1)
  --seed N       run only this seed, and print each vendor call and each page
  --check        exit with status 1 if a law is broken

  -h, --help     show this text
`;

async function fuzz(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      lists: { type: 'string', default: '10000' },
      faulty: { type: 'string', default: '10000' },
      seconds: { type: 'string', default: '3600' },
      from: { type: 'string', default: '1' },
      seed: { type: 'string' },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  if (values.seed !== undefined) return runAlone(Number(values.seed));
  const startMs = performance.now();
  const endMs = startMs + Number(values.seconds) * 1_000;
  const [wantedLists, wantedFaulty] = [Number(values.lists), Number(values.faulty)];
  const first = Number(values.from);
  const sum = { lists: 0, pages: 0, rows: 0, charts: 0, buckets: 0, operations: 0, faultyOperations: 0 };
  const broken = new Map<string, Set<number>>();
  let seed = first;
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  while (
    !stop.signal.aborted &&
    (sum.lists < wantedLists || sum.faultyOperations < wantedFaulty) &&
    performance.now() < endMs
  ) {
    const { lists, charts, violations } = await runCase(seed);
    sum.lists += lists.length;
    sum.charts += charts.length;
    for (const { pages, rows } of lists) {
      sum.pages += pages;
      sum.rows += rows;
    }
    for (const { buckets } of charts) sum.buckets += buckets;
    for (const { operations, faultyOperations } of [...lists, ...charts]) {
      sum.operations += operations;
      sum.faultyOperations += faultyOperations;
    }
    for (const violation of violations) {
      process.stdout.write(describe(violation));
      broken.set(violation.law, (broken.get(violation.law) ?? new Set()).add(seed));
    }
    seed += 1;
  }
  const rows: readonly (readonly [string, string])[] = [
    ['seeds', `${first} to ${seed - 1}`],
    ['seconds', ((performance.now() - startMs) / 1_000).toFixed(0)],
    ['lists', sum.lists.toLocaleString('en')],
    ['pages', sum.pages.toLocaleString('en')],
    ['rows received', sum.rows.toLocaleString('en')],
    ['charts', sum.charts.toLocaleString('en')],
    ['buckets', sum.buckets.toLocaleString('en')],
    ['operations', sum.operations.toLocaleString('en')],
    ['operations while a vendor failed', sum.faultyOperations.toLocaleString('en')],
    ...[...broken].map(([law, seeds]) => [`broken: ${law}`, `${seeds.size} seeds`] as const),
  ];
  process.stdout.write(rows.map(([name, value]) => `| ${name} | ${value} |\n`).join(''));
  if (values.check && broken.size > 0) process.exitCode = 1;
}

/** Runs one seed, and prints all that happens in it. */
async function runAlone(seed: number): Promise<void> {
  const { world, violations } = await runCase(seed, {
    trace: (line) => void process.stdout.write(`${line}\n`),
  });
  process.stdout.write(`${world}\n`);
  for (const violation of violations) process.stdout.write(describe(violation));
  if (violations.length > 0) process.exitCode = 1;
}

function describe({ seed, turn, law, title, text }: CaseViolation): string {
  return `seed ${seed}, turn ${turn}: ${law}\n  ${title}\n  ${text}\n`;
}

await fuzz(process.argv.slice(2));
