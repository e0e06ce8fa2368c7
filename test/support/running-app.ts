import { createApp } from '../../src/app.ts';
import type { App, AppOverrides } from '../../src/app.ts';
import { readConfig } from '../../src/config/load.ts';
import { createSubgraph } from '../../src/graph/federation/subgraph.ts';
import { readAlerts } from '../../src/http/alerts/file.ts';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import type { RunningSandbox } from '../../src/sandbox/start.ts';

/** An entry of `extensions.upstream`: the calls of one vendor operation. */
export interface UpstreamTally {
  readonly source: string;
  readonly operation: string;
  readonly calls: number;
  readonly rows: number;
}

export interface Asked<Data> {
  readonly data: Data;
  readonly errors:
    | readonly {
        readonly message: string;
        readonly path?: readonly string[];
        readonly extensions: Readonly<Record<string, unknown>>;
      }[]
    | undefined;
  readonly upstream: readonly UpstreamTally[];
}

/** The whole service in this process, with HTTP to its sandbox. */
export interface RunningApp {
  readonly app: App;
  readonly sandbox: RunningSandbox;
  ask<Data>(query: string, variables?: Readonly<Record<string, unknown>>): Promise<Asked<Data>>;
  close(): Promise<void>;
}

/** `SIGHTLINE_SECRET`, which a service over real vendors requires. */
export const TEST_SECRET = 'a secret for the tests and for no others';

/** Noon on a Wednesday. */
export const NOW_MS = Date.parse('2026-03-04T12:00:00Z');

/** Long timeouts, so that a busy machine causes neither retries nor failures. */
export const PATIENT = { SIGHTLINE_OPERATION_TIMEOUT_MS: '60000', SIGHTLINE_ATTEMPT_TIMEOUT_MS: '50000' };

/** Starts both. `env` adds settings. By default there are few rows and none arrive. */
export async function startApp(
  options: Partial<SandboxOptions> = {},
  env: Readonly<Record<string, string>> = {},
  overrides: AppOverrides = {},
): Promise<RunningApp> {
  const sandbox = await startSandbox({
    nowMs: NOW_MS,
    arrivals: false,
    usageRows: 2_000,
    eventsRows: 600,
    ...options,
  });
  const app = createAppOver(sandbox, env, overrides);
  return {
    app,
    sandbox,
    ask: (query, variables) => askApp(app, query, variables),
    async close() {
      await app.close();
      await sandbox.close();
    },
  };
}

/** A new service over a running sandbox, with empty caches. `env` adds settings. */
export function createAppOver(
  sandbox: RunningSandbox,
  env: Readonly<Record<string, string>> = {},
  overrides: AppOverrides = {},
): App {
  const { usageUserSecret, usageOrganizationSecret, eventsToken } = sandbox.credentials;
  return createTestApp(
    {
      USAGE_API_URL: sandbox.usageUrl,
      USAGE_API_USER_SECRET: usageUserSecret,
      USAGE_API_ORGANIZATION_SECRET: usageOrganizationSecret,
      EVENTS_API_URL: sandbox.eventsUrl,
      EVENTS_API_TOKEN: eventsToken,
      ...env,
    },
    { clock: { now: () => sandbox.now() }, ...overrides },
  );
}

/** A service with these settings. Throws if they are wrong. An empty text unsets one. */
export function createTestApp(env: Readonly<Record<string, string>>, overrides: AppOverrides = {}): App {
  const reading = readConfig({ SIGHTLINE_SECRET: TEST_SECRET, ...env }, undefined, readAlerts);
  if (reading.kind === 'faults') throw new Error(reading.faults.join('\n'));
  return createApp(reading.config, { createSubgraph, ...overrides });
}

export async function askApp<Data>(
  app: App,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Asked<Data>> {
  const response = await app.fetch('http://127.0.0.1/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const body = (await response.json()) as Asked<Data> & {
    extensions?: { upstream?: readonly UpstreamTally[] };
  };
  return { data: body.data, errors: body.errors, upstream: body.extensions?.upstream ?? [] };
}

/** The calls made to one vendor. */
export function countCalls(
  asked: { readonly upstream: readonly UpstreamTally[] },
  source: 'USAGE' | 'EVENTS',
): number {
  return asked.upstream.filter((tally) => tally.source === source).reduce((sum, { calls }) => sum + calls, 0);
}
