import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createApp } from '../../src/app.ts';
import { copyFileRows } from '../../src/archive/copy-file-rows.ts';
import { createFileArchive } from '../../src/archive/file-archive.ts';
import { Secret } from '../../src/base/secret.ts';
import { readConfig } from '../../src/config/load.ts';
import type { LoadedExport } from '../../src/sandbox/data/load-export.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import { holdFiles } from '../../src/sources/paging/held-files.ts';
import { askApp } from './running-app.ts';
import type { Asked } from './running-app.ts';

/** Years after the rows of all files in tests. */
const NOW_MS = Date.parse('2026-03-04T12:00:00Z');

/** Files by their names. */
type Contents = Readonly<Record<string, string>>;

/** A service over files. */
export interface ServedFiles {
  ask<Data>(query: string, variables?: Readonly<Record<string, unknown>>): Promise<Asked<Data>>;
  /** Copies the rows, and answers from the copy from then on. */
  copy(): Promise<void>;
  /** Why the copy could not answer. */
  readonly faults: readonly unknown[];
}

/** Starts the whole service over files in this process, as the command line does in its own. It ends with the test. */
export async function serveFiles(files: {
  readonly usage?: Contents;
  readonly events?: Contents;
}): Promise<ServedFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-files-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const write = (contents: Contents = {}): Promise<string[]> =>
    Promise.all(
      Object.entries(contents).map(async ([name, content]) => {
        await writeFile(join(folder, name), content);
        return join(folder, name);
      }),
    );
  const sandbox = await startSandbox({
    nowMs: NOW_MS,
    usageFiles: await write(files.usage),
    eventsFiles: await write(files.events),
  });
  const reading = readConfig({});
  if (reading.kind === 'faults') throw new Error(reading.faults.join('\n'));
  const { config } = reading;
  const { usageUserSecret, usageOrganizationSecret, eventsToken } = sandbox.credentials;
  const { loaded } = sandbox;
  const hold = (held: LoadedExport | null | undefined) =>
    held ? { files: holdFiles(held.spans, held.unreadable, held.absent) } : {};
  const faults: unknown[] = [];
  const archive = createFileArchive((error) => void faults.push(error));
  const app = createApp(
    {
      ...config,
      vendors: {
        kind: 'configured',
        usage: loaded?.usage
          ? {
              baseUrl: sandbox.usageUrl,
              socketPath: null,
              userSecret: new Secret(usageUserSecret),
              organizationSecret: new Secret(usageOrganizationSecret),
            }
          : null,
        events: loaded?.events
          ? {
              baseUrl: sandbox.eventsUrl,
              socketPath: null,
              secrets: { kind: 'token', token: new Secret(eventsToken) },
            }
          : null,
        isPublic: false,
      },
      usage: { ...config.usage, ...hold(loaded?.usage) },
      events: { ...config.events, ...hold(loaded?.events) },
    },
    { clock: { now: () => NOW_MS }, files: archive },
  );
  onTestFinished(async () => {
    await app.close();
    await archive.close();
    await sandbox.close();
  });
  return {
    ask: (query, variables) => askApp(app, query, variables),
    async copy() {
      const rows = {
        usage: loaded?.usage ? sandbox.rows('usage') : null,
        events: loaded?.events ? sandbox.rows('events') : null,
      };
      await copyFileRows(join(folder, 'copy'), rows, NOW_MS);
      await archive.open(join(folder, 'copy'));
    },
    faults,
  };
}
