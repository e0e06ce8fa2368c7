import { afterAll, beforeAll, expect, test } from 'vitest';
import { SOURCES } from '../../src/base/source.ts';
import type { Source } from '../../src/base/source.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import type { RunningSandbox } from '../../src/sandbox/start.ts';
import { FAULT_PHASES, startFaultProxy } from '../support/fault-proxy.ts';
import type { Fault, FaultPhase } from '../support/fault-proxy.ts';
import { startRecordedVendor } from '../support/recorded-vendor.ts';
import type { RecordedVendor } from '../support/recorded-vendor.ts';
import { askApp, createTestApp, NOW_MS } from '../support/running-app.ts';
import type { Asked } from '../support/running-app.ts';
import { createSeededRandom } from '../support/seeded-random.ts';

// The whole service over two vendors on sockets. A proxy spoils the answers of one of them.

/** Short for faults that never end by themselves. Long for all others, so that a busy machine causes no timeout. */
const deadlinesOf = ({
  kind,
}: Pick<Fault, 'kind'>): { readonly operationMs: number; readonly attemptMs: number } =>
  kind === 'timeout' || kind === 'bandwidth'
    ? { operationMs: 1_000, attemptMs: 500 }
    : { operationMs: 8_000, attemptMs: 3_000 };
// The abort signal comes 100 ms after the deadline, and timers are late on a busy machine.
const LATENESS_MS = 100 + 400;

const FAULTS: readonly Fault[] = [
  { kind: 'latency', ms: 20 },
  { kind: 'down' },
  { kind: 'bandwidth', bytesPerSecond: 400 },
  { kind: 'slow-close', ms: 20 },
  { kind: 'timeout' },
  { kind: 'reset' },
  { kind: 'slicer' },
  { kind: 'cut' },
];
/** Faults after which the answer is still complete. */
const HARMLESS: readonly Fault['kind'][] = ['latency', 'slow-close', 'slicer'];

const RANGE = '{ from: "2026-02-20T00:00:00Z", to: "2026-03-02T00:00:00Z" }';
const QUERY = `{
  usageRecords(range: ${RANGE}, first: 8) { nodes { recordId timestamp requestURI } }
  usageAnalytics(range: ${RANGE}, interval: DAY) { buckets { timestamp count } coverage { source status } }
  events(range: ${RANGE}, first: 8) { nodes { eventId timestamp description } }
  timeline(range: ${RANGE}, first: 8) { nodes { id timestamp source } coverage { source status } }
}`;

interface Row {
  readonly id: string;
  readonly source: Source;
}
interface CoverageEntry {
  readonly source: Source;
  readonly status: string;
}
interface Answer {
  readonly usageRecords: object | null;
  readonly usageAnalytics: {
    readonly buckets: readonly { readonly timestamp: string; readonly count: number | null }[];
    readonly coverage: readonly CoverageEntry[];
  } | null;
  readonly events: object | null;
  readonly timeline: { readonly nodes: readonly Row[]; readonly coverage: readonly CoverageEntry[] } | null;
}

let sandbox: RunningSandbox;
let vendors: Readonly<Record<Source, RecordedVendor>>;
let truth: Answer;
/** The entries of each source alone. The timeline contains them if the other source fails. */
let rowsOf: Readonly<Record<Source, readonly Row[]>>;
const rejections: unknown[] = [];
const noteRejection = (reason: unknown): void => void rejections.push(reason);

beforeAll(async () => {
  process.on('unhandledRejection', noteRejection);
  sandbox = await startSandbox({ nowMs: NOW_MS, arrivals: false, usageRows: 2_000, eventsRows: 600 });
  vendors = {
    USAGE: await startRecordedVendor(sandbox.usageUrl),
    EVENTS: await startRecordedVendor(sandbox.eventsUrl),
  };
  // With long deadlines. The recorded vendors repeat these answers at once.
  const app = createApp({}, deadlinesOf({ kind: 'latency' }));
  const asked = await askApp<Answer>(app, QUERY);
  if (asked.errors) throw new Error('The vendors failed before any fault was there.');
  truth = asked.data;
  const alone = await askApp<Record<'USAGE' | 'EVENTS', { readonly nodes: readonly Row[] }>>(
    app,
    `{ USAGE: usageRecords(range: ${RANGE}, first: 8) { nodes { id timestamp source } }
       EVENTS: events(range: ${RANGE}, first: 8) { nodes { id timestamp source } } }`,
  );
  rowsOf = { USAGE: alone.data.USAGE.nodes, EVENTS: alone.data.EVENTS.nodes };
  await app.close();
});
afterAll(async () => {
  await Promise.all(SOURCES.map((source) => vendors[source].close()));
  await sandbox.close();
  process.off('unhandledRejection', noteRejection);
});

