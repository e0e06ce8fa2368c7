import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether the gateway is installed. If not, the test file warns. */
export const hasGateway = existsSync(
  join(import.meta.dirname, 'gateway/node_modules/@apollo/gateway/package.json'),
);
if (!hasGateway)
  console.warn(
    "Apollo's gateway is not installed (npm run install:gateway): tests that need it are skipped.",
  );

export interface Gateway {
  /** Its GraphQL endpoint. */
  readonly url: string;
  close(): Promise<void>;
}

/** A subgraph as composition takes it. */
export interface ComposedSubgraph {
  readonly name: string;
  readonly url: string;
  readonly sdl: string;
}

/** Composes a supergraph with Apollo's own composition, which is a part of the gateway. @returns the errors; empty: there are none */
export function composeByApollo(subgraphs: readonly ComposedSubgraph[]): readonly string[] {
  const load = createRequire(join(import.meta.dirname, 'gateway/package.json'));
  const { composeServices } = load('@apollo/composition') as {
    composeServices: (services: readonly object[]) => { errors?: readonly { message: string }[] };
  };
  const { parse } = load('graphql') as { parse: (sdl: string) => object };
  const { errors = [] } = composeServices(
    subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })),
  );
  return errors.map(({ message }) => message);
}

/** Starts Apollo's gateway on loopback, in a process of its own, over this supergraph. */
export async function startGateway(supergraph: string): Promise<Gateway> {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-gateway-'));
  const file = join(folder, 'supergraph.graphql');
  writeFileSync(file, supergraph);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'gateway-server.ts'), file], {
    // It would report to Apollo.
    env: { PATH: process.env['PATH'], APOLLO_TELEMETRY_DISABLED: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  const exited = once(child, 'exit').then(() => null);
  const said: unknown = await Promise.race([once(child.stdout, 'data'), exited]);
  if (!Array.isArray(said)) {
    await close();
    throw new Error('The gateway did not start.');
  }
  return { url: String(said[0]).trim(), close };
}
