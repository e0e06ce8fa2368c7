import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, startConsole } from './console-rig.ts';
import type { ConsoleRig, OpenedPage } from './console-rig.ts';

const DAY = '/?from=2026-03-03T00:00:00.000Z&to=2026-03-04T00:00:00.000Z';
const CHARTS = [
  'Calls over time',
  'Successes and failures',
  'Calls by element',
  'Response times',
  'Events by category',
];

const chartOf = ({ page }: OpenedPage, name: string) => page.getByRole('slider', { name, exact: true });
const panelOf = ({ page }: OpenedPage, name: string) => page.getByRole('region', { name, exact: true });

/** The calls that the answers so far have made, by vendor operation. */
function tally({ answers }: OpenedPage): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { operation, calls } of answers.flatMap(({ vendorCalls }) => vendorCalls))
    counts[operation] = (counts[operation] ?? 0) + calls;
  return counts;
}

describe.runIf(hasChromium)('the overview in a browser', () => {
  let rig: ConsoleRig;

  beforeAll(async () => {
    rig = await startConsole();
  }, 60_000);
  afterAll(() => rig?.close());

  test('a first load asks each series of the vendor once, and shows all panels without a message', async () => {
    // A short page proves that a list has ended once a longer one was seen: before that, a list may take one call more.
    await rig.running.ask(
      '{ usageRecords(first: 400) { nodes { id } } events(first: 400) { nodes { id } } }',
    );
    const opened = await rig.open(DAY);
    for (const name of CHARTS) expect(await chartOf(opened, name).isVisible()).toBe(true);
    const { '/usage': rows = 0, '/events': events = 0, ...series } = tally(opened);
    expect(series).toEqual({
      '/usage/analytics/activity': 1,
      '/usage/analytics/activity/elements': 1,
      '/usage/analytics/times': 1,
      '/usage/analytics/statuses': 1,
    });
    // The newest failures, and the rows of the p95 time, because there are few.
    expect(rows).toBe(2);
    // All events (for the ribbon and the categories), failed log-ins, and the newest security events.
    expect(events).toBe(3);
    expect(await opened.page.title()).toBe('Overview · 03 Mar 00:00 – 04 Mar 00:00 · Sightline');
    expect(opened.problems).toEqual([]);
    await opened.close();
  });

  test('each panel keeps the coverage of its own vendor call, also if the reader comes back', async () => {
    const opened = await rig.open(DAY);
    await opened.page.getByRole('link', { name: 'Calls', exact: true }).click();
    await opened.page.getByRole('heading', { level: 1, name: 'Calls' }).waitFor();
    await opened.page.getByRole('link', { name: 'Overview', exact: true }).click();
    await opened.settle();
    await panelOf(opened, 'Response times').getByRole('button', { name: 'Complete' }).click();
    const rows = await opened.page.locator('.popup .covered').innerText();
    expect(rows).toContain('/usage/analytics/times');
    expect(rows).not.toContain('/elements');
    await opened.close();
  });

  test('a brush narrows the address and every panel, and back undoes it', async () => {
    const opened = await rig.open(DAY);
    const box = await chartOf(opened, 'Calls over time').boundingBox();
    if (!box) throw new Error('The chart has no place.');
    await opened.page.mouse.move(box.x + box.width * 0.4, box.y + 80);
    await opened.page.mouse.down();
    await opened.page.mouse.move(box.x + box.width * 0.6, box.y + 80, { steps: 4 });
    const before = opened.answers.length;
    await opened.page.mouse.up();
    await expect.poll(() => opened.page.url()).not.toContain('from=2026-03-03T00:00:00.000Z');
    await expect.poll(() => opened.answers.length).toBeGreaterThan(before + 6);
    await opened.settle();
    const ranges = opened.answers
      .slice(before)
      .filter(
        ({ name }) => name.startsWith('Overview') || ['ActivityRibbon', 'EventCategories'].includes(name),
      )
      .map(({ variables }) => JSON.stringify(variables['range']));
    expect(new Set(ranges).size).toBe(1);
    await opened.page.goBack();
    await expect.poll(() => opened.page.url()).toContain('from=2026-03-03T00:00:00.000Z');
    expect(opened.problems).toEqual([]);
    await opened.close();
  });

  test('keys move a cursor, say its figures, and open its rows', async () => {
    const opened = await rig.open(DAY);
    const chart = chartOf(opened, 'Successes and failures');
    await chart.focus();
    await opened.page.keyboard.press('Home');
    await opened.page.keyboard.press('ArrowRight');
    expect(await chart.getAttribute('aria-valuetext')).toMatch(/^03 Mar 01:00, Succeeded: \d+, Failed: \d+$/);
    // The topmost layer is the first part.
    await opened.page.keyboard.press('ArrowDown');
    expect(await chart.getAttribute('aria-valuetext')).toMatch(/^03 Mar 01:00, Failed: \d+$/);
    await opened.page.keyboard.press('Enter');
    await opened.page.getByRole('heading', { level: 1, name: 'Calls' }).waitFor();
    const { pathname, searchParams } = new URL(opened.page.url());
    expect([pathname, ...['from', 'to', 'status'].map((key) => searchParams.get(key))]).toEqual([
      '/log',
      '2026-03-03T01:00:00.000Z',
      '2026-03-03T02:00:00.000Z',
      'failed',
    ]);
    await opened.close();
  });

  test('Shift with the arrows selects a stretch, and Enter narrows the range to it', async () => {
    const opened = await rig.open(DAY);
    await opened.page.getByRole('slider', { name: /calls and .* events$/ }).focus();
    for (const key of ['Home', 'Shift+ArrowRight', 'Shift+ArrowRight', 'Enter'])
      await opened.page.keyboard.press(key);
    await expect.poll(() => opened.page.url()).toContain('to=2026-03-03T03:00:00.000Z');
    await opened.close();
  });

  test('a click on a bucket opens its rows', async () => {
    const opened = await rig.open(DAY);
    const chart = chartOf(opened, 'Events by category');
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    if (!box) throw new Error('The chart has no place.');
    await opened.page.mouse.click(box.x + box.width - 10, box.y + 24);
    await opened.page.getByRole('heading', { level: 1, name: 'Events' }).waitFor();
    expect(opened.page.url()).toContain('/events?from=2026-03-03T23:00:00.000Z&to=2026-03-04T00:00:00.000Z');
    await opened.close();
  });

  test('a chart shows the same figures as a table, and the address keeps that', async () => {
    const opened = await rig.open(`${DAY}&table=calls`);
    const rows = panelOf(opened, 'Calls over time').getByRole('row');
    expect(await rows.count()).toBe(25);
    await opened.page.getByRole('button', { name: 'Calls over time as a table' }).click();
    expect(await chartOf(opened, 'Calls over time').isVisible()).toBe(true);
    await opened.close();
  });

  test('a layer that is switched off and the number of elements are in the address', async () => {
    const opened = await rig.open(DAY);
    const elements = panelOf(opened, 'Calls by element');
    await elements.getByRole('combobox', { name: 'Top' }).selectOption('3');
    await expect.poll(() => elements.locator('.layer').count()).toBe(4);
    await elements.locator('.layer').first().click();
    await expect.poll(() => elements.locator('path.bars').count()).toBe(3);
    expect(opened.page.url()).toMatch(/top=3.*hide=element:/);
    await opened.close();
  });

  test('a comparison shows each change, and the address keeps it', async () => {
    const opened = await rig.open(DAY);
    await opened.page.getByRole('button', { name: 'Compare with the period before' }).click();
    await expect.poll(() => opened.page.locator('.tile-change').count()).toBe(7);
    expect(opened.page.url()).toContain('vs=previous');
    await opened.close();
  });

  test.each(['light', 'dark'] as const)('axe finds nothing in the %s theme', async (colorScheme) => {
    const opened = await rig.open(`${DAY}&vs=previous&table=times`, { colorScheme });
    expect(await opened.findViolations()).toEqual([]);
    await opened.close();
  });

  test('nothing scrolls sideways at 360 pixels', async () => {
    const opened = await rig.open(DAY, { viewport: { width: 360, height: 740 } });
    expect(await opened.findOverflow()).toBe(0);
    await opened.close();
  });
});

