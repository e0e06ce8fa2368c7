import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PATIENT } from '../support/running-app.ts';
import { hasChromium, startConsole } from './console-rig.ts';
import type { ConsoleRig, OpenedPage } from './console-rig.ts';

const DAY = 'from=2026-03-03T12:00:00.000Z&to=2026-03-04T12:00:00.000Z';
const SPIKE = '2026-03-04T09:00:00.000Z/2026-03-04T10:00:00.000Z';
const GATE = 'ServiceState';

/** The names of the page's questions from one answer on, without that of the console's start. */
const asked = ({ answers }: OpenedPage, from = 0): readonly string[] =>
  answers
    .slice(from)
    .map(({ name }) => name)
    .filter((name) => name !== GATE)
    .toSorted();

describe.runIf(hasChromium)('the button Refresh', { timeout: 120_000 }, () => {
  let rig: ConsoleRig;

  beforeAll(async () => {
    rig = await startConsole({ usageRows: 3_000, eventsRows: 900 }, PATIENT);
  }, 120_000);
  afterAll(() => rig?.close());

  test.each([
    ['an absolute range', DAY],
    ['a range up to now', 'last=P1D'],
  ])(
    'asks each question of each page once more, over %s',
    async (_range, range) => {
      for (const path of [
        `/?${range}&vs=previous`,
        `/breakdown?${range}&spike=${SPIKE}`,
        `/log?${range}`,
        `/events?${range}`,
        `/timeline?${range}`,
      ]) {
        const opened = await rig.open(path);
        const first = asked(opened);
        const distinct = new Set(
          opened.answers.map(({ name, variables }) => name + JSON.stringify(variables)),
        );
        expect(distinct.size).toBe(opened.answers.length);
        const before = opened.answers.length;
        await opened.page.getByRole('button', { name: 'Refresh' }).click();
        await expect.poll(() => asked(opened, before), { timeout: 60_000 }).toEqual(first);
        await opened.settle();
        expect(asked(opened, before)).toEqual(first);
        const ranges = opened.answers
          .slice(before)
          .filter(({ name }) => !name.endsWith('Stretch'))
          .map(({ variables }) => JSON.stringify(variables['range']));
        expect(new Set(ranges).size).toBe(1);
        expect(opened.problems).toEqual([]);
        await opened.close();
      }
    },
    120_000,
  );

  test('keeps what is shown until the new answers are there', async () => {
    const opened = await rig.open(`/?${DAY}`);
    const { page } = opened;
    const { promise: isReleased, resolve: release } = Promise.withResolvers<void>();
    await page.route('**/graphql', async (route) => {
      await isReleased;
      await route.continue();
    });
    const tile = page.locator('.tile', { hasText: 'Calls' }).first();
    const shown = await tile.innerText();
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.locator('.panel[aria-busy="true"]').first().waitFor();
    expect(await page.locator('.skeleton').count()).toBe(0);
    expect(await tile.innerText()).toBe(shown);
    release();
    await opened.settle();
    expect(opened.problems).toEqual([]);
    await opened.close();
  });

  test('leaves an earlier answer to no page', async () => {
    const opened = await rig.open(`/?${DAY}`);
    const { page } = opened;
    const go = async (name: string) => {
      await page.getByRole('link', { name, exact: true }).click();
      await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
      await opened.settle();
    };
    await go('Calls');
    await page.getByRole('button', { name: 'Refresh' }).click();
    await opened.settle();
    const before = opened.answers.length;
    await go('Overview');
    expect(asked(opened, before)).toContain('OverviewCalls');
    await go('Calls');
    const again = opened.answers.length;
    await go('Overview');
    expect(asked(opened, again).filter((name) => name.startsWith('Overview'))).toEqual([]);
    await opened.close();
  });
});
