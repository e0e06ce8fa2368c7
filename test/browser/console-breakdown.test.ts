import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PATIENT } from '../support/running-app.ts';
import { hasChromium, startConsole } from './console-rig.ts';
import type { ConsoleRig, GraphAnswer, OpenedPage } from './console-rig.ts';

const ADDRESS = '45.67.89.178';
const DAY = 'from=2026-03-03T12:00:00.000Z&to=2026-03-04T12:00:00.000Z';
/** An account is locked out at 09:44, after many failed log-ins from one address. */
const ATTACK = '2026-03-04T09:00:00.000Z/2026-03-04T10:00:00.000Z';

interface Group {
  readonly key: readonly { readonly value: string | null }[];
  readonly count: number;
  readonly statuses: { readonly failed: number };
}

const answersOf = ({ answers }: OpenedPage, name: string): readonly GraphAnswer[] =>
  answers.filter((answer) => answer.name === name);
const lastOf = (opened: OpenedPage, name: string): GraphAnswer => {
  const answer = answersOf(opened, name).at(-1);
  if (!answer) throw new Error(`no answer of ${name}`);
  return answer;
};
/** The answer of a page that a link has opened. */
const untilAnswer = async (opened: OpenedPage, name: string): Promise<GraphAnswer> => {
  await expect.poll(() => answersOf(opened, name).length, { timeout: 15_000 }).toBeGreaterThan(0);
  await opened.settle();
  return lastOf(opened, name);
};
/** A field of an answer: a list or a breakdown. */
function fieldOf(
  { data }: GraphAnswer,
  field: string,
): { readonly nodes: unknown[]; readonly groups: Group[] } {
  if (!data) throw new Error(`no ${field}`);
  return data[field] as ReturnType<typeof fieldOf>;
}
const callsOf = (answers: readonly GraphAnswer[]): number =>
  answers.flatMap(({ vendorCalls }) => vendorCalls).reduce((sum, { calls }) => sum + calls, 0);
const searchOf = ({ page }: OpenedPage): URLSearchParams => new URL(page.url()).searchParams;
const spikeOf = ({ page }: OpenedPage) => page.getByRole('region', { name: 'Why this spike?' });
const tableOf = ({ page }: OpenedPage) => page.locator('table.groups');

