import { SOURCES } from '../../../src/base/source.ts';
import type { Source } from '../../../src/base/source.ts';
import type { Transport, TransportAnswer } from '../../../src/upstream/transport.ts';
import { TransportFailure } from '../../../src/upstream/transport.ts';
import { askApp, createTestApp } from '../running-app.ts';
import type { Asked } from '../running-app.ts';
import { describeMoment } from './coverage-span.ts';
import type { Dice } from './dice.ts';
import { answerEvents } from './events-vendor.ts';
import { drawFault, spoil } from './faults.ts';
import { DAY_MS, describeRow, drawRow } from './log.ts';
import type { LogRow } from './log.ts';
import { drawScene } from './scene.ts';
import type { Scene } from './scene.ts';
import { answerUsage } from './usage-vendor.ts';

// Both vendors, their logs, one clock, and the service over them. The dice decide everything in a world.

/** The answer of one operation, and what happened while it ran. */
export interface Outcome<Data> extends Asked<Data> {
  readonly startMs: number;
  readonly endMs: number;
  readonly calls: number;
  /** The vendor answers that were spoilt, each with its source. */
  readonly faults: readonly string[];
}

/** The shares of vendor calls that go wrong. */
export interface FailureShares {
  /** Calls whose answer is spoilt. */
  readonly faults: number;
  /** Calls after which a row of the answer is deleted, or a row with the same time is added. */
  readonly moves: number;
}

export const NO_FAILURES: FailureShares = { faults: 0, moves: 0 };

export interface World extends Scene {
  now(): number;
  trace(line: string): void;
  advance(ms: number): void;
  setFailureShares(failureShares: FailureShares): void;
  /** Lets one vendor answer every call with 500; null: neither. */
  setOutage(source: Source | null): void;
  ask<Data>(query: string, variables: Readonly<Record<string, unknown>>): Promise<Outcome<Data>>;
  close(): Promise<void>;
}

/** `trace` receives each vendor call and page. `tamper` changes the service's answers, to prove that the checks find it. */
export interface WorldHooks {
  readonly trace?: (line: string) => void;
  readonly tamper?: (data: unknown) => unknown;
}

const NOW_MS = Date.parse('2026-03-04T12:34:56.789Z');

/** @param hooks for reports, and for tests of the checks themselves */
export function createWorld(
  dice: Dice,
  { trace = () => {}, tamper = (data) => data }: WorldHooks = {},
): World {
  let nowMs = NOW_MS - dice.int(0, 3 * DAY_MS);
  const scene = drawScene(dice, nowMs);
  const { usage, events, log, settings } = scene;
  let failureShares = NO_FAILURES;
  let outage: Source | null = null;
  let calls = 0;
  let faults: string[] = [];
  let movesLeft = 40;
  const vendorDice = dice.fork('weather');
  const advance = (ms: number): void => void (nowMs += ms);

  /** After an answer: deletes one of its rows, or adds a row with the same time. */
  const move = (given: readonly LogRow[]): void => {
    const row = given[vendorDice.int(0, given.length - 1)];
    if (!row || movesLeft === 0 || !vendorDice.chance(failureShares.moves)) return;
    movesLeft -= 1;
    if (vendorDice.chance(0.5)) {
      row.deletedMs = Math.min(row.deletedMs, nowMs);
      trace(`  deleted: ${describeRow(row)}`);
      return;
    }
    const other = drawRow(vendorDice, row.source, { ms: row.ms, addedMs: nowMs }, log.rows.length + 1);
    log.add(other);
    trace(`  added: ${describeRow(other)}`);
  };

  const createVendor = (source: Source): Transport => ({
    async get({ target, timeoutMs }) {
      const { pathname, searchParams } = new URL(target, 'http://vendor.test');
      const path = pathname.replace('/base', '');
      calls += 1;
      const { answer, given } =
        source === 'USAGE'
          ? answerUsage(log.rows, usage, { path, query: searchParams }, nowMs)
          : answerEvents(log.rows, events, searchParams, nowMs);
      trace(`${describeMoment(nowMs)} ${source} ${decodeURIComponent(target)}: ${describeRows(given)}`);
      advance(vendorDice.int(1, 60));
      move(given);
      if (outage === source) {
        faults.push(`${source} outage`);
        return { status: 500, headers: {}, body: Buffer.alloc(0) };
      }
      if (!vendorDice.chance(failureShares.faults)) return answer;
      return spoilAnswer(source, answer, timeoutMs);
    },
    close: async () => {},
  });

  const spoilAnswer = (source: Source, answer: TransportAnswer, timeoutMs: number): TransportAnswer => {
    const fault = drawFault(vendorDice, answer);
    faults.push(`${source} ${fault}`);
    trace(`  spoilt: ${fault}`);
    try {
      return spoil(fault, answer, vendorDice);
    } catch (error) {
      if (error instanceof TransportFailure && error.fault === 'timeout') advance(timeoutMs);
      throw error;
    }
  };

  const app = createTestApp(
    {
      USAGE_API_URL: 'http://vendor.test/base',
      EVENTS_API_URL: 'http://vendor.test/base',
      USAGE_API_USER_SECRET: 'user-of-the-fuzzer',
      USAGE_API_ORGANIZATION_SECRET: 'organization-of-the-fuzzer',
      EVENTS_API_TOKEN: 'token-of-the-fuzzer',
      SIGHTLINE_SECRET: 'a secret of the fuzzer alone',
      SIGHTLINE_RATE_CAPACITY: '0',
      ...settings,
    },
    {
      clock: { now: () => nowMs },
      random: () => vendorDice.roll(),
      transports: Object.fromEntries(SOURCES.map((source) => [source, createVendor(source)])),
      limits: { retryBaseMs: 0, retryMaxMs: 0 },
    },
  );

  return {
    ...scene,
    now: () => nowMs,
    trace,
    advance,
    setFailureShares: (next) => void (failureShares = next),
    setOutage: (source) => void (outage = source),
    async ask<Data>(query: string, variables: Readonly<Record<string, unknown>>): Promise<Outcome<Data>> {
      [calls, faults] = [0, []];
      const startMs = nowMs;
      const asked = await askApp<Data>(app, query, variables);
      return { ...asked, data: tamper(asked.data) as Data, startMs, endMs: nowMs, calls, faults };
    },
    close: () => app.close(),
  };
}

function describeRows(rows: readonly LogRow[]): string {
  const [first, last] = [rows[0], rows.at(-1)];
  return first && last
    ? `${rows.length} rows, ${describeMoment(first.ms)} to ${describeMoment(last.ms)}`
    : 'no rows';
}
