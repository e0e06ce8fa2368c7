import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeConsole } from '../../bin/write-console.ts';
import { hashDocument } from '../../src/http/trusted-documents.ts';
import { PATIENT } from '../support/running-app.ts';
import { hasChromium, startConsole } from './console-rig.ts';
import type { ConsoleRig } from './console-rig.ts';

const DAY = 'from=2026-03-03T12:00:00.000Z&to=2026-03-04T12:00:00.000Z';
const SPIKE = '2026-03-04T09:00:00.000Z/2026-03-04T10:00:00.000Z';
const OWN = 'query Own { service { version } }';

describe.runIf(hasChromium)('the console of a service of trusted documents', { timeout: 180_000 }, () => {
  let rig: ConsoleRig;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sightline-trusted-'));
    await writeConsole(resolve(import.meta.dirname, '../..'), folder);
    const asked = JSON.parse(await readFile(join(folder, 'documents.json'), 'utf8')) as object;
    const manifest = join(folder, 'trusted.json');
    await writeFile(manifest, JSON.stringify({ ...asked, [hashDocument(OWN)]: OWN }));
    rig = await startConsole(
      { usageRows: 600, eventsRows: 300 },
      { ...PATIENT, SIGHTLINE_TRUSTED_DOCUMENTS: manifest, SIGHTLINE_CONSOLE: folder },
    );
  }, 120_000);
  afterAll(async () => {
    await rig?.close();
    await rm(folder, { recursive: true });
  });

  test('each question of each page is one of them, and others are refused', async () => {
    const opened = await rig.open(`/?${DAY}&vs=previous`);
    const { page } = opened;
    const go = async (path: string) => {
      await page.goto(rig.url + path);
      await opened.settle();
    };
    for (const path of [
      `/breakdown?${DAY}&spike=${SPIKE}`,
      `/breakdown?of=events&by=user&${DAY}&spike=${SPIKE}`,
      `/timeline?${DAY}`,
      `/log?${DAY}`,
      `/events?${DAY}`,
    ]) {
      await go(path);
      if (path.startsWith('/breakdown')) continue;
      await page.getByRole('button', { name: 'Count', exact: true }).click();
      await page.locator('.facet').first().click();
      await page.getByRole('menu').waitFor();
      await opened.settle();
      await page.keyboard.press('Escape');
      await page.locator('[role="row"][data-id]').first().click();
      await page.getByRole('dialog').getByText('within 5 minutes').waitFor();
      await opened.settle();
      await page.keyboard.press('Escape');
    }
    await go('/timeline?last=PT1H&live=1');
    await page.getByRole('switch').getByText('connected').waitFor();
    const names = new Set(opened.answers.map(({ name }) => name));
    expect(names.size).toBeGreaterThan(18);
    for (const { name, status, data } of opened.answers)
      expect([name, status, data !== null]).toEqual([name, 200, true]);
    const refused = await rig.running.ask('{ service { version } }');
    expect(refused.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    expect((await rig.running.ask(OWN)).errors).toBeUndefined();
    expect(opened.problems).toEqual([]);
    await opened.close();
  });
});