describe.runIf(hasChromium)('the break-down in a browser', () => {
  let rig: ConsoleRig;

  beforeAll(async () => {
    rig = await startConsole({ usageRows: 3_000, eventsRows: 900 }, PATIENT);
  }, 60_000);
  afterAll(() => rig?.close());

  test('its numbers are those of the graph, of one scan', async () => {
    const opened = await rig.open(`/breakdown?${DAY}&by=element&by=api`);
    const { variables } = await untilAnswer(opened, 'CallBreakdown');
    expect(variables).toMatchObject({ by: ['ELEMENT', 'API'], filter: {}, interval: 'HOUR', top: 20 });
    const { data, upstream } = await rig.running.ask<{
      usageBreakdown: { groups: Group[]; other: Group | null };
    }>(
      `query ($range: DateTimeRange!) { usageBreakdown(by: [ELEMENT, API], range: $range, top: 20) {
        groups { key { value } count statuses { failed } } other { key { value } count statuses { failed } } } }`,
      { range: variables['range'] },
    );
    const { groups, other } = data.usageBreakdown;
    const written = [
      ...groups.map(({ key, count, statuses }) => [
        ...key.map(({ value }) => value ?? 'none'),
        String(count),
        String(statuses.failed),
      ]),
      ...(other ? [['All other groups together', String(other.count), String(other.statuses.failed)]] : []),
    ];
    const rows = await tableOf(opened).locator('tbody tr').all();
    const shown = await Promise.all(
      rows.map(async (row) => (await row.locator('> :not(.chart-cell)').allTextContents()).slice(0, -2)),
    );
    expect(shown.map((cells) => cells.map((cell) => cell.replaceAll(',', '')))).toEqual(written);
    // Both break-downs of the page share the scan that the graph needs for one.
    const once = upstream.reduce((sum, { calls }) => sum + calls, 0);
    expect(callsOf(answersOf(opened, 'CallBreakdown'))).toBeLessThanOrEqual(Math.max(2, once));
    expect(opened.problems).toEqual([]);
    await opened.close();
  });

  test('a group leads to its rows, all of them and no others', async () => {
    const opened = await rig.open(`/breakdown?${DAY}&by=element&by=status&status=failed`);
    const [group] = fieldOf(await untilAnswer(opened, 'CallBreakdown'), 'usageBreakdown').groups;
    const element = group?.key[0]?.value ?? '';
    await opened.page.getByRole('link', { name: `Rows of ${element}, FAILED` }).click();
    const answer = await untilAnswer(opened, 'CallsPage');
    expect(new URL(opened.page.url()).pathname).toBe('/log');
    expect(Object.fromEntries(searchOf(opened))).toMatchObject({ element, status: 'failed' });
    const { nodes } = fieldOf(answer, 'usageRecords');
    expect(answer.variables['filter']).toEqual({ elementKeys: [element], status: 'FAILED' });
    expect(nodes).toHaveLength(group?.count ?? -1);
    await opened.page.goBack();
    await tableOf(opened).waitFor();
    expect(opened.problems).toEqual([]);
    await opened.close();
  });

  test('by keyboard alone: sort by the slowest bucket, look along a small chart, and open its bucket', async () => {
    const opened = await rig.open(`/breakdown?${DAY}&by=element`);
    const { page } = opened;
    const head = page.getByRole('button', { name: 'p95 by hour' });
    await head.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => searchOf(opened).get('sort')).toBe('slowest');
    expect(await page.locator('th[aria-sort]').getAttribute('aria-sort')).toBe('descending');
    const caption = async (at: number) =>
      tableOf(opened).locator('tbody tr').nth(at).locator('.caption').last().innerText();
    const slowest = async (at: number): Promise<number> => {
      const [, value = '', unit] = /slowest: ([\d,]+) (m?s)/.exec(await caption(at)) ?? [];
      return Number(value.replaceAll(',', '')) * (unit === 's' ? 1_000 : 1);
    };
    expect(await slowest(0)).toBeGreaterThanOrEqual(await slowest(1));
    const chart = tableOf(opened).getByRole('slider').first();
    await chart.focus();
    await page.keyboard.press('End');
    expect(await chart.getAttribute('aria-valuetext')).toMatch(/^04 Mar 11:00: \d+ calls, \d+ failed/);
    const count = Number(/: (\d+) calls/.exec((await chart.getAttribute('aria-valuetext')) ?? '')?.[1]);
    await page.keyboard.press('Enter');
    const answer = await untilAnswer(opened, 'CallsPage');
    expect(searchOf(opened).get('from')).toBe('2026-03-04T11:00:00.000Z');
    expect(searchOf(opened).get('to')).toBe('2026-03-04T12:00:00.000Z');
    expect(fieldOf(answer, 'usageRecords').nodes).toHaveLength(count);
    await opened.close();
  });

  test('why events rose: the address and the user of the attack come first, with exact counts and few calls', async () => {
    const opened = await rig.open(`/breakdown?of=events&by=action&${DAY}&spike=${ATTACK}`);
    const spike = spikeOf(opened);
    await spike.getByText(ADDRESS).waitFor();
    const tables = await spike
      .locator('table')
      .evaluateAll((all) =>
        all.map((table) => [
          table.querySelector('caption')?.textContent ?? '',
          ...[...table.querySelectorAll('tbody tr:first-child > *')].map((cell) => cell.textContent ?? ''),
        ]),
      );
    const ofUser = tables.find(([caption]) => caption === 'User');
    const ofAddress = tables.find(([caption]) => caption === 'Address');
    expect(ofUser?.[1]).toMatch(/^integration( new)?$/);
    expect(ofAddress?.[1]?.replace(/ new$/, '')).toBe(ADDRESS);
    expect(tables.slice(0, 3).map(([caption]) => caption)).toEqual(
      expect.arrayContaining(['User', 'Address']),
    );
    const ask = async (from: string, to: string, filter: object): Promise<number> => {
      const { data } = await rig.running.ask<{ events: { totalCount: { value: number } } }>(
        'query ($range: DateTimeRange!, $filter: EventFilter) { events(range: $range, filter: $filter, first: 1) { totalCount { value } } }',
        { range: { from, to }, filter },
      );
      return data.events.totalCount.value;
    };
    const [from = '', to = ''] = ATTACK.split('/');
    const [all, mine] = [await ask(from, to, {}), await ask(from, to, { ipAddress: ADDRESS })];
    const share = new Intl.NumberFormat('en-GB', { style: 'percent', maximumFractionDigits: 1 }).format(
      mine / all,
    );
    expect(ofAddress?.[3]).toBe(`${mine} (${share})`);
    await opened.settle();
    const stretches = answersOf(opened, 'EventStretch');
    expect(stretches).toHaveLength(2);
    for (const stretch of stretches) {
      // Events are read with the fields that are grouped by: one scan for category and action, one for users, one for addresses.
      expect(callsOf([stretch])).toBeLessThanOrEqual(3);
    }
    await spike.getByRole('link', { name: ADDRESS }).click();
    const answer = await untilAnswer(opened, 'EventsPage');
    expect(Object.fromEntries(searchOf(opened))).toMatchObject({ ip: ADDRESS, from, to });
    expect(fieldOf(answer, 'events').nodes).toHaveLength(mine);
    expect(opened.problems).toEqual([]);
    await opened.close();
  });

  test('a drag over all calls selects the stretch, and so do keys and the highest bar', async () => {
    const opened = await rig.open(`/breakdown?${DAY}`);
    const { page } = opened;
    const chart = page.getByRole('slider', { name: 'All calls over time' });
    const box = await chart.boundingBox();
    if (!box) throw new Error('The chart has no place.');
    await page.mouse.move(box.x + box.width * 0.7, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.8, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await spikeOf(opened).getByRole('status').waitFor();
    expect(searchOf(opened).get('spike')).toMatch(/^2026-03-04T\S+\/2026-03-04T\S+$/);
    expect(searchOf(opened).get('from')).toBe('2026-03-03T12:00:00.000Z');
    await spikeOf(opened).getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => spikeOf(opened).count()).toBe(0);
    await chart.focus();
    for (const key of ['End', 'Shift+ArrowLeft', 'Enter']) await page.keyboard.press(key);
    await expect
      .poll(() => searchOf(opened).get('spike'))
      .toBe('2026-03-04T10:00:00.000Z/2026-03-04T12:00:00.000Z');
    await page.getByRole('button', { name: 'Why the highest bar?' }).click();
    await expect
      .poll(() => searchOf(opened).get('spike'))
      .not.toBe('2026-03-04T10:00:00.000Z/2026-03-04T12:00:00.000Z');
    await opened.settle();
    for (const stretch of answersOf(opened, 'CallStretch')) expect(callsOf([stretch])).toBeLessThanOrEqual(2);
    expect(opened.problems).toEqual([]);
    await opened.close();
  });

  test('the answer to what is different says its filter, what is new, and how many further values there are', async () => {
    const [from, to] = ['2026-02-25T12:00:00.000Z', '2026-03-04T12:00:00.000Z'];
    const opened = await rig.open(`/breakdown?from=${from}&to=${to}&status=failed&spike=${from}/${to}`);
    const region = opened.page.getByRole('region', { name: 'What is different in this range?' });
    await region.getByRole('status').first().waitFor();
    const words = await region.innerText();
    expect(words).toContain('Failed calls of 25 Feb 12:00');
    expect(words).toMatch(/\d+ failed calls, before \d+\./);
    expect(words).toContain('the tick is the share before');
    expect(words).toMatch(/(up|down) by \d+\.\d points/);
    const fresh = await region
      .locator('tbody tr')
      .filter({ has: opened.page.locator('.change-new') })
      .all();
    expect(fresh.length).toBeGreaterThan(0);
    for (const row of fresh) expect(await row.locator('td').first().innerText()).toBe('0 (0%)');
    const more = region.getByRole('button', { name: /^Show \d+ further values? of User$/ });
    const hidden = Number(/\d+/.exec(await more.innerText())?.[0]);
    const rows = region.getByRole('table', { name: 'User' }).locator('tbody tr');
    const before = await rows.count();
    await more.click();
    await expect.poll(() => rows.count()).toBe(before + hidden);
    expect(opened.problems).toEqual([]);
    await opened.close();
  });

  test('while the break-down is first read, words say so', async () => {
    const opened = await rig.open('/log');
    const { page } = opened;
    let answer = (): void => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('query CallBreakdown')) await held;
      await route.continue();
    });
    await page.getByRole('link', { name: 'Break down', exact: true }).first().click();
    const words = page.getByText('Reading… All calls of the range are counted');
    await words.waitFor();
    answer();
    await opened.settle();
    expect(await words.count()).toBe(0);
    await opened.close();
  });

  test('a stretch whose time before is older than the vendor keeps is refused in words', async () => {
    const old = '2026-02-02T13:00:00.000Z/2026-03-04T12:00:00.000Z';
    const opened = await rig.open(`/breakdown?${DAY}&spike=${old}`);
    await spikeOf(opened).getByText('The stretch before was not read whole').waitFor();
    expect(await spikeOf(opened).locator('table.changes').count()).toBe(0);
    await opened.close();
  });

  test('the controls change the address: another source, further dimensions, one scale', async () => {
    const opened = await rig.open(`/breakdown?${DAY}&user=1004&ip=${ADDRESS}`);
    const { page } = opened;
    await page.getByLabel('then by').first().selectOption({ label: 'User' });
    await expect.poll(() => searchOf(opened).getAll('by')).toEqual(['element', 'user']);
    await page.getByRole('button', { name: 'One scale' }).click();
    await expect.poll(() => searchOf(opened).get('scale')).toBe('same');
    await page.getByRole('button', { name: 'Events', exact: true }).click();
    await expect.poll(() => searchOf(opened).get('of')).toBe('events');
    expect(searchOf(opened).getAll('by')).toEqual([]);
    // A user is an id there and a name here; an address is the same.
    expect(searchOf(opened).get('user')).toBeNull();
    expect(searchOf(opened).get('ip')).toBe(ADDRESS);
    await opened.settle();
    expect((await untilAnswer(opened, 'EventGroups')).variables).toMatchObject({
      by: ['CATEGORY'],
      filter: { ipAddress: ADDRESS },
    });
    await opened.close();
  });

  test('no rows is said in words', async () => {
    const opened = await rig.open(`/breakdown?${DAY}&element=none-such`);
    const words = opened.page.getByText('There are no calls in this range that meet the conditions.');
    await words.waitFor();
    expect(await tableOf(opened).count()).toBe(0);
    await opened.close();
  });

  for (const colorScheme of ['light', 'dark'] as const)
    test.each([`/breakdown?${DAY}&by=element&by=status`, `/breakdown?of=events&${DAY}&spike=${ATTACK}`])(
      `%s has no violation in ${colorScheme}`,
      async (path) => {
        const opened = await rig.open(path, { colorScheme });
        expect(await opened.findViolations()).toEqual([]);
        expect(opened.problems).toEqual([]);
        await opened.close();
      },
    );

  test('it fits 360 pixels, with the answer to why', async () => {
    const opened = await rig.open(`/breakdown?${DAY}&by=element&by=api&spike=${ATTACK}`, {
      viewport: { width: 360, height: 740 },
    });
    await spikeOf(opened).getByRole('status').first().waitFor();
    expect(await opened.findOverflow()).toBe(0);
    await opened.close();
  });
});

