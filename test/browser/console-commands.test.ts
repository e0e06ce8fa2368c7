import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { verifyExport } from '../../src/cli/export-verify.ts';
import { PATIENT } from '../support/running-app.ts';
import { hasChromium, startConsole } from './console-rig.ts';
import type { ConsoleRig, OpenedPage } from './console-rig.ts';

const DAY = 'from=2026-03-03T12:00:00.000Z&to=2026-03-04T12:00:00.000Z';

const pathOf = (page: Page): string => new URL(page.url()).pathname;
const searchOf = (page: Page): URLSearchParams => new URL(page.url()).searchParams;
const palette = (page: Page) => page.getByRole('dialog', { name: 'Commands' });

/** Types into the palette and takes what is marked. */
async function command(page: Page, typed: string): Promise<void> {
  await page.keyboard.press('Control+k');
  const line = palette(page).getByRole('combobox');
  await expect.poll(() => line.evaluate((element) => element === document.activeElement)).toBe(true);
  await page.keyboard.type(typed);
  await palette(page).getByRole('option').first().waitFor();
  // Until then a slow machine may still show the options of fewer letters.
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  await page.keyboard.press('Enter');
  await expect.poll(() => palette(page).count()).toBe(0);
}

async function keys(page: Page, ...pressed: readonly string[]): Promise<void> {
  for (const key of pressed) await page.keyboard.press(key);
}