describe.runIf(hasChromium)('the overview if the Usage API is down', () => {
  let rig: ConsoleRig;

  beforeAll(async () => {
    rig = await startConsole({}, { USAGE_API_URL: 'http://127.0.0.1:9/elements/api-v2' });
  }, 60_000);
  afterAll(() => rig?.close());

  test('the panels of events stay, and unknown counts are not drawn as zero', async () => {
    const opened = await rig.open(DAY);
    expect(await chartOf(opened, 'Events by category').isVisible()).toBe(true);
    expect(await opened.page.locator('.tile', { hasText: 'Calls' }).first().innerText()).toContain(
      'not known',
    );
    const calls = panelOf(opened, 'Calls over time');
    expect(await calls.locator('[data-state="missing"]').count()).toBe(24);
    expect(await calls.locator('path.bars').getAttribute('d')).toBe('');
    await opened.close();
  });
});

describe.runIf(hasChromium)('the overview if the Events API is not configured', () => {
  let rig: ConsoleRig;

  beforeAll(async () => {
    rig = await startConsole({}, { EVENTS_API_URL: '', EVENTS_API_TOKEN: '' });
  }, 60_000);
  afterAll(() => rig?.close());

  test('it says so, asks nothing of it, and shows the calls', async () => {
    const opened = await rig.open(DAY);
    expect(await opened.page.locator('#main .notice').innerText()).toBe(
      'The Events API is not configured: it has neither credentials nor a file.',
    );
    expect(await chartOf(opened, 'Calls over time').isVisible()).toBe(true);
    expect(opened.answers.some(({ name }) => /Categories|Security|LogIns/.test(name))).toBe(false);
    expect(opened.problems).toEqual([]);
    await opened.close();
  });
});
