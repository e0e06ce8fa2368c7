import { schema } from '../../../src/graph/schema.ts';
import { createDice } from '../fuzz/dice.ts';
import type { QueryPool } from '../random-query.ts';
import { drawCase } from './plan.ts';
import type { CasePlan } from './plan.ts';
import { createPlainComparison, PLAIN_CALLERS } from './plain.ts';
import type { PlainOperation } from './plain.ts';
import { createRequests } from './requests.ts';
import { createSide } from './side.ts';
import type { PlannedRequest, Seen } from './side.ts';

/** Something that two ways to one answer do not have in common. */
export interface Difference {
  readonly seed: number;
  readonly turn: number;
  /** What differs: `body` of the answers, or `result` of the compiled operation. */
  readonly part: string;
  readonly request: string;
  readonly lane: string;
  /** The other way: Yoga's, or graphql-js without a server. */
  readonly other: string;
}

export interface WaysReport {
  /** Requests that were answered in both ways. */
  readonly requests: number;
  /** Of these, those that the lane answered. */
  readonly inLane: number;
  /** Those answered in the lane with an error in the body. */
  readonly failedInLane: number;
  /** Those that were refused. */
  readonly refused: number;
  /** Those during which a vendor failed. */
  readonly faulty: number;
  /** Operations that were also compiled, and executed by graphql-js, without a server. */
  readonly compiled: number;
  readonly differences: readonly Difference[];
}

const NOTHING: WaysReport = {
  requests: 0,
  inLane: 0,
  failedInLane: 0,
  refused: 0,
  faulty: 0,
  compiled: 0,
  differences: [],
};

function addReports(a: WaysReport, b: WaysReport): WaysReport {
  return {
    requests: a.requests + b.requests,
    inLane: a.inLane + b.inLane,
    failedInLane: a.failedInLane + b.failedInLane,
    refused: a.refused + b.refused,
    faulty: a.faulty + b.faulty,
    compiled: a.compiled + b.compiled,
    differences: [...a.differences, ...b.differences],
  };
}

export interface CasesOptions {
  readonly firstSeed: number;
  /** The least number of requests; a case has some 60. */
  readonly requests: number;
  /** Ends before, after the cases that have begun. */
  readonly signal?: AbortSignal;
  /** Changes what is seen in the lane, to prove that the comparison finds it. */
  readonly tamper?: (seen: Seen) => Seen;
}

/** Cases wait for timers most of the time. */
const CASES_AT_ONCE = 4;

/** Compares case after case. The seed of a case decides all that happens in it, whatever runs beside it. */
export async function compareCases({
  firstSeed,
  requests,
  signal,
  tamper,
}: CasesOptions): Promise<WaysReport & { readonly cases: number }> {
  let cases = 0;
  let begun = 0;
  let sum = NOTHING;
  const work = async (): Promise<void> => {
    while (begun < requests && !signal?.aborted) {
      const seed = firstSeed + cases;
      cases += 1;
      begun += TURNS + 1;
      const report = await compareWays(seed, tamper);
      sum = addReports(sum, report);
    }
  };
  await Promise.all(Array.from({ length: CASES_AT_ONCE }, work));
  const differences = sum.differences.toSorted((a, b) => a.seed - b.seed || a.turn - b.turn);
  return { ...sum, differences, cases };
}

const TURNS = 60;
/** Both say the same to Yoga. The lane does not know the second. */
const KNOWN_TYPE = 'application/json';
const OTHER_TYPE = 'application/json;charset=utf-8';

/**
 * Sends random requests to two services over equal vendors. One of them may answer in its lane, the other asks Yoga always.
 * Compares all that is seen.
 */
