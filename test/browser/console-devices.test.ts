import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PATIENT } from '../support/running-app.ts';
import { hasChromium, startConsole } from './console-rig.ts';
import type { ConsoleRig } from './console-rig.ts';

const DAY = 'from=2026-03-03T12:00:00.000Z&to=2026-03-04T12:00:00.000Z';
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

/** Draws a finger over an element, from one share of its width to another one. */
async function drag(page: Page, of: Locator, from: number, to: number): Promise<void> {
  await of.scrollIntoViewIfNeeded();
  const box = await of.boundingBox();
  if (!box) throw new Error('There is nothing to touch.');
  const session = await page.context().newCDPSession(page);
  const at = (share: number) => ({ x: box.x + box.width * share, y: box.y + Math.min(60, box.height / 2) });
  await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [at(from)] });
  for (let step = 1; step <= 8; step += 1)
    await session.send('Input.dispatchTouchEvent', {
      type: 'touchMove',
      touchPoints: [at(from + ((to - from) * step) / 8)],
    });
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await session.detach();
}

const searchOf = (page: Page): URLSearchParams => new URL(page.url()).searchParams;

describe.runIf(hasChromium)(
  'the console on a phone, on paper, and without motion',
  { timeout: 180_000 },
  () => {
    let rig: ConsoleRig;

    beforeAll(async () => {
      rig = await startConsole({ usageRows: 3_000, eventsRows: 900 }, PATIENT);
    }, 120_000);
    afterAll(() => rig?.close());

    test('a finger over a chart narrows the range, and over the ribbon too', async () => {
      const opened = await rig.open(`/?${DAY}`, PHONE);
      const { page } = opened;
      await drag(page, page.getByRole('slider', { name: 'Calls over time', exact: true }), 0.4, 0.7);
      await expect.poll(() => searchOf(page).get('from')).not.toBe('2026-03-03T12:00:00.000Z');
      const narrowed = searchOf(page).get('from');
      await opened.settle();
      await drag(page, page.getByRole('slider', { name: /calls and .* events$/ }), 0.3, 0.8);
      await expect.poll(() => searchOf(page).get('from')).not.toBe(narrowed);
      expect(opened.problems).toEqual([]);
      await opened.close();
    });

    test('charts of a week have a bar a day on a phone, and say so; an interval that is asked for stays', async () => {
      const opened = await rig.open('/?last=P7D', PHONE);
      const { page } = opened;
      await page.locator('svg', { hasText: 'calls per day' }).first().waitFor();
      const intervals = (answers: typeof opened.answers) =>
        new Set(answers.flatMap(({ variables }) => variables['interval'] ?? []));
      expect(intervals(opened.answers)).toEqual(new Set(['DAY']));
      await opened.close();
      const asked = await rig.open('/?last=P7D&step=HOUR', PHONE);
      await asked.page.locator('svg', { hasText: 'calls per hour' }).first().waitFor();
      expect(intervals(asked.answers)).toEqual(new Set(['HOUR']));
      await asked.close();
    });

    test('the sheet that says whether a list is whole fits a phone', async () => {
      const opened = await rig.open('/breakdown?last=P29D', PHONE);
      const { page } = opened;
      await page.locator('button .coverage').first().click();
      const sheet = page.getByRole('dialog');
      await sheet.getByText('Usage API').first().waitFor();
      const box = await sheet.boundingBox();
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(360);
      expect(await sheet.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
      expect(await opened.findOverflow()).toBe(0);
      await opened.close();
    });

    test('a touch of a chart first shows the figures, and the next one opens the rows', async () => {
      const opened = await rig.open(`/?${DAY}`, PHONE);
      const { page } = opened;
      const chart = page.getByRole('slider', { name: 'Calls over time', exact: true });
      await chart.scrollIntoViewIfNeeded();
      const box = await chart.boundingBox();
      if (!box) throw new Error('There is nothing to touch.');
      const tap = () => page.touchscreen.tap(box.x + box.width * 0.6, box.y + 80);
      await tap();
      await expect.poll(() => chart.getAttribute('aria-valuetext')).toMatch(/^0[34] Mar \d\d:00, Calls: \d+/);
      expect(new URL(page.url()).pathname).toBe('/');
      await tap();
      await expect.poll(() => new URL(page.url()).pathname).toBe('/log');
      await opened.close();
    });

    test('a touch opens the details of a row, and closes them', async () => {
      const opened = await rig.open(`/timeline?${DAY}`, PHONE);
      const { page } = opened;
      await page.locator('[role="row"][data-id]').first().tap();
      const details = page.getByRole('dialog');
      await details.getByText('Who, and from where').waitFor();
      expect(await opened.findOverflow()).toBe(0);
      const box = await details.boundingBox();
      expect([box?.x, box?.width]).toEqual([0, 360]);
      await details.getByRole('button', { name: 'Close' }).tap();
      await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
      expect(searchOf(page).get('open')).toBeNull();
      await opened.close();
    });

    test('what a finger must hit is at least 24 pixels high and wide', async () => {
      for (const path of [`/?${DAY}`, `/breakdown?${DAY}`, `/log?${DAY}&status=failed`]) {
        const opened = await rig.open(path, PHONE);
        const small = await opened.page.evaluate(() =>
          [...document.querySelectorAll('button, select, a.button, input')].flatMap((element) => {
            const { width, height } = element.getBoundingClientRect();
            // One pixel: an input that only those see who listen.
            const isSmall = width > 1 && (width < 24 || height < 24);
            return isSmall ? [`${element.className} ${element.textContent} ${width}×${height}`] : [];
          }),
        );
        expect(small).toEqual([]);
        await opened.close();
      }
    });

    test.each([
      ['/log', 'Rows 1 to'],
      ['/timeline', 'Rows 1 to'],
    ])(
      'a long list on paper: the rows of %s around its place, its range, and what is left out',
      async (path, words) => {
        const opened = await rig.open(`${path}?last=P29D&dense=1&tz=UTC`);
        const { page } = opened;
        const pdf = await page.pdf({ format: 'A4' });
        const sheets = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
        expect(sheets).toBeGreaterThan(0);
        expect(sheets).toBeLessThanOrEqual(3);
        await page.emulateMedia({ media: 'print' });
        await page.getByText(words).waitFor();
        expect(await page.getByText('Export takes the whole list away').isVisible()).toBe(true);
        await page.locator('.header').getByText('(UTC)').waitFor();
        expect(await page.getByRole('combobox', { name: 'Filter' }).count()).toBe(0);
        const tops = await page
          .locator('[role="row"][data-id]')
          .evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().top));
        expect(tops.length).toBeGreaterThan(20);
        expect(tops).toEqual(tops.toSorted((one, other) => one - other));
        expect(new Set(tops).size).toBe(tops.length);
        await opened.close();
      },
    );

    test('nothing moves for readers who want no motion', async () => {
      const opened = await rig.open(`/log?${DAY}`, { reducedMotion: 'reduce' }, async ({ page }) => {
        await page.locator('[aria-busy="true"], .skeleton').first().waitFor();
        expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
      });
      const { page } = opened;
      await page.locator('[role="row"][data-id]').first().click();
      await page.getByRole('dialog').waitFor();
      expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
      await opened.close();
    });
  },
);
