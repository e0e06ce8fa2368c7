import type { Page } from 'playwright-core';
import { afterEach, describe, expect, test } from 'vitest';
import { PATIENT } from '../support/running-app.ts';
import { hasChromium, startConsole } from './console-rig.ts';
import type { ConsoleRig } from './console-rig.ts';

const rowsOf = (page: Page) => page.locator('[role="row"][data-id]');

describe.runIf(hasChromium)('the lists of the console when things go wrong', () => {
  let rig: ConsoleRig | undefined;
  afterEach(() => rig?.close());

  test('one vendor down leaves the other in the timeline, and is named in its own list', async () => {
    rig = await startConsole({}, { ...PATIENT, EVENTS_API_TOKEN: 'wrong' });
    const opened = await rig.open('/timeline?last=P7D');
    const { page } = opened;
    await page.locator('.lists').getByText('Events API is missing here').waitFor();
    expect(await rowsOf(page).count()).toBeGreaterThan(5);
    expect(await opened.findViolations()).toEqual([]);
    await opened.close();
    const events = await rig.open('/events?last=P7D');
    const failure = events.page.locator('.list-end').getByRole('alert');
    await failure.getByText('Events API failed').waitFor();
    expect(await rowsOf(events.page).count()).toBe(0);
    expect(await events.page.getByText('There are no events').count()).toBe(0);
    await events.close();
  }, 60_000);

  test('a long scan says how far it is, can be cancelled, and goes on from there', async () => {
    rig = await startConsole(
      { usageRows: 4_000, latencyMs: 250 },
      { ...PATIENT, SIGHTLINE_MAX_SCANNED_ROWS: '300', USAGE_API_SCAN_PAGE_SIZE: '300' },
    );
    const opened = await rig.open('/log?last=P29D');
    const { page } = opened;
    await page.getByRole('combobox', { name: 'Filter' }).fill('ip:203.0.113.250');
    await page.keyboard.press('Enter');
    const end = page.locator('.list-end');
    await end.getByText(/Reading on: read back to .*, [\d,]+ rows, 0 found/).waitFor();
    await end.getByRole('button', { name: 'Cancel' }).click();
    await end.getByText('Stopped').waitFor();
    const asked = opened.answers.filter(({ name }) => name === 'CallsPage').length;
    await end.getByRole('button', { name: 'Go on' }).click();
    await end.getByText('meet all conditions').waitFor({ timeout: 30_000 });
    const pages = opened.answers.filter(({ name }) => name === 'CallsPage');
    expect(pages.length).toBeGreaterThan(asked);
    const cursors = pages.map(({ variables }) => variables['after']);
    expect(new Set(cursors.filter((cursor) => cursor !== undefined)).size).toBe(
      cursors.filter((cursor) => cursor !== undefined).length,
    );
    await end.getByText('This is all of it').waitFor();
    await opened.close();
  }, 90_000);

  test.each([
    // The sandbox logs our own calls too. They have no tags.
    [
      '/log?last=P7D&tag=production&dense=1',
      'query ($range: DateTimeRange) { list: usageRecords(range: $range, filter: { tags: ["production"] }, first: 100) { nodes { id } } }',
    ],
    [
      '/timeline?last=PT3H&source=events&dense=1',
      'query ($range: DateTimeRange) { list: events(range: $range, first: 100) { nodes { id } } }',
    ],
  ])(
    'live rows of %s are announced, do not move the list, and none is lost or doubled by a cut',
    async (path, query) => {
      rig = await startConsole(
        { arrivals: true },
        { ...PATIENT, SIGHTLINE_LIVE_MIN_INTERVAL_MS: '500', SIGHTLINE_LIVE_MAX_INTERVAL_MS: '1000' },
      );
      const opened = await rig.open(path, {
        viewport: { width: 1280, height: 2_400 },
      });
      const { page } = opened;
      const startedMs = rig.running.sandbox.now();
      const live = page.getByRole('switch', { name: /Live/ });
      await live.click();
      await live.getByText('connected').waitFor();
      const firstShown = await rowsOf(page).first().getAttribute('data-id');
      const show = page.getByRole('button', { name: /new.*show/ });
      await show.waitFor({ timeout: 60_000 });
      expect(await rowsOf(page).first().getAttribute('data-id')).toBe(firstShown);
      const cutMs = rig.running.sandbox.now();
      expect(rig.cutStreams()).toBe(1);
      await live.getByText('trying again').waitFor();
      await live.getByText('connected').waitFor();
      const shown = async (): Promise<(string | null)[]> => {
        if (await show.isVisible()) await show.click();
        return rowsOf(page).evaluateAll((rows) => rows.map((row) => row.getAttribute('data-id')));
      };
      const { running } = rig;
      const wanted = async (): Promise<string[]> => {
        const asked = await running.ask<{ list: { nodes: { id: string }[] } }>(query, {
          range: { from: new Date(startedMs).toISOString(), to: new Date(cutMs + 2_000).toISOString() },
        });
        return asked.data.list.nodes.map(({ id }) => id);
      };
      await expect
        .poll(
          async () => {
            const there = new Set(await shown());
            const all = await wanted();
            return (
              all.length > 0 && running.sandbox.now() > cutMs + 14_000 && all.every((id) => there.has(id))
            );
          },
          { timeout: 120_000, interval: 1_000 },
        )
        .toBe(true);
      const ids = await shown();
      expect(new Set(ids).size).toBe(ids.length);
      expect(await opened.findViolations()).toEqual([]);
      await live.click();
      await live.getByText('off').waitFor();
      await opened.close();
    },
    180_000,
  );

  test('after a cut, a cursor with more rows behind it than a scan may read shows a gap with its span, which opens', async () => {
    rig = await startConsole(
      {},
      { ...PATIENT, SIGHTLINE_MAX_SCANNED_ROWS: '100', SIGHTLINE_LIVE_MIN_INTERVAL_MS: '500' },
    );
    const filter = { sources: ['USAGE'], usage: {} };
    const { data } = await rig.running.ask<{ timeline: { pageInfo: { startCursor: string } } }>(
      `query ($filter: TimelineFilter) { timeline(filter: $filter, first: 1,
        range: { from: "2026-02-10T00:00:00Z", to: "2026-02-20T00:00:00Z" }) { pageInfo { startCursor } } }`,
      { filter },
    );
    const opened = await rig.open('/log?last=PT12H&dense=1', { viewport: { width: 1280, height: 2_800 } });
    const { page } = opened;
    const followed: unknown[] = [];
    // As if the page had slept since that day: the cursor from which it goes on is an old one.
    await page.route('**/graphql', async (route) => {
      const asked = route.request().postDataJSON() as { variables: Record<string, unknown> };
      if (asked.variables['resumeFrom'] === undefined) return route.continue();
      followed.push(asked.variables['filter']);
      const variables = { ...asked.variables, resumeFrom: data.timeline.pageInfo.startCursor };
      return route.continue({ postData: JSON.stringify({ ...asked, variables }) });
    });
    const live = page.getByRole('switch', { name: /Live/ });
    await live.click();
    await live.getByText('connected').waitFor();
    expect(rig.cutStreams()).toBe(1);
    const show = page.getByRole('button', { name: /gaps?: show$/ });
    await show.waitFor();
    expect(followed[0]).toEqual(filter);
    expect(await page.locator('.list-row[data-kind="gap"]').count()).toBe(0);
    await show.click();
    const gap = page.locator('.list-row[data-kind="gap"]', {
      hasText: 'The scan stopped at its bound of 100 rows',
    });
    const told = await gap.innerText();
    expect(await opened.findViolations()).toEqual([]);
    await gap.click();
    await expect.poll(() => new URL(page.url()).searchParams.get('from')).not.toBeNull();
    const { searchParams } = new URL(page.url());
    const write = (key: string) =>
      new Date(searchParams.get(key) ?? '').toLocaleString('en-GB', {
        day: '2-digit',
        month: 'short',
        hour: '2-digit',
        minute: '2-digit',
        timeZone: 'UTC',
      });
    expect(told).toContain(`from ${write('from').replace(',', '')} – ${write('to').replace(',', '')}. `);
    // What the browser itself says of the cut.
    expect(opened.problems.filter((each) => !/graphql$|ERR_INCOMPLETE_CHUNKED/.test(each))).toEqual([]);
    await opened.close();
  }, 120_000);

  test('a range with a fixed end is not followed, and the way out is offered', async () => {
    rig = await startConsole();
    const opened = await rig.open('/events?from=2026-03-03T00:00:00Z&to=2026-03-04T00:00:00Z&live=1');
    const { page } = opened;
    await page.getByText('Live needs a range that ends now').waitFor();
    await page.getByRole('button', { name: 'Follow the last hour' }).click();
    await page.getByRole('switch').getByText('connected').waitFor();
    expect(page.url()).toContain('last=PT1H');
    expect(page.url()).not.toContain('from=');
    await opened.close();
  }, 60_000);
});
