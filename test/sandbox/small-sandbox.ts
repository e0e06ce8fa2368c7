import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import type { RunningSandbox } from '../../src/sandbox/start.ts';

/** Noon on a Wednesday. */
export const NOW_MS = Date.parse('2026-03-04T12:00:00Z');
export const DAY_MS = 86_400_000;

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  /** The decoded body, as a list and as an object. */
  readonly rows: readonly Record<string, unknown>[];
  readonly body: Readonly<Record<string, unknown>>;
}

/** Starts a sandbox with few rows, to which none are added. */
export function startSmallSandbox(options: Partial<SandboxOptions> = {}): Promise<RunningSandbox> {
  return startSandbox({ nowMs: NOW_MS, arrivals: false, usageRows: 2_000, eventsRows: 600, ...options });
}

/** The `Authorization` header for the Usage API of a sandbox. */
export function authorizeUsage({ credentials }: RunningSandbox): string {
  return `User ${credentials.usageUserSecret}, Organization ${credentials.usageOrganizationSecret}`;
}

/** The `Authorization` header for the Events API of a sandbox. */
export function authorizeEvents({ credentials }: RunningSandbox): string {
  return `Bearer ${credentials.eventsToken}`;
}

export async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  const decoded = JSON.parse(text) as never;
  return { status: response.status, text, headers: response.headers, rows: decoded, body: decoded };
}

export function askUsage(
  sandbox: RunningSandbox,
  path: string,
  query: Record<string, string> | [string, string][] = {},
): Promise<Answer> {
  const search = new URLSearchParams(query).toString();
  return ask(`${sandbox.usageUrl}${path}?${search}`, { headers: { authorization: authorizeUsage(sandbox) } });
}

/** Asks for ten events of the whole generated time, unless `query` says otherwise. */
export function askEvents(sandbox: RunningSandbox, query: Record<string, string> = {}): Promise<Answer> {
  const search = new URLSearchParams({
    page: '1',
    pageSize: '10',
    createdFrom: '2026-01-01T00:00:00Z',
    createdTo: '2026-04-01T00:00:00Z',
    ...query,
  });
  return ask(`${sandbox.eventsUrl}/events?${search}`, {
    headers: { authorization: authorizeEvents(sandbox) },
  });
}

export const EVERYTHING = { from: '2026-01-01', to: '2026-04-01' };
