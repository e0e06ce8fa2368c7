import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { systemClock } from '../base/time.ts';
import type { Config } from '../config/config.ts';
import { readConfig } from '../config/load.ts';
import type { Doctor } from '../doctor/doctor.ts';
import type { Finding, PlannedCall } from '../doctor/finding.ts';
import { createReport } from '../doctor/report.ts';
import type { Report } from '../doctor/report.ts';
import { decodeMemory, encodeMemory } from '../doctor/memory.ts';
import type { Memory } from '../doctor/memory.ts';
import { readDuration } from '../http/alerts/file.ts';
import { systemWait } from '../upstream/retry.ts';
import { takeSwitches } from './arguments.ts';
import { EXIT_USAGE, loadEnv, onStop, quit } from './process.ts';
import { openServiceVendors } from './service-vendors.ts';

const HELP = `Says whether the vendors, Redis and the archive are as the service expects, and what to do if not.

  npm run doctor              examine everything once. It names its vendor calls before it makes them
      --json                  print the report as JSON
  npm run doctor -- --watch FILE
                              look at the newest rows again and again, and report in words what has changed. FILE keeps what it
                              has learnt: names of fields, actions and categories, and no value of a row
      --every DURATION        how often (PT5M)
      --rounds N              end after so many looks; the status is then 1 if anything has changed

Further switches are the sandbox's, if no credentials are set.

The status is 0 if all is right, 1 if something is wrong, and 2 if the command line is.

  -h, --help                  print this text
`;

/** The command `doctor`. */
export async function runDoctor(args: readonly string[]): Promise<void> {
  const { values, rest } = takeSwitches(args, {
    help: { type: 'boolean', short: 'h' },
    json: { type: 'boolean' },
    watch: { type: 'string' },
    every: { type: 'string' },
    rounds: { type: 'string' },
  });
  if (values.help !== undefined) return void process.stdout.write(HELP);
  const watch = readWatch(values);
  loadEnv();
  const parsed = readConfig(process.env);
  if (parsed.kind === 'faults') return refuseSettings(parsed.faults, values.json !== undefined);
  const { doctor, close } = await open(parsed.config, rest);
  const controller = new AbortController();
  onStop(async () => {
    controller.abort();
    await close();
  });
  if (watch) await keepLooking(doctor, watch, values.json !== undefined, controller.signal);
  else await examine(doctor, values.json !== undefined, controller.signal);
  await close();
}

/** Settings with faults are a finding, too. */
function refuseSettings(faults: readonly string[], isJson: boolean): void {
  const findings = faults.map((fault): Finding => ({
    subject: 'SETTINGS',
    check: 'settings',
    verdict: 'wrong',
    asked: 'the environment and .env',
    came: fault,
    advice: 'Correct it: .env.example explains each setting.',
  }));
  report(createReport(systemClock.now(), [], findings), isJson);
}

interface Watch {
  readonly file: string;
  readonly everyMs: number;
  readonly rounds: number;
}

const DEFAULT_EVERY = 'PT5M';
const LEAST_EVERY_MS = 1_000;

/** How to watch; null: not at all. It ends the process if a switch is wrong. */
function readWatch(values: {
  readonly watch?: string | boolean;
  readonly every?: string | boolean;
  readonly rounds?: string | boolean;
}): Watch | null {
  const { watch: file, every = DEFAULT_EVERY, rounds } = values;
  if (file === undefined) {
    if (values.every === undefined && rounds === undefined) return null;
    return quit(EXIT_USAGE, ['--every and --rounds are switches of --watch FILE.']);
  }
  if (typeof file !== 'string' || file.startsWith('-'))
    return quit(EXIT_USAGE, ['--watch needs the name of a file, which keeps what was learnt.']);
  const everyMs = typeof every === 'string' ? readDuration(every) : null;
  if (everyMs === null || everyMs < LEAST_EVERY_MS)
    return quit(EXIT_USAGE, ['--every needs a duration of a second or more, such as PT5M.']);
  const most = rounds === undefined ? Infinity : Number(rounds);
  if (rounds !== undefined && !(typeof rounds === 'string' && /^[1-9]\d{0,8}$/.test(rounds)))
    return quit(EXIT_USAGE, ['--rounds needs a whole number above 0.']);
  return { file, everyMs, rounds: most };
}

