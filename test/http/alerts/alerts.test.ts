import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { schema } from '../../../src/graph/schema.ts';
import { AlertsRefused, createAlerts } from '../../../src/http/alerts/alerts.ts';
import type { AlertReport } from '../../../src/http/alerts/alerts.ts';
import type { AlertAnswer } from '../../../src/http/alerts/ask.ts';
import type { AlertsSettings } from '../../../src/http/alerts/file.ts';
import { openAlertStates } from '../../../src/http/alerts/state-file.ts';
import type { AlertStates } from '../../../src/http/alerts/states.ts';
import { COVERAGE_STATUSES } from '../../../src/sources/paging/coverage.ts';
import type { CoverageStatus } from '../../../src/sources/paging/coverage.ts';
import type { PostTransport, TransportPost } from '../../../src/upstream/transport.ts';
import { HOOK_KEY, readExample } from '../../support/alert-examples.ts';
import { createSimulatedTime } from '../../support/simulated-time.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const START_MS = Date.parse('2026-03-01T00:00:00Z');

/** What the vendors have in ten minutes. */
interface Slot {
  readonly failures: number;
  readonly calls: number;
  readonly failed: number;
  readonly fault: 'none' | 'error' | CoverageStatus;
}
const QUIET: Slot = { failures: 0, calls: 20, failed: 0, fault: 'none' };

/** The answers to the three examples, each about the last ten minutes. */
function answer(name: string, { failures, calls, failed, fault }: Slot): AlertAnswer {
  const tallies = [] as const;
  if (fault === 'error')
    return { kind: 'failure', reason: 'UPSTREAM_UNAVAILABLE: The vendor failed.', tallies };
  const coverage = [
    { source: 'USAGE', status: 'COMPLETE' },
    { status: fault === 'none' ? 'COMPLETE' : fault },
  ];
  const data = {
    'failed-logins': { eventBreakdown: { groups: [{ count: failures }, { count: 1 }], coverage } },
    'element-fails': {
      usageBreakdown: {
        groups: calls === 0 ? [] : [{ count: calls, statuses: { success: calls - failed } }],
        coverage,
      },
    },
    'no-calls': { usageRecords: { totalCount: { value: calls, accuracy: 'EXACT' }, coverage } },
  }[name]!;
  return { kind: 'answer', data, tallies };
}

/** What the names of the alerts promise. */
const PROMISES: Readonly<Record<string, (slot: Slot) => boolean>> = {
  'failed-logins': ({ failures }) => failures > 10,
  'element-fails': ({ calls, failed }) => calls > 0 && (calls - failed) / calls < 0.95,
  'no-calls': ({ calls }) => calls === 0,
};
/** What vendors say of an answer that may lack something. */
const FAULTS = [
  'error',
  ...COVERAGE_STATUSES.filter((one) => one !== 'COMPLETE' && one !== 'FILLING'),
] as const;
const isUnknown = ({ fault }: Slot): boolean => FAULTS.some((one) => one === fault);

/** The three examples, all of them every ten minutes and at once. */
function settings(): AlertsSettings {
  const { alerts, service } = readExample();
  return { service, alerts: alerts.map((alert) => ({ ...alert, everyMs: 10 * MINUTE_MS, forMs: 0 })) };
}

interface Got {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly before: string;
  readonly reason: string | null;
  readonly link: string | null;
  readonly atMs: number;
}

function open(
  slots: readonly Slot[],
  isDown: (nowMs: number) => boolean = () => false,
  { startMs = START_MS, states = null }: { startMs?: number; states?: AlertStates | null } = {},
  onFault: (error: unknown) => void = (error) => {
    throw error;
  },
) {
  const time = createSimulatedTime(startMs);
  const got: Got[] = [];
  const posts: TransportPost[] = [];
  const reports: AlertReport[] = [];
  const logged: unknown[] = [];
  const transport: PostTransport = {
    async post(request) {
      posts.push(request);
      if (isDown(time.clock.now())) return { status: 503, headers: {}, body: Buffer.alloc(0) };
      const { timestamp, data } = JSON.parse(request.json);
      got.push({ id: request.headers!['webhook-id']!, atMs: Date.parse(timestamp), ...data });
      return { status: 200, headers: {}, body: Buffer.alloc(0) };
    },
    async close() {},
  };
  const alerts = createAlerts(settings(), {
    ...time,
    states,
    schema,
    trustedDocuments: null,
    ask: async ({ caller, range }) =>
      answer(caller.name!, slots[Math.round((range.toMs - START_MS) / (10 * MINUTE_MS))] ?? QUIET),
    random: () => 0,
    onFault,
    onChange(report) {
      reports.push(report);
      logged.push(report);
    },
    onDelivery: (report) => logged.push(report),
    transport,
  });
  return { time, alerts, got, posts, reports, logged };
}

function stateFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-alerts-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'states');
}

/** The changes that an alert must tell, as `round state`. */
function expected(name: string, slots: readonly Slot[]): string[] {
  const states = slots.map((slot) => (isUnknown(slot) ? 'unknown' : PROMISES[name]!(slot) ? 'firing' : 'ok'));
  return states.flatMap((state, round) => (state === states[round - 1] ? [] : [`${round} ${state}`]));
}

const toldOf = (got: readonly Got[], name: string): string[] =>
  got
    .filter((one) => one.name === name)
    .map(({ atMs, state }) => `${(atMs - START_MS) / (10 * MINUTE_MS)} ${state}`);

const slot: fc.Arbitrary<Slot> = fc.oneof(
  { weight: 5, arbitrary: fc.constant(QUIET) },
  {
    weight: 4,
    arbitrary: fc
      .record({
        failures: fc.integer({ min: 8, max: 13 }),
        calls: fc.constantFrom(0, 1, 20, 100),
        failed: fc.constantFrom(0, 1, 5, 6),
        fault: fc.constantFrom<Slot['fault']>('none', 'none', 'FILLING'),
      })
      .map((one) => ({ ...one, failed: Math.min(one.failed, one.calls) })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom<Slot['fault']>('error', 'STALE', 'TRUNCATED', 'FAILED')
      .map((fault) => ({ ...QUIET, failures: 12, fault })),
  },
);

describe('the alerts of docs/alerts.md', () => {
  test('fire over a simulated month exactly when their names say so', async () => {
    const rounds = (30 * DAY_MS) / (10 * MINUTE_MS);
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(slot), async (stream) => {
        const slots = [...stream.take(rounds)];
        const { time, alerts, got } = open(slots);
        alerts.start();
        await time.runUntil(START_MS + 30 * DAY_MS - 1);
        await alerts.stop();
        for (const name of Object.keys(PROMISES)) expect(toldOf(got, name)).toEqual(expected(name, slots));
        expect(new Set(got.map(({ id }) => id)).size).toBe(got.length);
      }),
      { numRuns: 3 },
    );
  }, 60_000);

  test('reach a receiver that was down for an hour once, each in its order', async () => {
    const slots = Array.from({ length: 18 }, (_, round) => ({
      ...QUIET,
      failures: round % 2 === 0 ? 12 : 0,
    }));
    const { time, alerts, got } = open(
      slots,
      (nowMs) => nowMs > START_MS + 30 * MINUTE_MS && nowMs < START_MS + 90 * MINUTE_MS,
    );
    alerts.start();
    await time.runUntil(START_MS + 179 * MINUTE_MS);
    await alerts.stop();
    expect(toldOf(got, 'failed-logins')).toEqual(expected('failed-logins', slots));
  });

  test.each(FAULTS)('are unknown while answers have %s, and say why once', async (fault) => {
    const slots = [QUIET, { ...QUIET, fault }, { ...QUIET, fault }, QUIET];
    const { time, alerts, got } = open(slots);
    alerts.start();
    await time.runUntil(START_MS + 39 * MINUTE_MS);
    await alerts.stop();
    expect(toldOf(got, 'no-calls')).toEqual(['0 ok', '1 unknown', '3 ok']);
    const told = got.find(({ state }) => state === 'unknown');
    expect(told?.reason).toMatch(
      fault === 'error' ? /UPSTREAM_UNAVAILABLE/ : new RegExp(`coverage is ${fault}`),
    );
  });

  test('tell a firing state again after a restart, under a new id', async () => {
    const slots = [{ ...QUIET, calls: 0 }];
    const ids: string[] = [];
    while (ids.length < 6) {
      const { time, alerts, got } = open(slots);
      alerts.start();
      await time.runUntil(START_MS + MINUTE_MS);
      await alerts.stop();
      expect(got.find(({ name }) => name === 'no-calls')).toMatchObject({
        state: 'firing',
        before: 'unknown',
      });
      ids.push(...got.map(({ id }) => id));
    }
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('with a file of states tell over any number of restarts what they would have told without one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(slot, { minLength: 60, maxLength: 60 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 58 }), { minLength: 1, maxLength: 8 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 20 }), { maxLength: 8 }),
        async (slots, restarts, hoursDown) => {
          const file = stateFile();
          const got: Got[] = [];
          let startMs = START_MS;
          // The receiver is down at times, so that messages wait over restarts.
          const isDown = (nowMs: number): boolean =>
            hoursDown.includes(Math.floor((nowMs - START_MS) / (30 * MINUTE_MS)));
          for (const round of [...restarts.toSorted((a, b) => a - b), 100]) {
            const opened = open(slots, isDown, { startMs, states: openAlertStates(file) });
            opened.alerts.start();
            // A minute after a round, so that the next process sees what that round has seen.
            startMs = START_MS + (round * 10 + 1) * MINUTE_MS;
            await opened.time.runUntil(startMs);
            await opened.alerts.stop();
            got.push(...opened.got);
          }
          const all = [...slots, ...Array.from({ length: 41 }, () => QUIET)];
          for (const name of Object.keys(PROMISES)) expect(toldOf(got, name)).toEqual(expected(name, all));
          expect(new Set(got.map(({ id }) => id)).size).toBe(got.length);
        },
      ),
      { numRuns: 6 },
    );
  }, 60_000);

  test('send a message again under its id if they died before they noted its delivery', async () => {
    const file = stateFile();
    const states = openAlertStates(file);
    const first = open([{ ...QUIET, calls: 0 }], undefined, {
      states: {
        get: states.get,
        set: (name, record) => record.messages.length > 0 && states.set(name, record),
      },
    });
    first.alerts.start();
    await first.time.runUntil(START_MS + MINUTE_MS);
    await first.alerts.stop();
    const second = open([{ ...QUIET, calls: 0 }], undefined, { states: openAlertStates(file) });
    second.alerts.start();
    await second.time.runUntil(START_MS + MINUTE_MS);
    await second.alerts.stop();
    expect(second.got.map(({ id }) => id).toSorted()).toEqual(first.got.map(({ id }) => id).toSorted());
  });

  test('tell a state although its file can no longer be written, and report that', async () => {
    const faults: unknown[] = [];
    const { time, alerts, got } = open(
      [QUIET],
      undefined,
      {
        states: {
          get: () => null,
          set() {
            throw new Error('disk full');
          },
        },
      },
      (error) => faults.push(error),
    );
    alerts.start();
    await time.runUntil(START_MS + MINUTE_MS);
    await alerts.stop();
    expect(got).toHaveLength(3);
    expect(faults.length).toBeGreaterThan(0);
  });

  test('are signed, so that a receiver with the secret can check each attempt', async () => {
    const { time, alerts, posts } = open([QUIET], (nowMs) => nowMs < START_MS + MINUTE_MS);
    alerts.start();
    await time.runUntil(START_MS + 9 * MINUTE_MS);
    await alerts.stop();
    expect(posts.length).toBeGreaterThan(6);
    for (const { headers = {}, json } of posts) {
      const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${json}`;
      const expectedSignature = createHmac('sha256', HOOK_KEY).update(signed).digest('base64');
      expect(headers['webhook-signature']).toBe(`v1,${expectedSignature}`);
    }
  });

  test('link to their very question', async () => {
    const { time, alerts, got } = open([QUIET]);
    alerts.start();
    await time.runUntil(START_MS + MINUTE_MS);
    await alerts.stop();
    const link = new URL(got.find(({ name }) => name === 'failed-logins')!.link!);
    expect(link.origin + link.pathname).toBe('https://sightline.example.org/graphql');
    expect(link.searchParams.get('query')).toContain('$to: DateTime! = "2026-03-01T00:00:00.000Z"');
  });

  test('put neither a secret nor an address of a receiver into the log', async () => {
    const { time, alerts, logged } = open([QUIET, { ...QUIET, fault: 'error' }], () => true);
    alerts.start();
    await time.runUntil(START_MS + 60 * MINUTE_MS);
    await alerts.stop();
    expect(logged.length).toBeGreaterThan(6);
    const text = JSON.stringify([logged, settings()]);
    expect(text).not.toContain(HOOK_KEY.toString('base64'));
    expect(text).not.toContain('hooks.example.org');
  });

  test('are refused with all faults of all operations', () => {
    const { alerts, service } = settings();
    const broken = alerts.map((alert) => ({ ...alert, operation: '{ nothing }' }));
    const create = () =>
      createAlerts({ alerts: broken, service }, { schema, trustedDocuments: null } as never);
    expect(create).toThrow(AlertsRefused);
    expect(create).toThrow(/failed-logins: operation: [\s\S]*no-calls: operation: /);
  });
});
