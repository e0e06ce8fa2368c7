import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, startConsole } from './console-rig.ts';
import type { ConsoleRig } from './console-rig.ts';

describe.runIf(hasChromium)('the frame of the console in a browser', () => {
  let rig: ConsoleRig;

  beforeAll(async () => {
    rig = await startConsole();
  }, 60_000);
  afterAll(() => rig?.close());

  test.each(['/', '/breakdown', '/log', '/events', '/timeline'])(
    '%s opens with the ribbon, without a message in the console',
    async (path) => {
      const opened = await rig.open(path);
      const ribbon = opened.page.getByRole('slider', { name: /calls and .* events$/ });
      expect(await ribbon.isVisible()).toBe(true);
      expect(opened.problems).toEqual([]);
      await opened.close();
    },
  );

  test('an outline with the names of the pages is there before any script has run, and gives way to the page', async () => {
    const opened = await rig.open('/events');
    const { page } = opened;
    const outline = page.locator('.frame');
    expect(await outline.isVisible()).toBe(false);
    const names = await page.getByRole('navigation').locator('.to').allInnerTexts();
    await page.route('**/*.js', (route) => route.abort());
    await page.reload({ waitUntil: 'commit' });
    await outline.getByText('Sightline').waitFor();
    expect(await outline.locator('.to').allInnerTexts()).toEqual(names.slice(0, -1));
    expect(await opened.findOverflow()).toBe(0);
    await opened.close();
  });

  test('after a change of page the heading has the focus and the title names the page', async () => {
    const opened = await rig.open('/');
    const { page } = opened;
    const focused = () =>
      page.evaluate(() => `${document.activeElement?.tagName} ${document.activeElement?.textContent}`);
    const expectPage = async (name: string) => {
      await expect.poll(focused, { timeout: 60_000 }).toBe(`H1 ${name}`);
      await expect.poll(() => page.title(), { timeout: 60_000 }).toMatch(new RegExp(`^${name} · `));
      await opened.settle();
      expect(await focused()).toBe(`H1 ${name}`);
    };
    expect(await focused()).toMatch(/^BODY/);

    await page.keyboard.press('g');
    await page.keyboard.press('e');
    await expectPage('Events');
    await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).click();
    await expectPage('Overview');
    await page.getByRole('link', { name: 'All calls' }).focus();
    await page.keyboard.press('Enter');
    await expectPage('Calls');
    await page.keyboard.press('Control+k');
    await page.locator('[role=combobox]:focus').waitFor();
    await page.keyboard.type('go to timeline');
    await expect.poll(() => page.getByRole('option').count(), { timeout: 60_000 }).toBe(1);
    await page.keyboard.press('Enter');
    await expectPage('Timeline');
    await page.goBack();
    await expectPage('Calls');
    expect(opened.problems).toEqual([]);
    await opened.close();
  }, 120_000);
});
