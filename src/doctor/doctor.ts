import type { Archive } from '../archive/archive.ts';
import { SOURCES } from '../base/source.ts';
import type { Source } from '../base/source.ts';
import { systemClock } from '../base/time.ts';
import type { Clock } from '../base/time.ts';
import type { Config } from '../config/config.ts';
import { readAddresses, readOwnSecrets } from '../config/vendors.ts';
import { createVendorCredentials } from '../http/identity/vendor-credentials.ts';
import { createEventsQuirks } from '../sources/events/quirks.ts';
import { systemWait } from '../upstream/retry.ts';
import type { Wait } from '../upstream/retry.ts';
import type { AttemptReport } from '../upstream/attempt.ts';
import type { PostTransport, Transport } from '../upstream/transport.ts';
import { examineArchive } from './archive.ts';
import { COUNT_OPERATION } from './counts.ts';
import { EVENTS_CALLS, examineEvents } from './events.ts';
import { createFindings } from './finding.ts';
import type { Finding, PlannedCall } from './finding.ts';
import { lookAtEvents, lookAtUsage } from './look.ts';
import { EMPTY_MEMORY } from './memory.ts';
import type { Memory } from './memory.ts';
import { examineRedis } from './redis.ts';
import { createReport } from './report.ts';
import type { Report } from './report.ts';
import { compareShape } from './shape.ts';
import { examineTls } from './tls.ts';
import { examineUsage, USAGE_CALLS } from './usage.ts';
import { asUpstreamError, openVendor } from './vendor.ts';
import type { ExaminedVendor } from './vendor.ts';

/** What tests and the command line replace. */
export interface DoctorOverrides {
  readonly clock?: Clock;
  readonly wait?: Wait;
  /** Reach each vendor without sockets. */
  readonly transports?: Partial<Record<Source, Transport>>;
  readonly exchange?: PostTransport;
  /** Learns each vendor call. */
  readonly onAttempt?: (report: AttemptReport) => void;
  /** The archive that this process has opened, because nobody else can open its folder; left out: it is opened. */
  readonly archive?: Archive;
  /** The clock is a sandbox's, whose Date headers tell the machine's time: they are not compared. */
  readonly isClockMoved?: boolean;
}

/** How one look went: what has changed, and what could not be looked at, a sentence each. */
export interface Look {
  readonly drift: readonly string[];
  readonly failures: readonly string[];
  readonly memory: Memory;
}

/** Asks the vendors, Redis and the archive whether they are as the service expects. */
export interface Doctor {
  /** The vendor calls that an examination makes at most. */
  readonly plan: readonly PlannedCall[];
  /** The vendor calls of one look. */
  readonly lookPlan: readonly PlannedCall[];
  examine(signal: AbortSignal): Promise<Report>;
  /** Compares the newest rows with what is known. */
  look(known: Memory | null, signal: AbortSignal): Promise<Look>;
  close(): Promise<void>;
}

