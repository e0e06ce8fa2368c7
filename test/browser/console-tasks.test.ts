import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PATIENT } from '../support/running-app.ts';
import { createKeyboard, createPointer } from './console-hands.ts';
import type { Hand, Listener } from './console-hands.ts';
import { hasChromium, startConsole } from './console-rig.ts';
import type { ConsoleRig, OpenedPage } from './console-rig.ts';
import { compareFailures, findAttack, findSlowest, findSpell, listEvents } from './console-truths.ts';
import type { Range } from './console-truths.ts';

const PHONE = { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true };
const FEBRUARY: Range = { from: '2026-02-01T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z' };
const searchOf = ({ page }: OpenedPage): URLSearchParams => new URL(page.url()).searchParams;
const write = (value: number): string => Math.round(value).toLocaleString('en-GB');
const share = (part: number, all: number): string => `${String(Math.round((part / all) * 1_000) / 10)}%`;
const writeTime = (time: string): string => time.slice(11, 19);

/** A hand on an opened page; with what is heard, if it is the keyboard. */
interface Visit extends OpenedPage {
  readonly hand: Hand;
  readonly heard: Listener | null;
}

const WAYS = [
  { way: 'by mouse', most: 12 },
  { way: 'by keyboard alone, as it is heard', most: 130 },
  { way: 'on a phone, by touch', most: 12 },
] as const;

