import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PATIENT } from '../support/running-app.ts';
import { hasChromium, startConsole } from './console-rig.ts';
import type { ConsoleRig } from './console-rig.ts';

const DAY = 'from=2026-03-03T12:00:00.000Z&to=2026-03-04T12:00:00.000Z';
const ATTACK = '2026-03-04T09:00:00.000Z/2026-03-04T10:00:00.000Z';

/** Something that opens over a page, and how. Escape closes it. */
interface Opener {
  readonly name: string;
  readonly open: (page: Page) => Promise<void>;
}

const dialog = (page: Page) => page.locator('[role="dialog"]').last();
const byButton = (name: string | RegExp, role = '[role="dialog"]'): Opener => ({
  name: String(name),
  async open(page) {
    await page.locator('#console').getByRole('button', { name }).first().click();
    await page.locator(role).last().waitFor();
  },
});
const byKey = (key: string, title: string): Opener => ({
  name: title,
  async open(page) {
    await page.keyboard.press(key);
    await dialog(page).getByText(title).first().waitFor();
  },
});
const suggestions = (typed: string): Opener => ({
  name: `the suggestions of '${typed}'`,
  async open(page) {
    const filter = page.getByRole('combobox', { name: 'Filter' });
    await filter.click();
    await filter.fill(typed);
    await page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option').first().waitFor();
  },
});
const details: Opener = {
  name: 'the details',
  async open(page) {
    await page.locator('[role="row"][data-id]').first().click();
    await dialog(page).getByText('Who, and from where').waitFor();
  },
};
const menu = (name: string) => byButton(name, '[role="menu"]');

const RANGE = byButton(/UTC$/);
const ASKED = byButton('Asked');
const COVERAGE = byButton(/^(Complete|Filling)( so far)?$/);

const PAGES: readonly (readonly [path: string, openers: readonly Opener[]])[] = [
  [`/?${DAY}&vs=previous`, [RANGE, ASKED, COVERAGE, byKey('p', 'Commands'), byKey('?', 'Shortcuts')]],
  [
    `/breakdown?${DAY}&by=element&by=status&spike=${ATTACK}`,
    [ASKED, COVERAGE, suggestions(''), suggestions('status:')],
  ],
  [
    `/log?${DAY}&status=failed`,
    [
      byKey('v', 'Views'),
      byKey('x', 'Export'),
      menu('Element'),
      menu('Columns'),
      suggestions(''),
      suggestions('element:'),
      details,
    ],
  ],
  [
    `/events?${DAY}`,
    [byKey('x', 'Export'), menu('Category'), menu('Columns'), suggestions('action:'), details],
  ],
  [`/timeline?${DAY}`, [byKey('x', 'Export'), suggestions(''), ASKED, COVERAGE, details]],
];

/** Contrast does not depend on the width, so the phone needs one theme. */
const LOOKS = [
  ['a desk', 'light', { width: 1280, height: 800 }],
  ['a desk', 'dark', { width: 1280, height: 800 }],
  ['a phone', 'dark', { width: 360, height: 740 }],
] as const;

describe.runIf(hasChromium)('axe on all pages of the console', () => {
  let rig: ConsoleRig;

  beforeAll(async () => {
    rig = await startConsole({ usageRows: 600, eventsRows: 300 }, PATIENT);
  }, 120_000);
  afterAll(() => rig?.close());

  for (const [device, colorScheme, viewport] of LOOKS)
    test.each(PAGES)(
      `%s has no violation on ${device} in ${colorScheme}, whatever is open`,
      async (path, openers) => {
        const opened = await rig.open(path, { viewport, colorScheme });
        const { page } = opened;
        const found: Record<string, readonly string[]> = { 'the page': await opened.findViolations() };
        for (const { name, open } of openers) {
          await open(page);
          await opened.settle();
          found[name] = [
            ...(await opened.findViolations()),
            ...((await opened.findOverflow()) > 0 ? ['wider than the window'] : []),
          ];
          await page.keyboard.press('Escape');
          await expect.poll(() => page.locator('[role="dialog"], [role="menu"]').count()).toBe(0);
          // What was typed stays otherwise, and its suggestions cover the page.
          const typed = page.getByRole('combobox', { name: 'Filter' });
          if (await typed.count()) {
            await typed.fill('');
            await typed.blur();
          }
        }
        expect(Object.entries(found).filter(([, violations]) => violations.length > 0)).toEqual([]);
        expect(opened.problems).toEqual([]);
        await opened.close();
      },
      300_000,
    );
});
