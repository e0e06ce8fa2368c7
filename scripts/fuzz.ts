import { parseArgs } from 'node:util';
import { runCase, type CaseViolation } from '../test/support/fuzz/case.ts';

// Walks and charts over vendors that are made up anew for each seed, with faults, late rows and deletions, each answer
// held against what really happened. Every violation is printed with its seed, and comes again with `--seed`.

const HELP = `npm run test:fuzz -- [switches]

  --walks N      how many walks at least (10,000)
  --faulty N     how many operations at least during which a vendor fails (10,000)
  --seconds N    and no longer than this (3,600); Ctrl+C ends with the seed under way, and reports
  --from N       the first seed (1)
  --seed N       this seed alone, with each vendor call and each page
  --check        end with 1 where a law is broken
`;

async function fuzz(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      walks: { type: 'string', default: '10000' },
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
  const [wantedWalks, wantedFaulty] = [Number(values.walks), Number(values.faulty)];
  const first = Number(values.from);
  const sum = { walks: 0, pages: 0, rows: 0, charts: 0, buckets: 0, operations: 0, faultyOperations: 0 };
  const broken = new Map<string, Set<number>>();
  let seed = first;
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  while (
    !stop.signal.aborted &&
    (sum.walks < wantedWalks || sum.faultyOperations < wantedFaulty) &&
    performance.now() < endMs
  ) {
    const { walks, charts, violations } = await runCase(seed);
    sum.walks += walks.length;
    sum.charts += charts.length;
    for (const { pages, rows } of walks) {
      sum.pages += pages;
      sum.rows += rows;
    }
    for (const { buckets } of charts) sum.buckets += buckets;
    for (const { operations, faultyOperations } of [...walks, ...charts]) {
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
    ['walks', sum.walks.toLocaleString('en')],
    ['pages', sum.pages.toLocaleString('en')],
    ['rows given', sum.rows.toLocaleString('en')],
    ['charts', sum.charts.toLocaleString('en')],
    ['buckets', sum.buckets.toLocaleString('en')],
    ['operations', sum.operations.toLocaleString('en')],
    ['of them while a vendor failed', sum.faultyOperations.toLocaleString('en')],
    ...[...broken].map(([law, seeds]) => [`broken: ${law}`, `${seeds.size} seeds`] as const),
  ];
  process.stdout.write(rows.map(([name, value]) => `| ${name} | ${value} |\n`).join(''));
  if (values.check && broken.size > 0) process.exitCode = 1;
}

/** One seed with all that happens in it. */
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
