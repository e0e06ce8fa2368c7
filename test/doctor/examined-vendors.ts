import type { Source } from '../../src/base/source.ts';
import type { Clock } from '../../src/base/time.ts';
import type { Config } from '../../src/config/config.ts';
import { readConfig } from '../../src/config/load.ts';
import { createDoctor } from '../../src/doctor/doctor.ts';
import type { Doctor } from '../../src/doctor/doctor.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import type { Wait } from '../../src/upstream/retry.ts';
import type { Transport, TransportAnswer } from '../../src/upstream/transport.ts';
import { answerEvents } from '../support/fuzz/events-vendor.ts';
import type { EventsBehaviour } from '../support/fuzz/events-vendor.ts';
import type { EventRow, LogRow, UsageRow } from '../support/fuzz/log.ts';
import { answerUsage } from '../support/fuzz/usage-vendor.ts';
import type { UsageBehaviour } from '../support/fuzz/usage-vendor.ts';

export const NOW_MS = Date.parse('2026-03-04T12:34:56.000Z');
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
export const SECRETS = ['user-secret-of-doctor', 'organization-secret-of-doctor', 'token-of-the-doctor'];

export const PLAIN_USAGE: UsageBehaviour = {
  fromIsIn: true,
  toIsIn: true,
  offsetUnit: 'records',
  clamp: Infinity,
  ties: 'id',
  dialect: 'snake',
  zone: 'Z',
  emptyIs404: false,
  edgeRows: 'clipped',
  seriesLagMs: 0,
};
export const PLAIN_EVENTS: EventsBehaviour = {
  fromIsIn: true,
  toIsIn: true,
  takesOperators: true,
  sorts: 'timestamp',
  unsorted: 'id',
  honoursFields: true,
};

/** A row every three minutes for as many days. */
export function createRows(days: number): LogRow[] {
  const rows: LogRow[] = [];
  const base = { addedMs: 0, deletedMs: Infinity, defect: null, ip: '10.0.0.1' };
  for (let n = 1; n * 3 * MINUTE_MS < days * DAY_MS; n += 1) {
    const ms = NOW_MS - n * 3 * MINUTE_MS;
    const usage: UsageRow = {
      source: 'USAGE',
      ...base,
      ms,
      id: `5f${n.toString(16).padStart(22, '0')}`,
      hub: 'crm',
      element: 'sfdc',
      tags: [],
      status: 'SUCCESS',
      uri: '/elements/api-v2/contacts',
      processTime: 5,
    };
    const event: EventRow = {
      source: 'EVENTS',
      ...base,
      ms: Math.floor(ms / 1_000) * 1_000,
      id: String(1_000_000 - n),
      category: 'authentication',
      action: 'user-login',
      username: 'alice',
      description: 'she came',
    };
    rows.push(usage, event);
  }
  return rows;
}

/** Vendors that behave as a case says. */
export interface Case {
  readonly rows?: readonly LogRow[];
  readonly usage?: Partial<UsageBehaviour>;
  readonly events?: Partial<EventsBehaviour>;
  readonly env?: Readonly<Record<string, string>>;
  /** How far the vendors' clocks are ahead. */
  readonly skewMs?: number;
  readonly latencyMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Changes an answer of the vendor; the path is without its query. */
  readonly change?: (answer: TransportAnswer, path: string, query: URLSearchParams) => TransportAnswer;
}

export interface Examined {
  readonly doctor: Doctor;
  /** The targets of all calls, in order. */
  readonly calls: readonly string[];
  examine(): Promise<readonly Finding[]>;
}

/** The vendors of a case, and what a service needs to ask them. */
export interface CaseVendors {
  /** The targets of all calls, in order. */
  readonly calls: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly overrides: {
    readonly clock: Clock;
    readonly wait: Wait;
    readonly transports: Readonly<Record<Source, Transport>>;
  };
  /** Lets time pass. */
  pass(ms: number): void;
}

export function createVendors(one: Case): CaseVendors {
  const {
    rows = createRows(40),
    skewMs = 0,
    latencyMs = 20,
    headers = {},
    change = (answer) => answer,
  } = one;
  let nowMs = NOW_MS;
  const calls: string[] = [];
  const createVendor = (source: 'USAGE' | 'EVENTS'): Transport => ({
    async get({ target }) {
      calls.push(target);
      const { pathname: path, searchParams: query } = new URL(target, 'http://vendor.test');
      const { answer } =
        source === 'USAGE'
          ? answerUsage(rows, { ...PLAIN_USAGE, ...one.usage }, { path, query }, NOW_MS)
          : answerEvents(rows, { ...PLAIN_EVENTS, ...one.events }, query, NOW_MS);
      nowMs += latencyMs;
      const date = new Date(nowMs - latencyMs / 2 + skewMs).toUTCString();
      return change({ ...answer, headers: { ...answer.headers, date, ...headers } }, path, query);
    },
    close: async () => {},
  });
  const [userSecret = '', organizationSecret = '', token = ''] = SECRETS;
  return {
    calls,
    env: {
      USAGE_API_USER_SECRET: userSecret,
      USAGE_API_ORGANIZATION_SECRET: organizationSecret,
      EVENTS_API_TOKEN: token,
      ...one.env,
    },
    overrides: {
      clock: { now: () => nowMs },
      wait: async () => {},
      transports: { USAGE: createVendor('USAGE'), EVENTS: createVendor('EVENTS') },
    },
    pass(ms) {
      nowMs += ms;
    },
  };
}

/** The settings of an environment. Throws if they are wrong. */
export function configure(env: Readonly<Record<string, string>>): Config {
  const parsed = readConfig(env);
  if (parsed.kind === 'faults') throw new Error(parsed.faults.join('\n'));
  return parsed.config;
}

export function openCase(one: Case): Examined {
  const { calls, env, overrides } = createVendors(one);
  const doctor = createDoctor(configure(env), overrides);
  return {
    doctor,
    calls,
    async examine() {
      const { findings } = await doctor.examine(new AbortController().signal);
      return findings;
    },
  };
}

/** `verdict: what came` of each check of a source. */
export function summarize(findings: readonly Finding[], subject: Finding['subject']): Record<string, string> {
  return Object.fromEntries(
    findings
      .filter((one) => one.subject === subject)
      .map(({ check, verdict, came }) => [check, `${verdict}: ${came}`]),
  );
}
