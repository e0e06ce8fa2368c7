import { createApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config/load.ts';
import type { Config } from '../../../src/config/config.ts';
import type { RequestLine } from '../../../src/http/handler.ts';
import type { AuditLine } from '../../../src/http/plugins/audit.ts';
import type { Way } from '../../../src/http/responder.ts';
import type { SkippedRowsReport } from '../../../src/sources/paging/vendor-page.ts';
import type { Scene } from '../fuzz/scene.ts';
import { becomeIdle, createTwinVendor } from './vendor.ts';
import type { TwinVendor } from './vendor.ts';

/** A request, except for its content type. */
export interface PlannedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | null;
  /** The caller leaves at the vendor call of this number; null: the caller stays. */
  readonly leavesAtCall: number | null;
}

/** All that a request causes that anybody can see. */
export interface Seen {
  /** null: the caller has left. */
  readonly status: number | null;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly audit: readonly AuditLine[];
  readonly log: readonly Omit<RequestLine, 'ms'>[];
  /** Faults that callers do not see. */
  readonly faults: readonly string[];
  readonly skippedRows: readonly SkippedRowsReport[];
  /** Vendor calls, sorted. */
  readonly calls: readonly string[];
  readonly refusedOrigins: readonly string[];
}

/** What both sides of a comparison have in common. */
export interface SidePlan extends Scene {
  readonly seed: number;
  readonly env: Readonly<Record<string, string>>;
  /** The manifest of trusted documents, as JSON. */
  readonly manifest: string;
  readonly now: () => number;
  /** null: there is no audit trail. */
  readonly audit: AuditPlan | null;
}

export interface AuditPlan {
  /** Lines are written together. */
  readonly isBatched: boolean;
  /** The numbers of the lines that can't be written. */
  readonly failsAt: ReadonlySet<number>;
}

/** A service over its own copy of the vendors. */
export interface Side {
  readonly vendor: TwinVendor;
  /** @returns what is seen, and the way; null: it was answered before */
  ask(request: PlannedRequest): Promise<{ readonly seen: Seen; readonly way: Way | null }>;
  close(): Promise<void>;
}

export function readSideConfig({ env, manifest }: Pick<SidePlan, 'env' | 'manifest'>): Config {
  const reading = readConfig(env, () => manifest);
  if (reading.kind === 'faults') throw new Error(reading.faults.join('\n'));
  return reading.config;
}

export function createSide(plan: SidePlan): Side {
  const { seed, now } = plan;
  const vendor = createTwinVendor(plan, seed, now);
  let audit: AuditLine[] = [];
  let log: Omit<RequestLine, 'ms'>[] = [];
  let faults: string[] = [];
  let skippedRows: SkippedRowsReport[] = [];
  let refusedOrigins: string[] = [];
  let way: Way | null = null;
  const app = createApp(readSideConfig(plan), {
    clock: { now },
    random: () => 0.5,
    transports: vendor.transports,
    limits: { retryBaseMs: 0, retryMaxMs: 0 },
    onFault: (error) => void faults.push(describeFault(error)),
    onRequest: ({ ms: _, ...line }) => void log.push(line),
    onWay: (taken) => void (way = taken),
    onRefusedOrigin: (message) => void refusedOrigins.push(message),
    onSkippedRows: (report) => void skippedRows.push(report),
    ...(plan.audit ? { audit: createSink(plan.audit, (line) => void audit.push(line)) } : {}),
  });

  return {
    vendor,
    async ask({ method, target, headers, body, leavesAtCall }) {
      [audit, log, faults, skippedRows, refusedOrigins, way] = [[], [], [], [], [], null];
      const leaving = new AbortController();
      vendor.takeCalls();
      vendor.onCall(leavesAtCall === null ? null : (count) => count === leavesAtCall && leaving.abort());
      const answer = await app
        .fetch(`http://127.0.0.1${target}`, {
          method,
          headers,
          body: body as BodyInit | null,
          signal: leaving.signal,
        })
        .then(async (response) => ({
          status: response.status,
          headers: [...response.headers],
          body: await response.text(),
        }))
        .catch((error: unknown) => ({ status: null, headers: [], body: describeFault(error) }));
      if (vendor.calls() > 0) await becomeIdle(vendor);
      const calls = vendor.takeCalls().toSorted();
      return { seen: { ...answer, audit, log, faults, skippedRows, calls, refusedOrigins }, way };
    },
    close: () => app.close(),
  };
}

function createSink({ isBatched, failsAt }: AuditPlan, add: (line: AuditLine) => void) {
  let lines = 0;
  const write = (): void => {
    lines += 1;
    if (failsAt.has(lines)) throw new Error(`The disk is full at line ${lines}.`);
  };
  return isBatched
    ? { take: add, commit: write }
    : {
        take(line: AuditLine) {
          write();
          add(line);
        },
      };
}

/** A fault with its causes, without the places in the code. */
export function describeFault(error: unknown): string {
  const text = String(error);
  const cause = error instanceof Error && 'originalError' in error ? error.originalError : undefined;
  return cause === undefined ? text : `${text} < ${describeFault(cause)}`;
}
