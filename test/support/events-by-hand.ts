import type { App, AppOverrides } from '../../src/app.ts';
import type { Transport, TransportRequest } from '../../src/upstream/transport.ts';
import { createTestApp, NOW_MS } from './running-app.ts';
import { createFakeTransport, jsonAnswer } from './upstream-fixtures.ts';

/** The texts of an event; the rest of it is always the same. */
export interface EventTexts {
  readonly action?: string;
  readonly username?: string;
  readonly description?: string;
  /** Before now. */
  readonly agoMs?: number;
}

const HOUR_MS = 3_600_000;

/** A service over an Events API that has just these events, newest first. */
export function createAppOverEvents(
  events: readonly EventTexts[],
  env: Readonly<Record<string, string>> = {},
  overrides: AppOverrides = {},
): { readonly app: App; readonly transport: Transport & { readonly requests: TransportRequest[] } } {
  const rows = events.map((event, index) => ({
    id: events.length - index,
    atMs: NOW_MS - (event.agoMs ?? HOUR_MS + index * 1_000),
    ...event,
  }));
  const transport = createFakeTransport(({ target }) => {
    const { searchParams } = new URL(target, 'http://vendor.test');
    const bound = (name: string): number => Date.parse((searchParams.get(name) ?? '').replace(/^[gl]t:/, ''));
    const size = Number(searchParams.get('pageSize'));
    const start = (Number(searchParams.get('page')) - 1) * size;
    const found = rows.filter(({ atMs }) => atMs >= bound('createdFrom') && atMs <= bound('createdTo'));
    return jsonAnswer(
      found.slice(start, start + size).map(({ id, atMs, action, username, description }) => ({
        id,
        timestamp: new Date(atMs).toISOString().replace('.000Z', 'Z'),
        category: 'authentication',
        action: action ?? 'user-login-success',
        username: username ?? 'bob',
        description: description ?? 'Bob has logged in',
        ipAddress: '203.0.113.7',
      })),
    );
  });
  const app = createTestApp(
    { EVENTS_API_TOKEN: 'canary', ...env },
    { clock: { now: () => NOW_MS }, transports: { EVENTS: transport }, ...overrides },
  );
  return { app, transport };
}