describe.runIf(hasChromium)('what an operator asks of the console', () => {
  let rig: ConsoleRig;

  beforeAll(async () => {
    // One question reads less than a week of calls, as with the sandbox as it comes.
    rig = await startConsole(
      { usageRows: 20_000, eventsRows: 3_000 },
      { ...PATIENT, SIGHTLINE_MAX_SCANNED_ROWS: '2000' },
    );
  }, 60_000);
  afterAll(() => rig?.close());

  const visit = async (way: string, path = '/'): Promise<Visit> => {
    const opened = await rig.open(path, way.includes('phone') ? PHONE : {});
    if (!way.includes('keyboard'))
      return { ...opened, hand: createPointer(opened.page, way.includes('touch')), heard: null };
    const hand = await createKeyboard(opened.page);
    return { ...opened, hand, heard: hand.heard };
  };
  const leave = async ({ hand, problems, close }: Visit, most: number): Promise<void> => {
    expect(hand.steps()).toBeLessThanOrEqual(most);
    expect(problems).toEqual([]);
    await close();
  };
  /** What a live region has said. */
  const untilHeard = async ({ heard }: Visit, words: RegExp): Promise<void> => {
    if (heard)
      await expect
        .poll(async () => (await heard.announcements()).some((said) => words.test(said)), { timeout: 15_000 })
        .toBe(true);
  };

  test.each(WAYS)(
    'which element got slow on which day: $way',
    async ({ way, most }) => {
      const opened = await visit(way);
      const { page, hand } = opened;
      await hand.go('Break down');
      await hand.range('Last 7 days');
      await opened.settle();
      const slower = page.getByRole('region', { name: 'Slower than usual' });
      await slower.getByText(/^Too little was read to judge/).waitFor();
      await hand.press(slower.getByRole('button', { name: 'Read the rest' }));
      await page.getByText(/^All of it, read in \d+ parts/).waitFor({ timeout: 120_000 });
      const asked = opened.answers.find(
        ({ name, variables }) => name === 'CallBreakdown' && variables['interval'] === 'DAY',
      );
      const { element, fromMs, count, p95, usual, times } = await findSlowest(
        rig.running,
        asked?.variables['range'] as Range,
      );
      const day = new Date(fromMs).toLocaleDateString('en-GB', {
        weekday: 'short',
        day: '2-digit',
        month: 'short',
        timeZone: 'UTC',
      });
      const first = slower.getByRole('listitem').first();
      const words = `${element}, ${day.replace(',', '')}: p95 ${write(p95)} ms of ${write(count)} calls, usually ${write(usual)} ms (${times.toFixed(1)} times)`;
      expect((await first.innerText()).replace(/(\w{3}) (\d\d) (\w{3})/, '$1 $2 $3')).toBe(words);
      // The sandbox has made an hour of that day slow.
      expect(await findSpell(rig.running, element, fromMs)).toBeGreaterThan(3);
      await untilHeard(opened, /^Read back to .* counts are lower bounds/);
      await untilHeard(opened, /^All of it, read in/);
      await untilHeard(opened, new RegExp(`^${element}, `));
      if (opened.heard) expect(opened.heard.stops).toContain('button Read the rest');
      await leave(opened, most);
    },
    240_000,
  );

  test.each(WAYS)(
    'who locked out which user from where, and what that address did next: $way',
    async ({ way, most }) => {
      const { lockOut, tries, logIn, calls, failed } = await findAttack(rig.running, { last: 'P1D' });
      const opened = await visit(way);
      const { page, hand } = opened;
      await hand.press(page.getByRole('region', { name: 'Lock-outs' }).getByRole('link'));
      await opened.settle();
      const row = page.getByRole('row').filter({ hasText: lockOut.ipAddress ?? '' });
      await hand.open(row);
      const drawer = page.getByRole('dialog', { name: 'Entry' });
      await drawer.getByText(lockOut.ipAddress ?? '', { exact: true }).waitFor();
      await hand.press(drawer.getByRole('link', { name: 'What happened around it' }));
      await page.waitForURL((url) => url.pathname === '/timeline');
      await opened.settle();
      await page.getByText(/^This is all of it/).waitFor();
      const lines = await page.getByRole('grid').locator('[role="row"][data-kind]').allInnerTexts();
      const told = lines.map((line) => line.replaceAll(/\s+/g, ' '));
      expect(told).toHaveLength(5);
      expect(told[0]).toContain(`${calls} × sfdc contacts, ${failed} failed`);
      expect(told[1]).toContain('user-login-success');
      expect(told[1]).toContain(writeTime(logIn ?? ''));
      expect(told[2]).toMatch(/^\d+ min.* without an entry$/);
      expect(told[3]).toContain('user-locked-out');
      for (const words of [writeTime(lockOut.timestamp), lockOut.username, lockOut.ipAddress])
        expect(told[3]).toContain(words);
      expect(told[4]).toContain(`${tries} × user-login-failure`);
      if (opened.heard) await hearStory(page, opened.hand, opened.heard, told);
      await leave(opened, most);
    },
    240_000,
  );

  test.each(WAYS)(
    'what is different in this week’s failures: $way',
    async ({ way, most }) => {
      const opened = await visit(way);
      const { page, hand } = opened;
      await hand.range('Last 7 days');
      await opened.settle();
      await hand.press(
        page.getByRole('region', { name: 'Success rate' }).getByRole('link', { name: 'What is different?' }),
      );
      const answer = page.getByRole('region', { name: 'What is different in this range?' });
      await answer.getByRole('table', { name: 'Element' }).waitFor();
      await opened.settle();
      expect(searchOf(opened).get('status')).toBe('failed');
      const [from = '', to = ''] = searchOf(opened).get('spike')?.split('/') ?? [];
      for (const [name, dimension] of [
        ['Element', 'ELEMENT'],
        ['Response status', 'RESPONSE_STATUS'],
      ] as const) {
        const {
          total,
          totalBefore,
          most: first,
        } = await compareFailures(rig.running, { from, to }, dimension);
        expect(await answer.getByRole('status').innerText()).toContain(
          `${write(total)} failed calls, before ${write(totalBefore)}.`,
        );
        const cells = await answer
          .getByRole('table', { name, exact: true })
          .locator('tbody tr:first-child > *')
          .allInnerTexts();
        expect(cells.slice(0, 3)).toEqual([
          first.countBefore === 0 ? `${first.value} new` : first.value,
          `${write(first.countBefore)} (${share(first.countBefore, totalBefore)})`,
          `${write(first.count)} (${share(first.count, total)})`,
        ]);
      }
      // It is on the screen, without a step more.
      const box = await answer.boundingBox();
      expect(box?.y ?? -1).toBeGreaterThanOrEqual(0);
      expect(box?.y ?? Infinity).toBeLessThan(400);
      await untilHeard(opened, /^\d+ failed calls, before \d+\./);
      // Whoever listens is taken to the answer, and reads on from there.
      if (opened.heard) {
        expect(await answer.evaluate((element) => element === document.activeElement)).toBe(true);
        expect(await answer.ariaSnapshot()).toMatch(
          /- table "Element":[^]*- columnheader "Change of its share"/,
        );
      }
      await leave(opened, most);
    },
    240_000,
  );

  test.each(WAYS)(
    'all role changes of last month as a file with proof: $way',
    async ({ way, most }) => {
      const opened = await visit(way);
      const { page, hand } = opened;
      await hand.go('Events');
      await hand.range('Last month');
      await opened.settle();
      await hand.choose(
        page.getByRole('group', { name: 'Filter by' }).getByRole('button', { name: 'Category' }),
        page.getByRole('menuitemcheckbox', { name: /^role/ }),
      );
      await expect.poll(() => searchOf(opened).get('category')).toBe('role');
      await hand.press(page.getByRole('button', { name: 'Export' }));
      const dialog = page.getByRole('dialog', { name: 'Export these events' });
      const file = await save(page, () =>
        hand.press(dialog.getByRole('button', { name: 'Start', exact: true })),
      );
      const receipt = await save(page, () =>
        hand.press(dialog.getByRole('button', { name: 'Save the receipt' })),
      );
      const ids = await listEvents(rig.running, 'role', FEBRUARY);
      expect(ids.length).toBeGreaterThan(20);
      const [head = '', ...rows] = file.bytes.toString('utf8').replace('\uFEFF', '').trimEnd().split(/\r?\n/);
      const at = head.split(',').indexOf('eventId');
      // An apostrophe keeps a spreadsheet from changing a long number.
      expect(rows.map((row) => row.split(',')[at]?.replaceAll(/["']/g, ''))).toEqual(ids);
      expect(receipt.name).toBe(`${file.name}.receipt.json`);
      expect(JSON.parse(receipt.bytes.toString('utf8'))).toMatchObject({
        export: {
          rows: ids.length,
          complete: true,
          sha256: createHash('sha256').update(file.bytes).digest('hex'),
        },
      });
      await untilHeard(opened, new RegExp(`^${ids.length} rows, .* The file is saved\\.$`));
      if (opened.heard)
        for (const stop of ['menuitemcheckbox role', 'radio CSV', 'button Start', 'button Save the receipt'])
          expect(opened.heard.stops.some((said) => said.startsWith(stop))).toBe(true);
      await leave(opened, most);
    },
    240_000,
  );
});

/** Down through the lines: each is read as it is written. */
async function hearStory(
  page: Page,
  hand: Hand,
  { stops }: Listener,
  told: readonly string[],
): Promise<void> {
  await hand.open(
    page.getByRole('grid').locator('[role="row"][data-kind="row"]', { hasText: 'user-locked-out' }),
  );
  await page.getByRole('dialog', { name: 'Entry' }).waitFor();
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^\w.:]/g, '');
  const rows = stops.filter((stop) => stop.startsWith('row ')).map(plain);
  expect(rows).toEqual(
    expect.arrayContaining(
      told.slice(0, 4).map((line) => expect.stringContaining(plain(line).slice(0, 36)) as string),
    ),
  );
}

async function save(page: Page, finish: () => Promise<void>): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent('download', { timeout: 60_000 }), finish()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}
