import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { UpstreamError } from '../../src/base/errors.ts';
import { SOURCES } from '../../src/base/source.ts';
import type { Source } from '../../src/base/source.ts';
import { systemClock } from '../../src/base/time.ts';
import { createUpstream } from '../../src/upstream/create.ts';
import { FAULT_PHASES, startFaultProxy } from '../support/fault-proxy.ts';
import type { Fault, FaultPhase } from '../support/fault-proxy.ts';
import { createSeededRandom } from '../support/seeded-random.ts';
import { contextOf, credentialsOf, requestOf, startVendor, until } from '../support/upstream-fixtures.ts';

// Short for faults that never end by themselves. Long for others, so that a busy machine causes no timeout.
const deadlineOf = ({ kind }: Fault): number => (kind === 'timeout' || kind === 'bandwidth' ? 300 : 5_000);
// For late timers of a busy machine.
const LATENESS_MS = 250;

const ROWS = Array.from({ length: 40 }, (_, index) => ({ id: index, name: `a row of the vendor ${index}` }));
const BODY = Buffer.from(JSON.stringify(ROWS));

/** How a vendor marks the end of a body. */
const FRAMINGS = ['length', 'chunked', 'close'] as const;
type Framing = (typeof FRAMINGS)[number];

const FAULTS: readonly Fault[] = [
  { kind: 'latency', ms: 20 },
  { kind: 'down' },
  { kind: 'bandwidth', bytesPerSecond: 800 },
  { kind: 'slow-close', ms: 20 },
  { kind: 'timeout' },
  { kind: 'reset' },
  { kind: 'slicer' },
  { kind: 'cut' },
];

/** The possible results of a fault. A reset may also discard what had arrived before it. */
function expectedOf({ kind }: Fault, phase: FaultPhase): readonly string[] {
  if (kind === 'latency' || kind === 'slow-close' || kind === 'slicer') return ['rows'];
  if (kind === 'timeout' || kind === 'bandwidth') return ['UPSTREAM_TIMEOUT'];
  const isBeforeBody = phase === 'connect' || phase === 'head';
  if (kind === 'reset')
    return isBeforeBody ? ['UPSTREAM_UNAVAILABLE'] : ['UPSTREAM_UNAVAILABLE', 'UPSTREAM_BAD_RESPONSE'];
  // A cut that begins in the head may arrive in the head or behind it.
  if (kind === 'cut' && isBeforeBody) return ['UPSTREAM_UNAVAILABLE', 'UPSTREAM_BAD_RESPONSE'];
  return isBeforeBody ? ['UPSTREAM_UNAVAILABLE'] : ['UPSTREAM_BAD_RESPONSE'];
}

const startFramedVendor = () =>
  startVendor((request, response) => {
    const framing = request.url?.split('/').at(-1);
    response.setHeader('content-type', 'application/json');
    if (framing === 'length') response.setHeader('content-length', BODY.length);
    if (framing === 'close') {
      response.useChunkedEncodingByDefault = false;
      response.shouldKeepAlive = false;
    }
    response.write(BODY.subarray(0, 1_000));
    response.end(BODY.subarray(1_000));
  });

interface Case {
  readonly source: Source;
  readonly framing: Framing;
  readonly fault: Fault;
  readonly phase: FaultPhase;
}

