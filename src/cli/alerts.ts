import { performance } from 'node:perf_hooks';
import { DAY_MS, formatInstant, systemClock } from '../base/time.ts';
import type { Range } from '../base/time.ts';
import { readUnpaced } from '../config/config.ts';
import type { Config } from '../config/config.ts';
import { readConfig } from '../config/load.ts';
import { readAlerts, readDuration } from '../http/alerts/file.ts';
import type { AlertsSettings } from '../http/alerts/file.ts';
import { listRounds, replay } from '../http/alerts/replay.ts';
import type { ReplayedChange } from '../http/alerts/replay.ts';
import { createPace } from '../http/export/pace.ts';
import { systemWait } from '../upstream/retry.ts';
import { takeSwitches } from './arguments.ts';
import { openServiceArchive } from './open-archive.ts';
import { createLog } from './log.ts';
import { EXIT_USAGE, loadEnv, onStop, quit } from './process.ts';
import { wire } from './serve.ts';
import { openServiceVendors } from './service-vendors.ts';

const HELP = `Works with alerts (docs/alerts.md). SIGHTLINE_ALERTS names their file.

  npm run alerts -- COMMAND …

  check                       check the file against the schema
  test NAME --last DURATION   ask the alert's question of each interval of the past, such as P30D, and say when it would have fired.
                              It sends no message. Further switches are the sandbox's, if the service would run over one

  -h, --help                  print this text
`;

/** The command `alerts`. */
export async function runAlerts(args: readonly string[]): Promise<void> {
  const [command, ...rest] = args;
  if (args.some((word) => word === '--help' || word === '-h')) {
    process.stdout.write(HELP);
    return;
  }
  if (command !== 'check' && command !== 'test') {
    process.stderr.write(`${HELP}\n`);
    quit(EXIT_USAGE, [
      command === undefined ? 'alerts needs a command.' : `There is no command '${command}'.`,
    ]);
  }
  loadEnv();
  const parsed = readConfig(process.env, undefined, readAlerts);
  if (parsed.kind === 'faults') return quit(1, parsed.faults);
  const { config } = parsed;
  const { alerts } = config;
  if (!alerts) return quit(1, ['SIGHTLINE_ALERTS is not set: it names the file of the alerts.']);
  await (command === 'check' ? check(config, alerts) : test(config, alerts, rest));
}

async function check({ trustedDocuments }: Config, { alerts }: AlertsSettings): Promise<void> {
  const [{ schema }, { AlertsRefused, checkAlerts }] = await Promise.all([
    import('../graph/schema.ts'),
    import('../http/alerts/alerts.ts'),
  ]);
  try {
    checkAlerts(schema, alerts, trustedDocuments);
  } catch (error) {
    if (error instanceof AlertsRefused) quit(1, error.faults);
    throw error;
  }
  process.stdout.write(`${alerts.length} alert${alerts.length === 1 ? '' : 's'}, no fault\n`);
}

const LONGEST_TEST_MS = 3_660 * DAY_MS;

async function test(config: Config, { alerts }: AlertsSettings, args: readonly string[]): Promise<void> {
  const { values, rest } = takeSwitches(args, { last: { type: 'string' } });
  const [name, ...switches] = rest;
  const alert = alerts.find((one) => one.name === name);
  if (!alert)
    quit(EXIT_USAGE, [`test needs the name of an alert: ${alerts.map((one) => one.name).join(', ')}.`]);
  const lastMs = typeof values.last === 'string' ? readDuration(values.last) : null;
  if (lastMs === null || lastMs < alert.everyMs || lastMs > LONGEST_TEST_MS)
    quit(EXIT_USAGE, [
      'test needs --last, a duration of days, hours and minutes such as P30D, not below the interval.',
    ]);
  const { app, nowMs, close } = await open(config, switches);
  const controller = new AbortController();
  onStop(async () => {
    controller.abort();
    await close();
  });
  const rounds = listRounds(alert, { fromMs: nowMs - lastMs, toMs: nowMs });
  const pace = createPace(
    config.exports.callsPerMinute,
    { now: () => performance.now(), wait: systemWait },
    app.unpaced,
  );
  const look = async (range: Range) => {
    await pace.turn(['USAGE', 'EVENTS'], controller.signal);
    const sight = await app.alerts!.observe(alert.name, range, controller.signal);
    for (const { source, calls } of sight.tallies) pace.charge(source, calls);
    return sight;
  };
  process.stdout.write(`${alert.name}: ${rounds.length} rounds\n`);
  let fired = 0;
  for await (const change of replay(alert, rounds, look)) {
    if (change.state === 'firing') fired += 1;
    process.stdout.write(writeChange(change));
  }
  process.stdout.write(`It would have fired ${fired === 1 ? 'once' : `${fired} times`}.\n`);
  await close();
}

function writeChange({ atMs, state, value, reason }: ReplayedChange): string {
  const why = reason ?? (value === null ? '' : `value ${value}`);
  return `${formatInstant(atMs)}  ${state}${why === '' ? '' : `  ${why}`}\n`;
}

/** The service without a port, over the same vendors, archive and sandbox as the running one. */
async function open(config: Config, switches: readonly string[]) {
  const [vendors, { createApp }] = await Promise.all([
    openServiceVendors(config, switches, 'npm run alerts', 'the service would not run over a sandbox.'),
    import('../app.ts'),
  ]);
  const log = await createLog({ ...config, log: { level: 'silent', isProduction: true } });
  // The archive of a sandbox begins empty, so it has nothing to answer with.
  const archive =
    config.archive && !vendors.isSandboxed
      ? await openServiceArchive(config.archive, config.secret, 'vendors', log)
      : null;
  const clock = { now: () => systemClock.now() + vendors.clockOffsetMs };
  const app = wire(createApp, vendors.config, { clock, ...(archive ? { archive } : {}) });
  return {
    app: { alerts: app.alerts, unpaced: readUnpaced(vendors.config) },
    nowMs: clock.now(),
    async close() {
      await app.close();
      await archive?.close();
      await vendors.end();
    },
  };
}