/** The doctor of the service that would start with these settings, over a sandbox if it would run over one. */
async function open(
  config: Config,
  switches: readonly string[],
): Promise<{ readonly doctor: Doctor; readonly close: () => Promise<void> }> {
  const [vendors, { createDoctor }] = await Promise.all([
    openServiceVendors(config, switches, 'npm run doctor', 'npm run doctor -- --help lists them.'),
    import('../doctor/doctor.ts'),
  ]);
  const { clockOffsetMs, isSandboxed } = vendors;
  // A sandbox makes up other rows at each start, so the archive in the settings is not about them.
  const doctor = createDoctor(isSandboxed ? { ...vendors.config, archive: null } : vendors.config, {
    clock: { now: () => systemClock.now() + clockOffsetMs },
    isClockMoved: clockOffsetMs !== 0,
  });
  return {
    doctor,
    async close() {
      await doctor.close();
      await vendors.end();
    },
  };
}

async function examine(doctor: Doctor, isJson: boolean, signal: AbortSignal): Promise<void> {
  if (!isJson) process.stdout.write(describePlan('Vendor calls, at most', doctor.plan));
  report(await doctor.examine(signal), isJson);
}

function describePlan(title: string, plan: readonly PlannedCall[]): string {
  if (plan.length === 0) return `${title}: none\n\n`;
  const lines = plan.map(
    ({ source, operation, purpose }) => `  ${source.padEnd(8)} GET ${operation}  ${purpose}`,
  );
  return `${title} (${plan.length}):\n${lines.join('\n').replaceAll('GET /authenticate', 'POST /authenticate')}\n\n`;
}

/** Prints the findings and sets the exit status. */
function report(made: Report, isJson: boolean): void {
  const { right, findings } = made;
  if (!right) process.exitCode = 1;
  if (isJson) return void process.stdout.write(`${JSON.stringify(made, null, 2)}\n`);
  process.stdout.write(findings.map(describe).join(''));
  const wrong = findings.filter(({ verdict }) => verdict === 'wrong').length;
  process.stdout.write(
    right ? '\nNothing is wrong.\n' : `\n${wrong} ${wrong === 1 ? 'thing is' : 'things are'} wrong.\n`,
  );
}

function describe({ subject, check, verdict, asked, came, advice }: Finding): string {
  const head = `${verdict.toUpperCase().padEnd(8)}${subject.padEnd(9)}${check}: ${came}\n`;
  return `${head}         asked: ${asked}\n${advice === null ? '' : `         do: ${advice}\n`}`;
}

/** Looks until it has looked often enough, or is told to end. */
async function keepLooking(
  doctor: Doctor,
  { file, everyMs, rounds }: Watch,
  isJson: boolean,
  signal: AbortSignal,
): Promise<void> {
  let memory = readMemory(file);
  const isFirst = memory === null;
  if (!isJson) process.stdout.write(describePlan('Vendor calls of each look', doctor.lookPlan));
  if (isFirst && !isJson) process.stdout.write('The first look learns what is usual.\n');
  for (let round = 1; ; round += 1) {
    const look = await doctor.look(memory, signal);
    ({ memory } = look);
    writeMemory(file, memory);
    const at = new Date().toISOString();
    if (isJson)
      process.stdout.write(`${JSON.stringify({ at, drift: look.drift, failures: look.failures })}\n`);
    else for (const line of [...look.drift, ...look.failures]) process.stdout.write(`${at}  ${line}\n`);
    if (look.drift.length > 0 || look.failures.length > 0) process.exitCode = 1;
    if (round >= rounds) return;
    await systemWait(everyMs, signal);
  }
}

/** null: there is no such file yet. It ends the process if the file is another one's, because it would be overwritten. */
function readMemory(file: string): Memory | null {
  if (!existsSync(file)) return null;
  const memory = decodeMemory(readFileSync(file, 'utf8'));
  return memory ?? quit(1, [`${file} is not a file of the doctor: name another one, or delete it.`]);
}

/** The file is whole at any time, also if the process is killed. */
function writeMemory(file: string, memory: Memory): void {
  const draft = `${file}.new`;
  writeFileSync(draft, encodeMemory(memory), { mode: 0o600 });
  renameSync(draft, file);
}