async function meet({ source, framing, fault, phase }: Case, targetPort: number, seed: number) {
  const random = createSeededRandom(seed);
  const deadlineMs = deadlineOf(fault);
  const proxy = await startFaultProxy({ targetPort, fault, phase, random });
  const upstream = createUpstream({
    source,
    baseUrl: `http://127.0.0.1:${proxy.port}/base`,
    clock: systemClock,
    random,
    limits: { attemptTimeoutMs: deadlineMs * 0.7, retryBaseMs: 20 },
  });
  const startMs = performance.now();
  const outcome = await upstream
    .get(
      requestOf({ path: `/usage/${framing}`, cache: { freshMs: 60_000, staleIfErrorMs: 60_000 } }),
      contextOf({ credentials: credentialsOf('one', source), deadlineMs: Date.now() + deadlineMs }),
    )
    .then(
      ({ value }) => (JSON.stringify(value) === JSON.stringify(ROWS) ? 'rows' : 'wrong rows'),
      (error: unknown) =>
        error instanceof UpstreamError && error.source === source ? error.code : String(error),
    );
  const ms = performance.now() - startMs;
  await upstream.close();
  for (let turn = 0; turn < 100 && proxy.openSockets() > 0; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const leftOpen = proxy.openSockets();
  await proxy.close();
  return { outcome, isLate: ms > deadlineMs + LATENESS_MS, leftOpen };
}

test.each(FAULTS)(
  '$kind, in any phase: correct rows or an error with a code, in time, and no open socket',
  async (fault) => {
    const vendor = await startFramedVendor();
    const targetPort = Number(new URL(vendor.baseUrl).port);
    const cases: Case[] = FAULT_PHASES.flatMap((phase) =>
      FRAMINGS.flatMap((framing) => SOURCES.map((source) => ({ source, framing, fault, phase }))),
    );
    const met = await Promise.all(cases.map((one, index) => meet(one, targetPort, index)));
    for (const [index, { outcome, isLate, leftOpen }] of met.entries()) {
      const one = cases[index];
      if (!one) continue;
      const name = `${one.phase}, ${one.framing}, ${one.source}`;
      expect({ name, isLate, leftOpen }).toEqual({ name, isLate: false, leftOpen: 0 });
      expect(expectedOf(fault, one.phase), name).toContain(outcome);
    }
  },
);

test('an answer that is cut at any byte of its body never gives rows', async () => {
  const body = Buffer.from(JSON.stringify(ROWS.slice(0, 36)));
  expect(body.length).toBeGreaterThan(1_400);
  // The hardest framing, because a cut looks like the end.
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (head: Buffer) => {
      const at = Number(/\/cut\/(\d+)/.exec(head.toString('latin1'))?.[1]);
      socket.end(
        Buffer.concat([
          Buffer.from('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n'),
          body.subarray(0, at),
        ]),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const upstream = createUpstream({
    source: 'USAGE',
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clock: systemClock,
    random: () => 0,
    limits: { breakerThreshold: 0.999_999, breakerMinimum: 20, breakerOpenMs: 0, maxConcurrency: 32 },
  });
  onTestFinished(async () => {
    await upstream.close();
    server.close();
  });
  const outcomes = await Promise.all(
    Array.from({ length: body.length + 1 }, (_, at) =>
      upstream.get(requestOf({ path: `/cut/${at}` }), contextOf({ deadlineMs: Date.now() + 20_000 })).then(
        ({ value }) => (JSON.stringify(value) === body.toString() ? 'rows' : 'wrong rows'),
        (error: unknown) => (error instanceof UpstreamError ? error.code : String(error)),
      ),
    ),
  );
  expect(outcomes.pop()).toBe('rows');
  expect(new Set(outcomes)).toEqual(new Set(['UPSTREAM_BAD_RESPONSE']));
});

test('when a thousand callers leave, every socket to the vendor is closed', async () => {
  let asked = 0;
  const vendor = await startVendor(() => {
    asked += 1;
  });
  const upstream = createUpstream({
    source: 'USAGE',
    baseUrl: vendor.baseUrl,
    clock: systemClock,
    random: () => 0,
    limits: { maxConcurrency: 100 },
  });
  onTestFinished(() => upstream.close());
  const caller = new AbortController();
  const waiting = Array.from({ length: 1_000 }, (_, index) =>
    upstream.get(
      requestOf({ path: `/usage/${index}` }),
      contextOf({ signal: caller.signal, deadlineMs: Date.now() + 20_000 }),
    ),
  );
  const settled = Promise.allSettled(waiting);
  await until(() => asked === 100);
  expect(await vendor.openSockets()).toBe(100);
  caller.abort(new Error('gone'));
  for (const one of await settled)
    expect(one).toMatchObject({ status: 'rejected', reason: { message: 'gone' } });
  await until(async () => (await vendor.openSockets()) === 0);
  expect(asked).toBe(100);
});
