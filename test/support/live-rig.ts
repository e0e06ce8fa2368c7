import { onTestFinished } from 'vitest';
import type { AppOverrides } from '../../src/app.ts';
import type { AuditLine } from '../../src/http/plugins/audit.ts';
import type { TransportRequest } from '../../src/upstream/transport.ts';
import { createSimulatedTimers } from '../sources/live/live-world.ts';
import { createTestApp } from './running-app.ts';
import { createFakeTransport, jsonAnswer } from './upstream-fixtures.ts';

/** A row of a vendor, which is there from the beginning: nothing asks for times after now. */
export interface LiveVendorRow {
  readonly id: string | number;
  readonly atMs: number;
}

/** Two vendors in simulated time, and instances over them. */
export function createLiveRig(env: Readonly<Record<string, string>> = {}) {
  const time = createSimulatedTimers();
  const usage: LiveVendorRow[] = [];
  const events: LiveVendorRow[] = [];
  const state = { isUsageDown: false };
  const transport = createFakeTransport(({ target }: TransportRequest) => {
    const { pathname, searchParams } = new URL(target, 'http://vendor.test');
    const bound = (name: string): number => Date.parse((searchParams.get(name) ?? '').replace(/^[gl]t:/, ''));
    const isEvents = pathname.endsWith('/events');
    if (!isEvents && state.isUsageDown) return { status: 503, headers: {}, body: Buffer.alloc(0) };
    const size = Number(searchParams.get('pageSize'));
    const [from, to] = isEvents ? [bound('createdFrom'), bound('createdTo')] : [bound('from'), bound('to')];
    const start = isEvents
      ? (Number(searchParams.get('page')) - 1) * size
      : Number(searchParams.get('pageOffset'));
    const found = (isEvents ? events : usage)
      .filter(({ atMs }) => atMs >= from && atMs <= to)
      .toSorted((a, b) => b.atMs - a.atMs || (a.id < b.id ? 1 : -1))
      .slice(start, start + size);
    return jsonAnswer(
      found.map(({ id, atMs }) =>
        isEvents
          ? {
              id,
              timestamp: new Date(atMs).toISOString().replace('.000Z', 'Z'),
              category: 'authentication',
              action: 'user-login-success',
              username: 'bob',
              ipAddress: '10.0.0.1',
            }
          : { id, usageDate: new Date(atMs).toISOString(), requestStatus: 'SUCCESS', requestIP: '10.0.0.2' },
      ),
    );
  });
  const audit: AuditLine[] = [];
  const createInstance = (
    more: Readonly<Record<string, string>> = {},
    overrides: Pick<AppOverrides, 'archive'> = {},
  ) => {
    const app = createTestApp(
      {
        USAGE_API_USER_SECRET: 'u',
        USAGE_API_ORGANIZATION_SECRET: 'o',
        EVENTS_API_TOKEN: 't',
        ...env,
        ...more,
      },
      {
        clock: time.clock,
        timers: time.timers,
        transports: { USAGE: transport, EVENTS: transport },
        limits: { retryBaseMs: 0, retryMaxMs: 0 },
        audit: { take: (line) => void audit.push(line) },
        ...overrides,
      },
    );
    onTestFinished(() => app.close());
    return app;
  };
  return { time, usage, events, state, transport, audit, app: createInstance(), createInstance };
}

/** Lets everything happen that time and microtasks cause. */
export async function pass(time: ReturnType<typeof createSimulatedTimers>, ms: number): Promise<void> {
  for (let n = 0; n < 5; n += 1) await time.pass(0);
  await time.pass(ms);
  for (let n = 0; n < 5; n += 1) await time.pass(0);
}

/** Waits, without a pause of its own, until it holds. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