async function compareWays(
  seed: number,
  tamper: CasesOptions['tamper'] = (seen) => seen,
): Promise<WaysReport> {
  const dice = createDice(seed);
  const plan = drawCase(dice.fork('plan'), seed);
  const [left, right] = [createSide(plan.side), createSide(plan.side)];
  const plain = createPlainComparison(plan.side);
  const differences: Difference[] = [];
  const counts = { requests: 0, inLane: 0, failedInLane: 0, refused: 0, faulty: 0, compiled: 0 };

  const ask = async (turn: number, request: PlannedRequest): Promise<Seen> => {
    const isJson = request.body !== null && !('content-type' in request.headers);
    const withType = (type: string): PlannedRequest =>
      isJson ? { ...request, headers: { 'content-type': type, ...request.headers } } : request;
    const faultsBefore = left.vendor.faults();
    const inLane = await left.ask(withType(KNOWN_TYPE));
    const inYoga = await right.ask(withType(OTHER_TYPE));
    const seen = inLane.way === 'lane' ? tamper(inLane.seen) : inLane.seen;
    differences.push(
      ...compare(seen, inYoga.seen).map((one) => ({ ...one, seed, turn, request: describe(request) })),
    );
    counts.requests += 1;
    const hasFailed = seen.body.startsWith('{"errors"') || seen.body.includes('"errors":[');
    if (inLane.way === 'lane') counts.inLane += 1;
    if (inLane.way === 'lane' && hasFailed) counts.failedInLane += 1;
    if (!seen.body.includes('"data":')) counts.refused += 1;
    if (left.vendor.faults() > faultsBefore) counts.faulty += 1;
    return seen;
  };

  const askPlain = async (turn: number, operation: Omit<PlainOperation, 'caller'>): Promise<void> => {
    const caller = dice.pick(PLAIN_CALLERS);
    const pair = await plain.ask({ ...operation, caller });
    if (!pair) return;
    counts.compiled += 1;
    const { compiled: lane, executed: other } = pair;
    const request = JSON.stringify({ ...operation, caller: caller.name });
    if (lane !== other) differences.push({ seed, turn, part: 'result', request, lane, other });
  };

  try {
    const pool = await readPool(plan, (request) => ask(0, request));
    for (const vendor of [left.vendor, right.vendor, ...plain.vendors]) vendor.setFaultShare(plan.faultShare);
    const requests = createRequests(schema, dice.fork('requests'), pool, plan.access);
    for (let turn = 1; turn <= TURNS; turn += 1) {
      plan.advance(dice.pick([0, 0, 0, 10, 1_500, 65_000, 3_600_000]));
      const request = requests.draw();
      await ask(turn, request);
      if (request.operation) await askPlain(turn, { ...request.operation, headers: request.headers });
    }
  } finally {
    await Promise.all([left.close(), right.close(), plain.close()]);
  }
  return { ...counts, differences };
}

const POOL_DOCUMENT = `{
  usageRecords(first: 5, range: { last: "P30D" }) { nodes { id recordId } pageInfo { endCursor } }
  events(first: 5, range: { last: "P30D" }) { nodes { id } pageInfo { endCursor } }
}`;
interface PoolPage {
  readonly nodes: readonly { readonly id: string; readonly recordId?: string }[];
  readonly pageInfo: { readonly endCursor: string | null };
}

/** Existing ids and cursors, and some that do not exist. */
async function readPool(plan: CasePlan, ask: (request: PlannedRequest) => Promise<Seen>): Promise<QueryPool> {
  const { body } = await ask({
    method: 'POST',
    target: '/graphql',
    headers: plan.access.fullProof,
    body: JSON.stringify({ query: POOL_DOCUMENT }),
    leavesAtCall: null,
  });
  const { data } = JSON.parse(body) as {
    readonly data?: Readonly<Partial<Record<'usageRecords' | 'events', PoolPage | null>>> | null;
  };
  const pages = [data?.usageRecords, data?.events].flatMap((page) => page ?? []);
  const nodes = pages.flatMap((page) => page.nodes);
  return {
    ids: [...nodes.map(({ id }) => id), 'bm9uZQ'],
    recordIds: [...nodes.flatMap(({ recordId }) => recordId ?? []), 'none'],
    cursors: [...pages.flatMap(({ pageInfo }) => pageInfo.endCursor ?? []), 'bm9uZQ'],
  };
}

function compare(lane: Seen, yoga: Seen): readonly Pick<Difference, 'part' | 'lane' | 'other'>[] {
  return Object.keys(yoga).flatMap((part) => {
    const [one, other] = [lane, yoga].map((seen) => print(seen[part as keyof Seen]));
    return one === other ? [] : [{ part, lane: one ?? '', other: other ?? '' }];
  });
}

function print(value: Seen[keyof Seen]): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function describe({ method, target, headers, body, leavesAtCall }: PlannedRequest): string {
  const left = leavesAtCall === null ? '' : ` (leaves at call ${leavesAtCall})`;
  return `${method} ${target} ${JSON.stringify(headers)}${left}\n${body?.toString('utf8') ?? ''}`;
}
