import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, test } from 'vitest';
import { NOW_MS, PATIENT } from '../support/running-app.ts';
import { hasChromium, startConsole } from './console-rig.ts';
import type { ConsoleRig, OpenedPage } from './console-rig.ts';

const DAY = 'from=2026-03-03T12:00:00.000Z&to=2026-03-04T12:00:00.000Z';
const MINUTE_MS = 60_000;

const rowsOf = (page: Page) => page.locator('[role="row"][data-id]');
const panelOf = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const tileOf = (page: Page, name: string) => page.locator('.tile', { hasText: name }).first();

/** A way to a vendor that a test can close: its connections break, and no new one gets through. */
async function startGate() {
  const state = { targetPort: 0, isClosed: false };
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    if (state.isClosed) return client.destroy();
    const vendor = connect(state.targetPort, '127.0.0.1');
    for (const [one, other] of [
      [client, vendor],
      [vendor, client],
    ] as const) {
      sockets.add(one);
      one
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(one);
          other.destroy();
        });
      one.pipe(other);
    }
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    leadTo: (url: string) => (state.targetPort = Number(new URL(url).port)),
    setClosed(isClosed: boolean) {
      state.isClosed = isClosed;
      if (isClosed) breakAll();
    },
    close() {
      breakAll();
      server.close();
    },
  };
}

describe.runIf(hasChromium)('the console if a vendor is down or slow', { timeout: 180_000 }, () => {
  let rig: ConsoleRig | undefined;
  const closing: (() => void)[] = [];
  afterEach(async () => {
    await rig?.close();
    for (const close of closing.splice(0)) close();
    rig = undefined;
  });

  test('if the Events API is down, the calls stay on each page, and no unknown figure is a zero', async () => {
    rig = await startConsole({ usageRows: 600, eventsRows: 300 }, { ...PATIENT, EVENTS_API_TOKEN: 'wrong' });
    const opened = await rig.open(`/?${DAY}`);
    const { page } = opened;
    expect(await tileOf(page, 'Log-in failures').innerText()).toContain('not known');
    expect(await tileOf(page, 'Lock-outs').innerText()).toContain('not known');
    expect(await tileOf(page, 'Calls').innerText()).toMatch(/\d/);
    expect(await panelOf(page, 'Calls over time').locator('path.bars').getAttribute('d')).not.toBe('');
    await page.locator('#main').getByText('Events API is missing here.').waitFor();
    const events = panelOf(page, 'Events by category');
    await events.getByText('It is not known whether there were events').waitFor();
    expect(await page.getByText(/^No (security )?events in/).count()).toBe(0);
    await page.getByText('Events: not known').waitFor();
    const ribbon = page.getByRole('region', { name: 'Activity of both sources' });
    expect(await ribbon.getByRole('slider').getAttribute('aria-label')).toMatch(
      /^\d+ calls and an unknown number of events$/,
    );
    expect(await ribbon.locator('.unread').count()).toBeGreaterThan(0);
    expect(await opened.findViolations()).toEqual([]);
    expect(opened.problems).toEqual([]);
    await page.getByRole('link', { name: 'Break down', exact: true }).click();
    await page.locator('table.groups tbody tr').nth(2).waitFor();
    await page.getByRole('button', { name: 'Events', exact: true }).click();
    await page.locator('#main').getByText('Events API is missing here.').waitFor();
    await opened.settle();
    expect(await page.getByText('There are no events').count()).toBe(0);
    await page.getByRole('link', { name: 'Calls', exact: true }).click();
    await rowsOf(page).first().waitFor();
    await opened.close();
  });

  test('a page is asked again on demand, and shows the answers when the vendor is back', async () => {
    const gate = await startGate();
    closing.push(gate.close);
    rig = await startConsole(
      { usageRows: 600, eventsRows: 300 },
      {
        ...PATIENT,
        EVENTS_API_URL: `http://127.0.0.1:${gate.port}/v1`,
        SIGHTLINE_STALE_IF_ERROR_MS: '0',
      },
    );
    gate.leadTo(rig.running.sandbox.eventsUrl);
    gate.setClosed(true);
    const opened = await rig.open(`/?${DAY}`);
    const events = panelOf(opened.page, 'Recent security events');
    await events.getByText('Events API failed').waitFor();
    gate.setClosed(false);
    const press = async () => {
      const again = events.getByRole('button', { name: 'Try again' });
      if (await again.count()) await again.click();
      await opened.settle();
      return events.locator('tbody tr').count();
    };
    // The breaker lets a question through after its pause.
    await expect.poll(press, { timeout: 90_000, interval: 1_000 }).toBeGreaterThan(0);
    await opened.close();
  });

  test('an answer from before the vendor failed is shown with a texture of its own, and is said to be old', async () => {
    const gate = await startGate();
    closing.push(gate.close);
    let lateMs = 0;
    const clock = { now: () => (rig?.running.sandbox.now() ?? NOW_MS) + lateMs };
    rig = await startConsole(
      { usageRows: 600, eventsRows: 300 },
      { ...PATIENT, USAGE_API_URL: `http://127.0.0.1:${gate.port}/elements/api-v2` },
      { clock },
    );
    gate.leadTo(rig.running.sandbox.usageUrl);
    const opened = await rig.open(`/?${DAY}`);
    const { page } = opened;
    const calls = panelOf(page, 'Calls over time');
    expect(await calls.locator('[data-state="stale"]').count()).toBe(0);
    const shown = await calls.locator('path.bars').getAttribute('d');
    gate.setClosed(true);
    lateMs = 10 * MINUTE_MS;
    await page.getByRole('button', { name: 'Refresh' }).click();
    await calls.locator('[data-state="stale"]').first().waitFor();
    expect(await calls.locator('path.bars').getAttribute('d')).toBe(shown);
    await calls.locator('.key', { hasText: 'from an earlier answer' }).waitFor();
    await calls.getByRole('button', { name: 'Stale' }).click();
    await page.getByText('Old: the vendor fails, so this is an earlier answer.').waitFor();
    expect(await opened.findViolations()).toEqual([]);
    await opened.close();
  });

  test('a slow vendor: outlines first, then progress with a way to cancel, and the rest on demand', async () => {
    rig = await startConsole(
      { usageRows: 1_500, eventsRows: 300, latencyMs: 600 },
      { ...PATIENT, SIGHTLINE_MAX_SCANNED_ROWS: '300', USAGE_API_SCAN_PAGE_SIZE: '300' },
    );
    const { url } = rig;
    const slow = await rig.open('/?last=P1D', {}, async ({ page }) => {
      await page.locator('.skeleton').first().waitFor();
      expect(await page.getByText('No calls in').count()).toBe(0);
    });
    await slow.page.goto(`${url}/timeline?last=P29D&ip=203.0.113.250`);
    const end = slow.page.locator('.list-end');
    await end.getByText(/Reading on: read back to/).waitFor();
    await end.getByRole('button', { name: 'Cancel' }).click();
    await end.getByText('Stopped').waitFor();
    expect(await slow.findViolations()).toEqual([]);
    const pages = ({ answers }: OpenedPage) => answers.filter(({ name }) => name === 'TimelinePage').length;
    const asked = pages(slow);
    await end.getByRole('button', { name: 'Go on' }).click();
    await expect.poll(() => pages(slow)).toBeGreaterThan(asked);
    await slow.close();
  });
});