/** A new service. `ports` replaces the port of a vendor, such as by a proxy's. */
function createApp(
  ports: Partial<Record<Source, number>>,
  { operationMs, attemptMs }: ReturnType<typeof deadlinesOf>,
) {
  const startMs = performance.now();
  return createTestApp(
    {
      USAGE_API_URL: vendors.USAGE.urlAt(ports.USAGE),
      USAGE_API_USER_SECRET: sandbox.credentials.usageUserSecret,
      USAGE_API_ORGANIZATION_SECRET: sandbox.credentials.usageOrganizationSecret,
      EVENTS_API_URL: vendors.EVENTS.urlAt(ports.EVENTS),
      EVENTS_API_TOKEN: sandbox.credentials.eventsToken,
      SIGHTLINE_OPERATION_TIMEOUT_MS: String(operationMs),
      SIGHTLINE_ATTEMPT_TIMEOUT_MS: String(attemptMs),
    },
    {
      clock: { now: () => NOW_MS + performance.now() - startMs },
      random: () => 0.5,
      limits: { retryBaseMs: 20 },
    },
  );
}

/** Checks that all data are right and those of the sound vendor complete. @returns whether failures were reported */
function judge({ data, errors = [] }: Asked<Answer>, spoilt: Source): 'right' | 'reported' {
  const failed = new Set(errors.map(({ path }) => path?.[0]));
  for (const { extensions } of errors) {
    expect(extensions['code']).toMatch(/^UPSTREAM_/);
    expect(extensions['source']).toBe(spoilt);
  }
  const hasFailed = (coverage: readonly CoverageEntry[]): boolean => {
    const failures = coverage.filter(({ status }) => status === 'FAILED');
    expect(failures.filter(({ source }) => source !== spoilt)).toEqual([]);
    return failures.length > 0;
  };
  let outcome: 'right' | 'reported' = 'right';
  for (const [field, source] of [
    ['usageRecords', 'USAGE'],
    ['events', 'EVENTS'],
  ] as const) {
    if (failed.has(field)) {
      expect(source).toBe(spoilt);
      expect(data[field]).toBeNull();
      outcome = 'reported';
    } else expect(data[field]).toEqual(truth[field]);
  }
  if (failed.has('usageAnalytics')) {
    expect(spoilt).toBe('USAGE');
    outcome = 'reported';
  } else if (hasFailed(data.usageAnalytics?.coverage ?? [])) {
    const counts = data.usageAnalytics?.buckets.map(({ count }) => count) ?? [];
    expect(counts.filter((count) => count !== null)).toEqual([]);
    outcome = 'reported';
  } else expect(data.usageAnalytics).toEqual(truth.usageAnalytics);
  if (failed.has('timeline')) {
    outcome = 'reported';
  } else if (hasFailed(data.timeline?.coverage ?? [])) {
    const sound = SOURCES.filter((source) => source !== spoilt);
    expect(data.timeline?.nodes).toEqual(sound.flatMap((source) => rowsOf[source]));
    outcome = 'reported';
  } else expect(data.timeline).toEqual(truth.timeline);
  return outcome;
}

async function askThroughFault(fault: Fault, phase: FaultPhase, spoilt: Source, seed: number) {
  const proxy = await startFaultProxy({
    targetPort: vendors[spoilt].port,
    fault,
    phase,
    random: createSeededRandom(seed),
  });
  const deadlines = deadlinesOf(fault);
  const app = createApp({ [spoilt]: proxy.port }, deadlines);
  const outcomes: string[] = [];
  // The first operation leaves connections, an open breaker and cached answers behind for the second.
  for (let turn = 0; turn < 2; turn += 1) {
    const startMs = performance.now();
    const asked = await askApp<Answer>(app, QUERY);
    const ms = performance.now() - startMs;
    expect(ms, `${phase}, ${spoilt}`).toBeLessThan(deadlines.operationMs + LATENESS_MS);
    outcomes.push(judge(asked, spoilt));
  }
  await app.close();
  for (let turn = 0; turn < 200 && proxy.openSockets() > 0; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(proxy.openSockets(), `${phase}, ${spoilt}`).toBe(0);
  await proxy.close();
  return outcomes;
}

test.each(FAULTS)(
  '$kind of a vendor in any phase: each answer comes in time, is right or reports the failure, and has all data of the other vendor',
  async (fault) => {
    const outcomes: string[] = [];
    // One vendor at a time, so that the load does not make the answers late.
    for (const [index, source] of SOURCES.entries()) {
      const both = await Promise.all(
        FAULT_PHASES.map((phase, at) => askThroughFault(fault, phase, source, 10 * index + at)),
      );
      outcomes.push(...both.flat());
    }
    expect(outcomes).toHaveLength(FAULT_PHASES.length * SOURCES.length * 2);
    expect(new Set(outcomes)).toEqual(new Set([HARMLESS.includes(fault.kind) ? 'right' : 'reported']));
    expect(rejections).toEqual([]);
  },
);