describe.runIf(hasChromium)('the break-down of a scan that ended early', () => {
  let rig: ConsoleRig;

  beforeAll(async () => {
    rig = await startConsole(
      { usageRows: 3_000, eventsRows: 900 },
      { ...PATIENT, SIGHTLINE_MAX_SCANNED_ROWS: '100', SIGHTLINE_MAX_PAGE_SIZE: '100' },
    );
  }, 60_000);
  afterAll(() => rig?.close());

  test('counts are marked as lower bounds, and no stretch is compared', async () => {
    const range = 'from=2026-02-25T12:00:00.000Z&to=2026-03-04T12:00:00.000Z';
    const spike = '2026-03-01T12:00:00.000Z/2026-03-04T12:00:00.000Z';
    const opened = await rig.open(`/breakdown?${range}&spike=${spike}`);
    const words = opened.page.getByText('so counts are lower bounds', { exact: false });
    await words.waitFor();
    const said = await words.innerText();
    expect(said).toContain('Choose a shorter range, or add a condition.');
    expect(said).toContain('An archive counts all rows at once (SIGHTLINE_ARCHIVE).');
    const counts = await tableOf(opened).locator('tbody tr td.number:nth-child(2)').allTextContents();
    for (const count of counts) expect(count).toMatch(/^≥ \d/);
    await spikeOf(opened).getByText('was read whole').waitFor();
    expect(await spikeOf(opened).locator('table.changes').count()).toBe(0);
    expect(await opened.findViolations()).toEqual([]);
    expect(opened.problems).toEqual([]);
    await opened.close();
  });

  test('what was read behind the bound is there at once when the reader comes back, and a refresh asks anew', async () => {
    const opened = await rig.open('/breakdown?last=P2D');
    const { page } = opened;
    await page.getByRole('button', { name: 'Read the rest' }).first().click();
    const all = page.getByText(/^All of it, read in \d+ parts/);
    await all.waitFor();
    await opened.settle();
    const asked = answersOf(opened, 'CallBreakdown').length;
    expect(asked).toBeGreaterThan(1);
    await tableOf(opened).getByRole('link').first().click();
    await untilAnswer(opened, 'CallsPage');
    await page.goBack();
    await all.waitFor();
    await opened.settle();
    expect(answersOf(opened, 'CallBreakdown')).toHaveLength(asked);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByRole('button', { name: 'Read the rest' }).first().waitFor();
    await opened.settle();
    expect(answersOf(opened, 'CallBreakdown')).toHaveLength(asked + 1);
    expect(opened.problems).toEqual([]);
    await opened.close();
  });
});