describe.runIf(hasChromium)('the commands of the console in a browser', () => {
  let rig: ConsoleRig;

  beforeAll(async () => {
    rig = await startConsole({ usageRows: 3_000, eventsRows: 900 }, PATIENT);
  }, 60_000);
  afterAll(() => rig?.close());

  test('keys go to each page and keep the range', async () => {
    const opened = await rig.open(`/?${DAY}&tz=UTC`);
    const { page } = opened;
    for (const [key, path] of [
      ['b', '/breakdown'],
      ['l', '/log'],
      ['e', '/events'],
      ['t', '/timeline'],
      ['o', '/'],
    ] as const) {
      await keys(page, 'g', key);
      await expect.poll(() => pathOf(page)).toBe(path);
      expect(searchOf(page).get('from')).toBe('2026-03-03T12:00:00.000Z');
    }
    await opened.settle();
    expect(opened.problems).toEqual([]);
    await opened.close();
  });

  test('keys move and widen the range, and refresh asks anew', async () => {
    const opened = await rig.open(`/breakdown?${DAY}`);
    const { page } = opened;
    await keys(page, '[');
    await expect.poll(() => searchOf(page).get('to')).toBe('2026-03-03T12:00:00.000Z');
    expect(searchOf(page).get('from')).toBe('2026-03-02T12:00:00.000Z');
    await keys(page, ']');
    await expect.poll(() => searchOf(page).get('to')).toBe('2026-03-04T12:00:00.000Z');
    await keys(page, 'z');
    await expect.poll(() => searchOf(page).get('from')).toBe('2026-03-02T12:00:00.000Z');
    await opened.close();
  });

  test('a slash goes to the filter, where keys are text', async () => {
    const opened = await rig.open(`/log?${DAY}`);
    const { page } = opened;
    await keys(page, '/');
    const filter = page.getByRole('combobox', { name: 'Filter' });
    await expect.poll(() => filter.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.type('gb?r');
    expect(await filter.inputValue()).toBe('gb?r');
    expect(pathOf(page)).toBe('/log');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await opened.close();
  });

  test('the palette does by keyboard what pages do: a page, a range, a zone, a theme', async () => {
    const opened = await rig.open('/');
    const { page } = opened;
    await command(page, 'go timeline');
    await expect.poll(() => pathOf(page)).toBe('/timeline');
    await command(page, 'last 3 hours');
    await expect.poll(() => searchOf(page).get('last')).toBe('PT3H');
    await command(page, 'zone tokyo');
    await expect.poll(() => searchOf(page).get('tz')).toBe('Asia/Tokyo');
    await page.getByRole('button', { name: /Last 3 hours GMT\+9/ }).waitFor();
    await command(page, 'theme dark');
    await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('dark');
    await page.getByRole('button', { name: 'Theme: dark. Change it' }).waitFor();
    await opened.settle();
    expect(opened.problems).toEqual([]);
    await opened.close();
  });

  test('an id in the palette opens its entry', async () => {
    const { data } = await rig.running.ask<{
      events: { nodes: { id: string; action: string }[] };
      usageRecords: { nodes: { id: string; recordId: string }[] };
    }>('{ events(first: 1) { nodes { id action } } usageRecords(first: 1) { nodes { id recordId } } }');
    const opened = await rig.open(`/?${DAY}`);
    const { page } = opened;
    await command(page, data.events.nodes[0]?.id ?? '');
    await page
      .getByRole('dialog')
      .getByText(data.events.nodes[0]?.action ?? '')
      .first()
      .waitFor();
    expect(pathOf(page)).toBe('/events');
    await page.keyboard.press('Escape');
    await command(page, data.usageRecords.nodes[0]?.id ?? '');
    await expect.poll(() => searchOf(page).get('open')).toBe(data.usageRecords.nodes[0]?.id);
    expect(pathOf(page)).toBe('/log');
    await opened.close();
  });

  test.each([
    ['10.20.0.0/16', 'Timeline of 10.20.0.0/16', '/timeline', 'ip'],
    ['10.20.0.0/16', 'Events from 10.20.0.0/16', '/events', 'ip'],
    ['bob.smith', 'Timeline of the user bob.smith', '/timeline', 'user'],
    ['1024', 'Calls of the user with the id 1024', '/log', 'user'],
  ])('%s in the palette offers %s', async (typed, label, path, key) => {
    const opened = await rig.open(`/?${DAY}`);
    const { page } = opened;
    await keys(page, 'Control+k');
    await palette(page).getByRole('combobox').fill(typed);
    await palette(page).getByRole('option', { name: label }).click();
    await expect.poll(() => pathOf(page)).toBe(path);
    expect(searchOf(page).get(key)).toBe(typed);
    expect(searchOf(page).get('from')).toBe('2026-03-03T12:00:00.000Z');
    await opened.close();
  });

  test('Enter runs what is typed, also if it comes before the list has changed', async () => {
    const opened = await rig.open(`/?${DAY}`);
    const { page } = opened;
    await keys(page, 'Control+k');
    await palette(page).getByRole('option').first().waitFor();
    // The text and the key in one task, so that nothing can be drawn between them.
    await palette(page)
      .getByRole('combobox')
      .evaluate((input) => {
        Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(
          input,
          'go to timeline',
        );
        input.dispatchEvent(new InputEvent('input', { bubbles: true }));
        input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
      });
    await expect.poll(() => pathOf(page)).toBe('/timeline');
    await expect.poll(() => palette(page).count()).toBe(0);
    expect(opened.problems).toEqual([]);
    await opened.close();
  });

  test('words that no command has are said to be none', async () => {
    const opened = await rig.open('/');
    await keys(opened.page, 'p');
    await palette(opened.page).getByRole('combobox').fill('no such thing');
    await palette(opened.page).getByText('No command has all of these words').waitFor();
    expect(await palette(opened.page).getByRole('option').count()).toBe(0);
    await opened.close();
  });

  test('a question mark lists the keys, and they can be turned off', async () => {
    const opened = await rig.open('/log');
    const { page } = opened;
    await keys(page, '?');
    const list = page.getByRole('dialog', { name: 'Shortcuts' });
    for (const words of ['Go to Break down', 'Refresh', 'Filter', 'Export this list', 'Earlier range'])
      await list.getByText(words).waitFor();
    await keys(page, 'Escape');
    await command(page, 'turn shortcuts off');
    // A command runs when the palette is closed and has given the focus back.
    await expect.poll(() => page.evaluate(() => localStorage.getItem('sightline.shortcuts'))).toBe('off');
    await keys(page, 'g', 'e');
    await command(page, 'list of shortcuts');
    await list.getByText('Shortcuts of single keys are off').waitFor();
    expect(pathOf(page)).toBe('/log');
    await opened.close();
  });

  for (const colorScheme of ['light', 'dark'] as const)
    test(`the palette, the shortcuts, the views and the export have no violation in ${colorScheme}, and fit 360 pixels`, async () => {
      const opened = await rig.open(`/log?${DAY}`, { colorScheme, viewport: { width: 360, height: 740 } });
      const { page } = opened;
      for (const [key, name] of [
        ['p', 'Commands'],
        ['?', 'Shortcuts'],
        ['v', 'Views'],
        ['x', 'Export these calls'],
      ] as const) {
        await keys(page, key);
        await page.getByRole('dialog', { name }).waitFor();
        expect(await opened.findViolations()).toEqual([]);
        expect(await opened.findOverflow()).toBe(0);
        await keys(page, 'Escape');
        await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
      }
      expect(opened.problems).toEqual([]);
      await opened.close();
    });
});

describe.runIf(hasChromium)('the views of the console in a browser', () => {
  let rig: ConsoleRig;

  beforeAll(async () => {
    rig = await startConsole({ usageRows: 3_000, eventsRows: 900 }, PATIENT);
  }, 60_000);
  afterAll(() => rig?.close());

  /** The console as it is `days` later, by the clock that it asks the service for. */
  async function openLater(days: number, path: string, timezoneId: string): Promise<OpenedPage> {
    const opened = await rig.open('/', { timezoneId });
    await opened.page.route('**/graphql', async (route) => {
      if (!route.request().postData()?.includes('ServiceState')) return route.continue();
      const response = await route.fetch();
      const body = (await response.json()) as { data?: { service?: { now: string } } };
      const { service } = body.data ?? {};
      if (service) service.now = new Date(Date.parse(service.now) + days * 86_400_000).toISOString();
      await route.fulfill({ response, json: body });
    });
    await opened.page.goto(rig.url + path);
    await opened.settle();
    return opened;
  }

  const tableOf = (opened: OpenedPage) => opened.page.locator('table.groups tbody').innerText();

  test('a fixed link opens the same on another day and in another zone, and a relative one what is new then', async () => {
    const opened = await rig.open('/breakdown?last=P1D&by=api&status=failed&sort=p95');
    const { page } = opened;
    const shown = await tableOf(opened);
    await keys(page, 'v');
    const dialog = page.getByRole('dialog', { name: 'Views' });
    await dialog.getByLabel('Name').fill('Failed calls');
    await keys(page, 'Enter');
    const link = new URL(await dialog.getByLabel('Link').inputValue());
    await dialog.getByLabel(/shows the newest/).check();
    const relative = new URL(await dialog.getByLabel('Link').inputValue());
    expect(link.searchParams.get('last')).toBeNull();
    expect(relative.search).toBe('?by=api&status=failed&sort=p95');
    await opened.close();

    const later = await openLater(2, link.pathname + link.search, 'Asia/Tokyo');
    expect(await tableOf(later)).toBe(shown);
    await later.close();
    const moved = await openLater(-3, relative.pathname + relative.search, 'UTC');
    const asked = () => moved.answers.findLast(({ name }) => name === 'CallBreakdown')?.variables['range'];
    await expect.poll(asked).toEqual({
      from: expect.stringMatching(/^2026-02-28T12:0/),
      to: expect.stringMatching(/^2026-03-01T12:0/),
    });
    expect(await tableOf(moved)).not.toBe(shown);
    await moved.close();
  });

  test('a view is kept over a reload, opened from the palette, renamed and deleted', async () => {
    const opened = await rig.open('/events?last=PT3H&category=authentication');
    const { page } = opened;
    await keys(page, 'v');
    const dialog = page.getByRole('dialog', { name: 'Views' });
    await dialog.getByLabel(/shows the newest/).check();
    await dialog.getByLabel('Name').fill('Log-ins');
    await keys(page, 'Enter');
    await dialog.getByRole('link', { name: 'Log-ins' }).waitFor();
    await page.goto(`${rig.url}/`);
    await opened.settle();
    await command(page, 'log-ins');
    await expect.poll(() => pathOf(page)).toBe('/events');
    expect(Object.fromEntries(searchOf(page))).toEqual({ last: 'PT3H', category: 'authentication' });
    await keys(page, 'v');
    await dialog.getByRole('button', { name: 'Rename Log-ins' }).click();
    await dialog.getByLabel('New name').fill('Who came in');
    await keys(page, 'Enter');
    await dialog.getByText('range up to now').waitFor();
    await dialog.getByRole('button', { name: 'Delete Who came in' }).click();
    await dialog.getByText('None yet.').waitFor();
    await opened.settle();
    expect(opened.problems).toEqual([]);
    await opened.close();
  });
});

describe.runIf(hasChromium)('the export of the console in a browser', () => {
  let rig: ConsoleRig;

  beforeAll(async () => {
    rig = await startConsole(
      { usageRows: 3_000, eventsRows: 900, latencyMs: 40 },
      { ...PATIENT, SIGHTLINE_MAX_PAGE_SIZE: '100' },
    );
  }, 60_000);
  afterAll(() => rig?.close());

  /** The rows of a list as NDJSON, walked page by page with the graph. */
  async function walk(
    field: string,
    type: string,
    filter: object,
    range: object,
    names: readonly string[],
  ): Promise<string> {
    const lines: string[] = [];
    let after: string | null = null;
    for (;;) {
      const answer: {
        data: Record<string, { nodes: object[]; pageInfo: { hasNextPage: boolean; endCursor: string } }>;
      } = await rig.running.ask(
        `query ($range: DateTimeRange!, $filter: ${type}, $after: String) { ${field}(range: $range, filter: $filter, first: 100, after: $after) {
          nodes { ${names.join(' ')} } pageInfo { hasNextPage endCursor } } }`,
        { range, filter, after },
      );
      const page = answer.data[field];
      if (!page) throw new Error(`no ${field}`);
      lines.push(...page.nodes.map((node) => `${JSON.stringify(node)}\n`));
      if (!page.pageInfo.hasNextPage) return lines.join('');
      after = page.pageInfo.endCursor;
    }
  }

  async function saved(page: Page, finish: () => Promise<void>): Promise<{ name: string; text: string }> {
    const [download] = await Promise.all([page.waitForEvent('download', { timeout: 60_000 }), finish()]);
    return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
  }

  const split = (text: string) => {
    const lines = text.trimEnd().split('\n');
    const receipt = (
      JSON.parse(lines.pop() ?? '') as { export: { rows: number; sha256: string; complete: boolean } }
    ).export;
    return {
      rows: lines.map((line) => `${line}\n`).join(''),
      names: Object.keys(JSON.parse(lines[0] ?? '{}') as object),
      receipt,
    };
  };

  test.each([
    ['/log', 'usageRecords', 'UsageRecordFilter', 'status=success', { status: 'SUCCESS' }],
    ['/events', 'events', 'EventFilter', 'category=authentication', { category: { eq: 'authentication' } }],
  ])(
    'a file of %s has, byte by byte, the rows of the filtered list, and a receipt that is verified',
    async (path, field, type, search, filter) => {
      const range = { from: '2026-02-25T12:00:00.000Z', to: '2026-03-04T12:00:00.000Z' };
      const opened = await rig.open(`${path}?from=${range.from}&to=${range.to}&${search}`);
      const { page } = opened;
      await keys(page, 'x');
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel(/^NDJSON/).check();
      const file = await saved(page, () =>
        dialog.getByRole('button', { name: 'Start', exact: true }).click(),
      );
      const { rows, names, receipt } = split(file.text);
      expect(rows).toBe(await walk(field, type, filter, range, names));
      expect(file.name).toMatch(/-20260225T1200Z-20260304T1200Z\.ndjson$/);
      await dialog.getByText('What arrived has the digest of what was sent.').waitFor();
      await dialog.getByText('The list was read to its end, and nothing of it is missing.').waitFor();
      expect(await dialog.getByText(receipt.sha256).count()).toBe(1);
      expect(receipt.complete).toBe(true);
      expect(await opened.findViolations()).toEqual([]);
      expect(opened.problems).toEqual([]);
      await opened.close();
    },
    60_000,
  );

  test('a file of Parquet has the receipt that the dialog shows, and is what was sent', async () => {
    const opened = await rig.open('/events?from=2026-02-25T12:00:00.000Z&to=2026-03-04T12:00:00.000Z');
    const { page } = opened;
    await keys(page, 'x');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/^Parquet/).check();
    const [download] = await Promise.all([
      page.waitForEvent('download', { timeout: 60_000 }),
      dialog.getByRole('button', { name: 'Start', exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/\.parquet$/);
    const verdict = await verifyExport(await download.path());
    if (verdict.kind !== 'intact') throw new Error(`The file is ${verdict.kind}.`);
    expect(verdict.receipt).toMatchObject({ complete: true, endCursor: null });
    expect(verdict.receipt.rows).toBeGreaterThan(100);
    await dialog.getByText('What arrived has the digest of what was sent.').waitFor();
    await dialog.getByText(verdict.receipt.sha256).waitFor();
    expect(opened.problems).toEqual([]);
    await opened.close();
  }, 60_000);

  test('the saved receipt of a CSV says what it is of, and the file is verified by it', async () => {
    const opened = await rig.open(
      '/events?from=2026-02-25T12:00:00.000Z&to=2026-03-04T12:00:00.000Z&category=authentication',
    );
    const { page } = opened;
    await keys(page, 'x');
    const dialog = page.getByRole('dialog');
    const file = await saved(page, () => dialog.getByRole('button', { name: 'Start', exact: true }).click());
    expect(file.name).toBe('events-category-authentication-20260225T1200Z-20260304T1200Z.csv');
    await dialog.getByText('so older rows of this range may have been deleted').waitFor();
    const receipt = await saved(page, () => dialog.getByRole('button', { name: 'Save the receipt' }).click());
    await dialog
      .getByRole('status')
      .filter({ hasText: `The receipt is saved as ${file.name}.receipt.json.` })
      .waitFor();
    expect(JSON.parse(receipt.text)).toMatchObject({
      file: file.name,
      export: {
        of: {
          list: 'events',
          format: 'csv',
          range: { from: '2026-02-25T12:00:00.000Z', to: '2026-03-04T12:00:00.000Z' },
          filter: { category: { eq: 'authentication' } },
        },
      },
    });
    const folder = await mkdtemp(join(tmpdir(), 'sightline-receipt-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, file.name), file.text);
    await writeFile(join(folder, receipt.name), receipt.text);
    expect(await verifyExport(join(folder, file.name))).toMatchObject({
      kind: 'intact',
      receipt: { complete: true },
    });
    expect(opened.problems).toEqual([]);
    await opened.close();
  }, 60_000);

  test('an export that is cancelled and goes on is, byte by byte, one that was not', async () => {
    const opened = await rig.open('/log?from=2026-02-04T12:00:00.000Z&to=2026-03-04T12:00:00.000Z');
    const { page } = opened;
    await keys(page, 'x');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/^NDJSON/).check();
    await dialog.getByRole('button', { name: 'Start', exact: true }).click();
    await dialog.getByText(/^[\d,]{3,} rows/).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.getByText(/^[\d,]+ rows.* Stopped\.$/).waitFor();
    expect(await opened.findViolations()).toEqual([]);
    const kept = Number((await dialog.getByRole('status').innerText()).replaceAll(',', '').split(' ')[0]);
    const goneOn = await saved(page, () => dialog.getByRole('button', { name: 'Go on' }).click());
    await dialog.getByText('What arrived has the digest of what was sent.').waitFor();
    await dialog.getByRole('button', { name: 'Another export' }).click();
    const whole = await saved(page, () => dialog.getByRole('button', { name: 'Start', exact: true }).click());
    const [one, other] = [split(goneOn.text), split(whole.text)];
    expect(one.rows).toBe(other.rows);
    expect(one.receipt).toMatchObject({
      rows: other.receipt.rows,
      sha256: other.receipt.sha256,
      complete: other.receipt.complete,
    });
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(one.receipt.rows);
    await opened.close();
  }, 120_000);
});

describe.runIf(hasChromium)('the export of a caller without its scope', () => {
  test('it is told which scope is missing', async () => {
    const rig = await startConsole({ usageRows: 100, eventsRows: 100 }, PATIENT);
    const opened = await rig.open('/');
    await opened.page.route('**/graphql', async (route) => {
      if (!route.request().postData()?.includes('ServiceState')) return route.continue();
      const response = await route.fetch();
      const body = (await response.json()) as { data?: { viewer?: { scopes: string[] } } };
      const { viewer } = body.data ?? {};
      if (viewer) viewer.scopes = viewer.scopes.filter((scope) => scope !== 'export');
      await route.fulfill({ response, json: body });
    });
    await opened.page.goto(`${rig.url}/timeline`);
    await opened.settle();
    await keys(opened.page, 'x');
    await opened.page.getByRole('dialog').getByText('you need the scope export').waitFor();
    expect(await opened.page.getByRole('button', { name: 'Start', exact: true }).count()).toBe(0);
    await opened.close();
    await rig.close();
  }, 60_000);
});
