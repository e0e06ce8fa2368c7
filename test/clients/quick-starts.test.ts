import { execFile } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer } from '../../src/http/server.ts';
import type { RunningServer } from '../../src/http/server.ts';
import { openFolder, readQuickStart, writeInto } from '../support/quick-start.ts';
import { NOW_MS, PATIENT, startApp } from '../support/running-app.ts';
import type { RunningApp } from '../support/running-app.ts';

const run = promisify(execFile);

/** What npm has set for this very run is not the new project's: it would install into this repository. */
const inherited = Object.entries(process.env).filter(
  ([name]) => !/^npm_/i.test(name) || /^npm_config_(registry|cache|userconfig)$/i.test(name),
);
const env = {
  ...Object.fromEntries(inherited),
  // This Node, and none of this repository's own commands.
  PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
  NO_COLOR: '1',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_ignore_scripts: 'true',
  npm_config_prefer_offline: 'true',
};

const isRegistryThere = await run('npm', ['view', 'relay-runtime@21.0.1', 'version'], {
  env: { ...env, npm_config_fetch_retries: '0' },
  timeout: 60_000,
}).then(
  () => true,
  () => false,
);
if (!isRegistryThere)
  console.warn('The npm registry is not reachable: the quick starts of docs/client are not tested here.');

describe.runIf(isRegistryThere)('a quick start, followed in an empty folder, does what its page says', () => {
  let running: RunningApp;
  let server: RunningServer;
  beforeAll(async () => {
    // As the pages start it.
    const rows = { usageRows: 20_000, eventsRows: 4_000 };
    running = await startApp({ seed: 1, nowMs: NOW_MS, arrivals: true, ...rows }, PATIENT);
    server = await startServer({
      host: '127.0.0.1',
      port: 0,
      handle: (request, response) => void running.app.handle(request, response),
    });
  }, 60_000);
  afterAll(async () => {
    await server?.close(0);
    await running?.close();
  });

  test.each([
    ['README', 0],
    ['apollo', 2],
    ['urql', 2],
    ['relay', 2],
  ])(
    '%s',
    async (name, statements) => {
      const folder = await openFolder();
      await symlink(fileURLToPath(new URL('../../', import.meta.url)), join(folder, 'sightline'));
      const project = join(folder, 'project');
      await mkdir(project);
      const printed: string[] = [];
      const stated: string[] = [];
      for (const { language, title, text } of await readQuickStart(name, server.url)) {
        if (title !== null) await writeInto(project, title, text);
        else if (language === 'sh')
          printed.push((await run('bash', ['-euc', text], { cwd: project, env })).stdout);
        else if (language === 'text') {
          stated.push(text);
          expect(printed.at(-1)?.slice(-text.length)).toBe(text);
        }
      }
      expect(stated).toHaveLength(statements);
      expect(printed.at(-1)?.trim()).not.toBe('');
    },
    600_000,
  );
});
