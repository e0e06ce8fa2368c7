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

/** Without the variables that npm sets for this run, because with them it would install into this repository. */
const inherited = Object.entries(process.env).filter(
  ([name]) => !/^npm_/i.test(name) || /^npm_config_(registry|cache|userconfig)$/i.test(name),
);
const env = {
  ...Object.fromEntries(inherited),
  // Finds this Node, but no commands of this repository.
  PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
  NO_COLOR: '1',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_ignore_scripts: 'true',
  npm_config_prefer_offline: 'true',
};

const isRegistryReachable = await run('npm', ['view', 'relay-runtime@21.0.1', 'version'], {
  env: { ...env, npm_config_fetch_retries: '0' },
  timeout: 60_000,
}).then(
  () => true,
  () => false,
);
if (!isRegistryReachable)
  console.warn(
    'The npm registry is not reachable: the tests of the quick starts of docs/client are skipped.',
  );

describe.runIf(isRegistryReachable)('a quick start works in an empty folder as its page says', () => {
  let running: RunningApp;
  let server: RunningServer;
  beforeAll(async () => {
    // The same rows as on the pages.
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
