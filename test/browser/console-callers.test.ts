import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '../../src/http/identity/api-keys.ts';
import { PATIENT } from '../support/running-app.ts';
import { hasChromium, startConsole } from './console-rig.ts';
import type { ConsoleRig, OpenedPage } from './console-rig.ts';

const ADDRESS = '45.67.89.178';
const DAY = 'from=2026-03-03T12:00:00.000Z&to=2026-03-04T12:00:00.000Z';
const PAGES = ['/', '/breakdown', '/log', '/events', '/timeline'] as const;

const makeKey = (name: string, scopes: readonly string[]) => {
  const made = createApiKey(name, scopes);
  if (typeof made === 'string') throw new Error(made);
  return made;
};
const KEYS = {
  all: makeKey('all', ['usage:read', 'events:read', 'pii:read', 'export', 'introspect']),
  masked: makeKey('masked', ['usage:read', 'events:read']),
  calls: makeKey('calls', ['usage:read', 'pii:read']),
};

async function giveKey(page: Page, key: string): Promise<void> {
  await page.getByLabel('API key or token').fill(key);
  await page.keyboard.press('Enter');
}

/** What the browser keeps or shows of the sign-in outside the page's memory. */
const findKept = (page: Page): Promise<string> =>
  page.evaluate(async () =>
    JSON.stringify([
      location.href,
      document.cookie,
      Object.entries(localStorage),
      Object.entries(sessionStorage),
      await indexedDB.databases(),
      history.state,
    ]),
  );

describe.runIf(hasChromium)('callers of the console who are asked who they are', { timeout: 120_000 }, () => {
  let rig: ConsoleRig;

  beforeAll(async () => {
    rig = await startConsole(
      { usageRows: 600, eventsRows: 300 },
      {
        ...PATIENT,
        SIGHTLINE_API_KEYS: Object.values(KEYS)
          .map(({ line }) => line)
          .join('\n'),
      },
    );
  }, 120_000);
  afterAll(() => rig?.close());

  /** Opens a page, which asks for a key, and gives one. */
  const signIn = (path: string, key: string): Promise<OpenedPage> =>
    rig.open(path, {}, ({ page }) => giveKey(page, key));
  /** A refusal without a key is an answer, and the browser writes it to its console. */
  const unexpected = ({ problems }: OpenedPage) => problems.filter((problem) => !problem.includes('401'));

  test('a key opens every page, and is in no address, cookie or storage; a reload forgets it', async () => {
    const opened = await signIn(`/?${DAY}`, KEYS.all.key);
    const { page } = opened;
    for (const name of ['Break down', 'Calls', 'Events', 'Timeline', 'Overview']) {
      await page.getByRole('link', { name, exact: true }).click();
      await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
      await opened.settle();
      expect(await findKept(page)).not.toContain(KEYS.all.key);
    }
    expect(await page.content()).not.toContain(KEYS.all.key);
    expect(unexpected(opened)).toEqual([]);
    await page.reload();
    await page.getByLabel('API key or token').waitFor();
    await opened.close();
  });

  test('a wrong key is refused in words, in both themes and at 360 pixels without a violation', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = { viewport: { width: 360, height: 740 }, colorScheme };
      const opened = await rig.open(`/?${DAY}`, context, async ({ page, findViolations, findOverflow }) => {
        await page.getByLabel('API key or token').waitFor();
        expect(await findViolations()).toEqual([]);
        await giveKey(page, 'sightline_wrong');
        await page.getByText('The service does not know this key or token').waitFor();
        expect(await findViolations()).toEqual([]);
        expect(await findOverflow()).toBe(0);
        await giveKey(page, KEYS.all.key);
      });
      await opened.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
      await opened.close();
    }
  });

  test('masked data is shown as masked, and conditions on it say which scope they need', async () => {
    const opened = await signIn(`/events?${DAY}`, KEYS.masked.key);
    const { page } = opened;
    const hidden = page.locator('.hidden-value');
    await hidden.first().waitFor();
    expect(await hidden.first().getAttribute('title')).toBe('Hidden: it needs the scope pii:read');
    await page.locator('[role="row"][data-id]').first().click();
    await page.getByRole('dialog').getByText('because you lack the scope pii:read').waitFor();
    await opened.settle();
    expect(await opened.findViolations()).toEqual([]);
    // No answer holds what is hidden, so the page can't either.
    expect(await page.content()).not.toContain(ADDRESS);
    expect(JSON.stringify(opened.answers)).not.toContain(ADDRESS);
    await page.keyboard.press('Escape');
    await page.getByRole('combobox', { name: 'Filter' }).fill(`ip:${ADDRESS}`);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('pii:read').waitFor();
    for (const name of ['Overview', 'Break down', 'Calls', 'Timeline']) {
      await page.getByRole('link', { name, exact: true }).click();
      await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
      await opened.settle();
      expect(await page.getByText(/FORBIDDEN/).count()).toBe(0);
      expect(JSON.stringify(opened.answers)).not.toContain(ADDRESS);
    }
    expect(unexpected(opened)).toEqual([]);
    await opened.close();
  });

  test('a link with a condition that the caller may not use says which scope is missing, and reads nothing', async () => {
    for (const path of ['/log', '/events', '/breakdown', '/timeline']) {
      const opened = await signIn(`${path}?${DAY}&ip=${ADDRESS}`, KEYS.masked.key);
      await opened.page.getByRole('alert').getByText('pii:read').first().waitFor();
      const names = opened.answers.map(({ name }) => name);
      expect(
        names.filter((name) => !['ServiceState', 'ActivityRibbon', 'EventCategories'].includes(name)),
      ).toEqual([]);
      await opened.close();
    }
  });

  test('a page that a caller may not see names the scope, and what they may see stays', async () => {
    const opened = await signIn(`/events?${DAY}`, KEYS.calls.key);
    const { page } = opened;
    await page.locator('#main').getByText('you need the scope events:read').waitFor();
    expect(await opened.findViolations()).toEqual([]);
    await page.goto(`${rig.url}/breakdown?of=events&${DAY}`);
    await giveKey(page, KEYS.calls.key);
    await page.locator('#main').getByText('you need the scope events:read').waitFor();
    await page.getByRole('link', { name: 'Overview', exact: true }).click();
    await page.locator('#main').getByText('You lack the scope events:read').waitFor();
    await opened.settle();
    expect(await page.getByRole('region', { name: 'Calls over time' }).isVisible()).toBe(true);
    expect(await page.getByRole('region', { name: 'Events by category' }).count()).toBe(0);
    await page.getByRole('link', { name: 'Timeline', exact: true }).click();
    await page.locator('[role="row"][data-id]').first().waitFor();
    await opened.settle();
    await page.locator('.lists').getByText('You need the scope events:read').waitFor();
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    expect(unexpected(opened)).toEqual([]);
    await opened.close();
  });

  test.each(PAGES)('%s offers to sign in again when its key is no longer accepted', async (path) => {
    const opened = await signIn(`${path}?${DAY}`, KEYS.all.key);
    const { page } = opened;
    await page.route('**/graphql', (route) =>
      route.continue({ headers: { ...route.request().headers(), authorization: 'Bearer sightline_gone' } }),
    );
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByRole('button', { name: 'Sign in again' }).first().click();
    await page.getByLabel('API key or token').waitFor();
    await page.unroute('**/graphql');
    await giveKey(page, KEYS.all.key);
    await opened.settle();
    expect(await page.getByText('UNAUTHENTICATED').count()).toBe(0);
    await opened.close();
  });
});