export function createDoctor(config: Config, overrides: DoctorOverrides = {}): Doctor {
  const { clock = systemClock, wait = systemWait, transports = {} } = overrides;
  const { attemptTimeoutMs } = config.upstream;
  const addresses = readAddresses(config.vendors);
  const vendorCredentials = createVendorCredentials({
    own: readOwnSecrets(config.vendors),
    secret: config.secret,
    clock,
    attemptTimeoutMs,
    exchange: overrides.exchange,
    onAttempt: overrides.onAttempt,
  });
  const credentials = vendorCredentials.of({ callerSecrets: null });
  const asksFor = (source: Source): boolean => credentialsOf(source) !== null;
  const credentialsOf = (source: Source) => (source === 'USAGE' ? credentials.usage : credentials.events);
  const addressOf = (source: Source) => (source === 'USAGE' ? addresses.usage : addresses.events);
  const hasLogin = config.vendors.kind === 'configured' && config.vendors.events?.secrets.kind === 'exchange';
  const login: readonly PlannedCall[] = hasLogin
    ? [{ source: 'EVENTS', operation: '/authenticate', purpose: 'a token for the username and the password' }]
    : [];
  const planOf = (calls: readonly PlannedCall[]): readonly PlannedCall[] =>
    calls.filter(({ source }) => asksFor(source));
  const quirks = createEventsQuirks();

  /** Opens a vendor for one piece of work; null: there are no credentials for it. */
  const withVendor = async <Value>(
    source: Source,
    signal: AbortSignal,
    work: (vendor: ExaminedVendor) => Promise<Value>,
  ): Promise<Value | null> => {
    const own = credentialsOf(source);
    if (!own) return null;
    const transport = transports[source];
    const vendor = openVendor(source, addressOf(source), own, config, {
      clock,
      transport,
      signal,
      isClockMoved: overrides.isClockMoved ?? false,
      onAttempt: overrides.onAttempt,
    });
    try {
      return await work(vendor);
    } finally {
      await vendor.close();
    }
  };
  const examineVendor = async (source: Source, signal: AbortSignal): Promise<readonly Finding[]> => {
    const found = await withVendor(source, signal, (vendor) =>
      source === 'USAGE' ? examineUsage(vendor) : examineEvents(vendor, quirks),
    );
    if (!found) return [missing(source, config)];
    const tls = transports[source]
      ? []
      : await examineTls(source, addressOf(source), { clock, timeoutMs: attemptTimeoutMs });
    return [...found, ...tls];
  };

  const plan = planOf([...USAGE_CALLS, ...login, ...EVENTS_CALLS]);
  return {
    plan,
    lookPlan: planOf([
      { source: 'USAGE', operation: '/usage', purpose: 'the newest rows' },
      { source: 'USAGE', operation: COUNT_OPERATION, purpose: 'the count of the same time' },
      ...login,
      {
        source: 'EVENTS',
        operation: '/events',
        purpose: 'the newest rows (the first look also finds the request form)',
      },
    ]),
    async examine(signal) {
      const asOfMs = clock.now();
      const [usage, events, redis, archive] = await Promise.all([
        examineVendor('USAGE', signal),
        examineVendor('EVENTS', signal),
        examineRedis(config, (ms) => wait(ms, signal)),
        examineArchive(config, clock, overrides.archive),
      ]);
      const findings = [...examineSettings(config), ...usage, ...events, ...redis, ...archive];
      return createReport(asOfMs, plan, findings);
    },
    async look(known, signal) {
      const before = known ?? EMPTY_MEMORY;
      const memory = { ...before };
      const drift: string[] = [];
      const failures: string[] = [];
      for (const source of SOURCES) {
        const sight = await withVendor(source, signal, (vendor) =>
          source === 'USAGE' ? lookAtUsage(vendor) : lookAtEvents(vendor, quirks),
        ).catch((error: unknown) => asUpstreamError(error));
        if (sight instanceof Error) failures.push(`${source}: ${sight.code}: ${sight.message}`);
        else if (sight) {
          const compared = compareShape(source, before[source], sight);
          drift.push(...compared.drift);
          memory[source] = compared.shape;
        }
      }
      return { drift, failures, memory };
    },
    close: () => vendorCredentials.close(),
  };
}

/** Examines everything once, with connections of its own, which end with it. */
export async function examineOnce(
  config: Config,
  overrides: DoctorOverrides,
  signal: AbortSignal,
): Promise<Report> {
  const doctor = createDoctor(config, overrides);
  try {
    return await doctor.examine(signal);
  } finally {
    await doctor.close();
  }
}

function examineSettings({ vendors }: Config): readonly Finding[] {
  const findings = createFindings('SETTINGS');
  const kind =
    vendors.kind === 'request'
      ? 'valid; callers bring their own credentials'
      : vendors.kind === 'configured' && !vendors.isPublic
        ? 'valid'
        : 'valid; without credentials the service runs over a sandbox, which is examined here';
  findings.add('settings', 'ok', 'the environment and .env', kind);
  return findings.all;
}

function missing(source: Source, { vendors }: Config): Finding {
  const came =
    vendors.kind === 'request'
      ? 'callers bring their own credentials (VENDOR_CREDENTIALS=request)'
      : 'it is not configured';
  return { subject: source, check: 'credentials', verdict: 'unknown', asked: 'nothing', came, advice: null };
}
