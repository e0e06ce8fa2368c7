import { UpstreamError } from '../../src/base/errors.ts';
import type { AttemptReport } from '../../src/upstream/attempt.ts';
import type { TransportAnswer, TransportRequest } from '../../src/upstream/transport.ts';
import {
  contextOf,
  createFakeTransport,
  createSimulatedTime,
  createTestUpstream,
} from '../support/upstream-fixtures.ts';

/** An upstream over a vendor that gives `answer`, in simulated time. The retry budget is full. */
export function createRig(
  answer: (request: TransportRequest, attempt: number) => TransportAnswer | Promise<TransportAnswer>,
  limits = {},
) {
  const time = createSimulatedTime();
  const transport = createFakeTransport(answer);
  const reports: AttemptReport[] = [];
  const upstream = createTestUpstream({
    clock: time.clock,
    wait: time.wait,
    transport,
    limits,
    onAttempt: (report) => reports.push(report),
  });
  time.advance(10_000);
  const context = (parts: Parameters<typeof contextOf>[0] | object = {}) =>
    contextOf({ deadlineMs: time.clock.now() + 8_000, ...parts });
  return { time, transport, upstream, reports, context };
}

/** A rig whose attempts wait until `resolve` answers one of them, by default the first. */
export function createWaitingRig(limits: object) {
  const waiting: ((answer: TransportAnswer | Promise<TransportAnswer>) => void)[] = [];
  const rig = createRig(() => new Promise((resolve) => waiting.push(resolve)), limits);
  return {
    ...rig,
    resolve: (answer: TransportAnswer | Promise<TransportAnswer>, index = 0) =>
      waiting.splice(index, 1)[0]?.(answer),
  };
}

/** Lets all pending promises settle. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** `read`, or the error's code. */
export async function outcomeOf(answer: Promise<unknown>): Promise<string> {
  try {
    await answer;
    return 'read';
  } catch (error) {
    return error instanceof UpstreamError ? error.code : String(error);
  }
}
