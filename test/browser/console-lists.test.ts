import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NOW_MS, PATIENT } from '../support/running-app.ts';
import { hasChromium, startConsole } from './console-rig.ts';
import type { ConsoleRig, OpenedPage } from './console-rig.ts';

const ADDRESS = '45.67.89.178';
/** The days that all rows of the sandbox lie in. */
const ALL = 'last=P29D';

const rowsOf = (page: Page) => page.locator('[role="row"][data-id]');
const idsOf = (page: Page): Promise<(string | null)[]> =>
  rowsOf(page).evaluateAll((rows) =>
    rows
      .toSorted(
        (one, other) =>
          Number(one.getAttribute('aria-rowindex')) - Number(other.getAttribute('aria-rowindex')),
      )
      .map((row) => row.getAttribute('data-id')),
  );
const findAnswer = (opened: OpenedPage, name: string) =>
  opened.answers.findLast((answer) => answer.name === name);
const chip = (page: Page, words: string) => page.locator('.chip', { hasText: words });

async function type(page: Page, line: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Filter' }).fill(line);
  await page.keyboard.press('Enter');
}

/** Waits until the list has answered for the address as it is now. */
const untilAnswered = (opened: OpenedPage, name: string, filter: object) =>
  expect
    .poll(() => opened.answers.findLast((answer) => answer.name === name)?.variables['filter'], {
      timeout: 15_000,
    })
    .toEqual(filter);

describe.runIf(hasChromium)('the lists of the console', () => {
  let rig: ConsoleRig;

  beforeAll(async () => {
    rig = await startConsole({ usageRows: 3_000, eventsRows: 900 }, PATIENT);
  }, 60_000);
  afterAll(() => rig?.close());

  const walk = async (field: string, filter: string, of = ''): Promise<string[]> => {
    const ids: string[] = [];
    let after: string | null = null;
    for (;;) {
      const asked: {
        data: Record<
          string,
          { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } }
        >;
      } = await rig.running.ask(
        `query ($after: String) { ${field}(range: { last: "P29D" }, ${filter} first: 500, after: $after) { nodes { id ${of} } pageInfo { hasNextPage endCursor } } }`,
        { after },
      );
      const page = asked.data[field];
      if (!page) throw new Error(`no ${field}`);
      ids.push(...page.nodes.map(({ id }) => id));
      if (!page.pageInfo.hasNextPage) return ids;
      after = page.pageInfo.endCursor;
    }
  };

  test.each([
    ['/log', 'CallsPage', 'status:failed', 'status=failed', { status: 'FAILED' }],
    ['/log', 'CallsPage', 'element:sfdc', 'element=sfdc', { elementKeys: ['sfdc'] }],
    ['/log', 'CallsPage', 'api:contacts', 'api=contacts', { elementApis: ['contacts'] }],
    ['/log', 'CallsPage', 'user:1004', 'user=1004', { userIds: ['1004'] }],
    ['/log', 'CallsPage', 'account:1', 'account=1', { accountIds: ['1'] }],
    ['/log', 'CallsPage', 'instance:100', 'instance=100', { instanceIds: ['100'] }],
    ['/log', 'CallsPage', `ip:${ADDRESS}`, `ip=${ADDRESS}`, { ipAddress: ADDRESS }],
    ['/log', 'CallsPage', 'tag:production', 'tag=production', { tags: ['production'] }],
    ['/log', 'CallsPage', 'hub:crm', 'hub=crm', { hub: 'crm' }],
    ['/log', 'CallsPage', 'code:5xx', 'code=5xx', { responseStatus: { gte: 500, lt: 600 } }],
    ['/log', 'CallsPage', 'time:>=500', 'time=500..', { processTime: { gte: 500 } }],
    ['/log', 'CallsPage', 'q:contacts', 'q=contacts', { searchText: 'contacts' }],
    [
      '/events',
      'EventsPage',
      'category:authentication',
      'category=authentication',
      { category: { eq: 'authentication' } },
    ],
    [
      '/events',
      'EventsPage',
      'action:user-locked-out',
      'action=user-locked-out',
      { action: { eq: 'user-locked-out' } },
    ],
    ['/events', 'EventsPage', 'user:integration', 'user=integration', { username: { eq: 'integration' } }],
    ['/events', 'EventsPage', `ip:${ADDRESS}`, `ip=${ADDRESS}`, { ipAddress: ADDRESS }],
    ['/events', 'EventsPage', 'q:locked', 'q=locked', { searchText: 'locked' }],
    [
      '/events',
      'EventsPage',
      '-category:authentication',
      'not=category:authentication',
      { not: { category: { eq: 'authentication' } } },
    ],
    ['/timeline', 'TimelinePage', `ip:${ADDRESS}`, `ip=${ADDRESS}`, { ipAddress: ADDRESS }],
    [
      '/timeline',
      'TimelinePage',
      'user:integration',
      'user=integration',
      { sources: ['EVENTS'], events: { username: { eq: 'integration' } } },
    ],
  ] as const)(
    '%s: %s is asked as the graph asks it for %s, and the rows are those of the graph',
    async (path, name, line, search, filter) => {
      const opened = await rig.open(`${path}?${ALL}`);
      const { page } = opened;
      await type(page, line);
      await page.waitForURL((url) => url.search.includes(search));
      await untilAnswered(opened, name, filter);
      await opened.settle();
      const answer = findAnswer(opened, name);
      const [field = ''] = Object.keys(answer?.data ?? {});
      const connection = answer?.data?.[field] as { nodes: { id: string }[] };
      const wanted = await rig.running.ask<Record<string, { nodes: { id: string }[] }>>(
        `query ($filter: ${{ CallsPage: 'UsageRecordFilter', EventsPage: 'EventFilter', TimelinePage: 'TimelineFilter' }[name]}, $range: DateTimeRange) { ${field}(range: $range, filter: $filter, first: 100) { nodes { id } } }`,
        { filter, range: answer?.variables['range'] },
      );
      expect(connection.nodes.map(({ id }) => id)).toEqual(wanted.data[field]?.nodes.map(({ id }) => id));
      expect(connection.nodes.length).toBeGreaterThan(0);
      if (path !== '/timeline') {
        const shown = await idsOf(page);
        expect(shown.slice(0, 5)).toEqual(
          connection.nodes
            .slice(0, shown.length)
            .map(({ id }) => id)
            .slice(0, 5),
        );
      }
      expect(opened.problems).toEqual([]);
      await opened.close();
    },
  );

  test('two values of a key mean any of them, back undoes one, and Backspace removes the last', async () => {
    const opened = await rig.open(`/log?${ALL}`);
    const { page } = opened;
    await type(page, 'element:sfdc');
    await untilAnswered(opened, 'CallsPage', { elementKeys: ['sfdc'] });
    await type(page, 'element:twilio');
    await untilAnswered(opened, 'CallsPage', { elementKeys: ['sfdc', 'twilio'] });
    await page.goBack();
    await untilAnswered(opened, 'CallsPage', { elementKeys: ['sfdc'] });
    await chip(page, 'sfdc').waitFor();
    expect(await chip(page, 'twilio').count()).toBe(0);
    await page.getByRole('combobox', { name: 'Filter' }).press('Backspace');
    await untilAnswered(opened, 'CallsPage', {});
    expect(await page.locator('.chip').count()).toBe(0);
    await opened.close();
  });

  test('a bad value in the address is named, and the list is not read', async () => {
    const opened = await rig.open(`/log?${ALL}&status=late`);
    expect(await opened.page.getByRole('alert').textContent()).toContain('failed or success');
    expect(opened.answers.filter(({ name }) => name === 'CallsPage')).toEqual([]);
    await opened.page.getByRole('button', { name: 'Remove status: late' }).click();
    await rowsOf(opened.page).first().waitFor();
    await opened.close();
  });

  test('a link to another day shows that day, with its conditions and columns', async () => {
    const from = new Date(NOW_MS - 10 * 86_400_000).toISOString();
    const to = new Date(NOW_MS - 9 * 86_400_000).toISOString();
    const opened = await rig.open(`/log?from=${from}&to=${to}&status=success&cols=time,element&dense=1`);
    await rowsOf(opened.page).first().waitFor();
    expect(findAnswer(opened, 'CallsPage')?.variables).toMatchObject({
      range: { from, to },
      filter: { status: 'SUCCESS' },
    });
    expect(await opened.page.getByRole('columnheader').allTextContents()).toEqual(['Time', 'Element']);
    expect(await rowsOf(opened.page).count()).toBeGreaterThan(5);
    await opened.close();
  });

  test('a scroll through all pages shows each row once, in the order of the graph, with few rows in the page', async () => {
    const wanted = await walk('usageRecords', '');
    const opened = await rig.open(`/log?${ALL}&dense=1`);
    const { page } = opened;
    const scroller = page.locator('.list-scroll');
    const seen = new Map<number, string>();
    let most = 0;
    let top = 0;
    const end = page.getByText('This is all of it');
    while ((await end.count()) === 0 || seen.size < wanted.length) {
      const shown = await rowsOf(page).evaluateAll((rows) =>
        rows.map(
          (row) => [Number(row.getAttribute('aria-rowindex')) - 2, row.getAttribute('data-id')] as const,
        ),
      );
      most = Math.max(most, await page.locator('[role="row"]').count());
      for (const [at, id] of shown) {
        if (seen.has(at)) expect(seen.get(at)).toBe(id);
        seen.set(at, id ?? '');
      }
      const height = await scroller.evaluate((element) => element.scrollHeight - element.clientHeight);
      const away = await page.locator('[data-kind="away"]').count();
      if (away === 0) top = Math.min(top + 400, height);
      // The rows of a place are there two frames after the scroll. Without the wait a slow machine skips some.
      await scroller.evaluate(
        (element, to) =>
          new Promise((resolve) => {
            element.scrollTo({ top: to });
            requestAnimationFrame(() => requestAnimationFrame(resolve));
          }),
        top,
      );
      if (top >= height && seen.size >= wanted.length) break;
    }
    expect([...seen].toSorted(([one], [other]) => one - other).map(([, id]) => id)).toEqual(wanted);
    expect(most).toBeLessThan(70);
    // Pages that were left are read again by their cursor.
    const before = opened.answers.length;
    await page.locator('[role="grid"]').press('Home');
    await expect.poll(async () => (await idsOf(page)).slice(0, 5)).toEqual(wanted.slice(0, 5));
    expect(opened.answers.length).toBeGreaterThan(before);
    expect(opened.problems).toEqual([]);
    await opened.close();
  }, 120_000);

  test('a menu counts its values only when it opens, and chooses several', async () => {
    const opened = await rig.open(`/events?${ALL}`);
    const { page } = opened;
    expect(findAnswer(opened, 'EventFacets')).toBeUndefined();
    await page.getByRole('button', { name: 'Category' }).click();
    const items = page.getByRole('menuitemcheckbox');
    await items.first().waitFor();
    await items.filter({ hasText: 'authentication' }).click();
    await items.filter({ hasText: 'role' }).click();
    await untilAnswered(opened, 'EventsPage', { category: { in: ['authentication', 'role'] } });
    await page.keyboard.press('Escape');
    expect(new URL(page.url()).searchParams.getAll('category')).toEqual(['authentication', 'role']);
    await opened.close();
  });

  test('the number of all rows is counted on demand, and says how exact it is', async () => {
    const opened = await rig.open(`/events?${ALL}`);
    const { page } = opened;
    const wanted = await walk('events', '');
    expect(findAnswer(opened, 'EventsTotal')).toBeUndefined();
    await page.getByRole('button', { name: 'Count' }).click();
    await page.getByText(`exactly ${wanted.length.toLocaleString('en-GB')} events`).waitFor();
    await opened.close();
  });

  test('by keyboard alone: a filter, a row, its details with related entries, the next one, and what happened around it', async () => {
    const opened = await rig.open(`/events?${ALL}`);
    const { page } = opened;
    await page.getByRole('combobox', { name: 'Filter' }).focus();
    await page.keyboard.type('action:user-locked-out');
    await page.keyboard.press('Enter');
    await untilAnswered(opened, 'EventsPage', { action: { eq: 'user-locked-out' } });
    await page.keyboard.type(`ip:${ADDRESS}`);
    await page.keyboard.press('Enter');
    await untilAnswered(opened, 'EventsPage', { action: { eq: 'user-locked-out' }, ipAddress: ADDRESS });
    await opened.settle();
    const grid = page.getByRole('grid');
    for (
      let step = 0;
      step < 20 && !(await grid.evaluate((element) => element === document.activeElement));
      step += 1
    )
      await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const drawer = page.getByRole('dialog');
    await drawer.getByText('user-locked-out').first().waitFor();
    expect(page.url()).toContain('open=');
    await drawer.getByRole('heading', { name: 'Calls within 5 minutes' }).waitFor();
    await opened.settle();
    const around = drawer.getByRole('link', { name: 'What happened around it' });
    for (
      let step = 0;
      step < 20 && !(await around.evaluate((element) => element === document.activeElement));
      step += 1
    )
      await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.pathname === '/timeline');
    expect(page.url()).toContain(`ip=${ADDRESS}`);
    await opened.settle();
    await page.locator('[role="row"]', { hasText: 'user-locked-out' }).first().waitFor();
    expect(opened.problems).toEqual([]);
    await opened.close();
  });

  test('the details of a lock-out say who logged in afterwards, in at most two vendor calls', async () => {
    const { data } = await rig.running.ask<{
      events: { nodes: { id: string; username: string; timestamp: string; action: string }[] };
    }>(
      `{ events(range: { last: "P29D" }, filter: { ipAddress: "${ADDRESS}",
          action: { in: ["user-locked-out", "user-login-success"] } }, first: 100) {
        nodes { id username timestamp action } } }`,
    );
    const oldestFirst = data.events.nodes.toReversed();
    const isSoon = (from: string, to: string) =>
      Date.parse(to) >= Date.parse(from) && Date.parse(to) <= Date.parse(from) + 3_600_000;
    const found = oldestFirst.flatMap((lockOut, at) => {
      const logIn = oldestFirst
        .slice(at + 1)
        .find((each) => each.action === 'user-login-success' && isSoon(lockOut.timestamp, each.timestamp));
      return lockOut.action === 'user-locked-out' && logIn ? [{ lockOut, logIn }] : [];
    });
    const [first] = found;
    if (!first) throw new Error('no lock-out was followed by a log-in');
    const opened = await rig.open(`/events?${ALL}&open=${first.lockOut.id}`);
    const panel = opened.page.getByRole('region', { name: 'Afterwards' });
    await panel.getByText('later').first().waitFor();
    const answer = opened.answers.find(({ name }) => name === 'Afterwards');
    const calls = answer?.vendorCalls.reduce((sum, each) => sum + each.calls, 0);
    expect(calls).toBeLessThanOrEqual(2);
    expect(await panel.innerText()).toContain(first.logIn.username);
    expect(await opened.findViolations()).toEqual([]);
    await panel.getByRole('button', { name: 'logged in from the same address' }).first().click();
    await expect.poll(() => new URL(opened.page.url()).searchParams.get('open')).toBe(first.logIn.id);
    expect(opened.problems).toEqual([]);
    await opened.close();
  });

  test('conditions go along to the pages that know them, and the others come back with their page', async () => {
    const opened = await rig.open(`/log?${ALL}&ip=${ADDRESS}&status=failed`);
    const { page } = opened;
    const tab = (name: string) => page.getByRole('navigation').getByRole('link', { name }).click();
    const searchOf = () => new URL(page.url()).searchParams;
    await tab('Events');
    await page.waitForURL((url) => url.pathname === '/events');
    expect([searchOf().get('ip'), searchOf().get('status')]).toEqual([ADDRESS, null]);
    const note = page.getByText(
      'Not applied here, because this page does not know it: status: failed (calls)',
    );
    await note.waitFor();
    await untilAnswered(opened, 'EventsPage', { ipAddress: ADDRESS });
    expect(await opened.findViolations()).toEqual([]);
    // A change within the page leaves what was set aside.
    await chip(page, ADDRESS).getByRole('button').click();
    await expect.poll(() => searchOf().get('ip')).toBeNull();
    await note.waitFor();
    await tab('Overview');
    await note.waitFor();
    await tab('Calls');
    await page.waitForURL((url) => url.pathname === '/log');
    expect([searchOf().get('ip'), searchOf().get('status')]).toEqual([null, 'failed']);
    await expect.poll(() => note.count()).toBe(0);
    await tab('Events');
    await page.getByRole('button', { name: 'Forget it' }).click();
    await expect.poll(() => note.count()).toBe(0);
    await tab('Calls');
    await page.waitForURL((url) => url.pathname === '/log');
    expect(searchOf().get('status')).toBeNull();
    expect(opened.problems).toEqual([]);
    await opened.close();
  });

  test('j and k go through the entries with the details open, and a link to one opens it', async () => {
    const opened = await rig.open(`/log?${ALL}`);
    const { page } = opened;
    const [first, second] = await idsOf(page);
    await rowsOf(page).first().click();
    await page.getByRole('dialog').getByText('Who, and from where').waitFor();
    expect(new URL(page.url()).searchParams.get('open')).toBe(first);
    await page.keyboard.press('j');
    await expect.poll(() => new URL(page.url()).searchParams.get('open')).toBe(second);
    await page.keyboard.press('k');
    await expect.poll(() => new URL(page.url()).searchParams.get('open')).toBe(first);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    await opened.close();
    const linked = await rig.open(`/log?${ALL}&open=${second}`);
    await linked.page.getByRole('dialog').getByText('Who, and from where').waitFor();
    await linked.page.getByText('within 5 minutes').waitFor();
    await linked.close();
  });

  test('an entry says where later ones are, and its user and address lead to their timelines', async () => {
    const { page, problems, close } = await rig.open(`/events?${ALL}&action=user-locked-out`);
    for (const [place, key] of [
      [0, 'user'],
      [1, 'ip'],
    ] as const) {
      await rowsOf(page).first().click();
      const drawer = page.getByRole('dialog');
      await drawer.getByText('What came later, up to an hour after').waitFor();
      const link = drawer.locator('dl.fields a').nth(place);
      const value = await link.innerText();
      await link.click();
      await page.waitForURL((url) => url.pathname === '/timeline');
      expect(new URL(page.url()).searchParams.get(key)).toBe(value);
      expect(new URL(page.url()).searchParams.get('last')).toBe('P29D');
      await chip(page, value).waitFor();
      await rowsOf(page).first().waitFor();
      await page.goBack();
      await page.goBack();
    }
    expect(problems).toEqual([]);
    await close();
  });

  test('a list with further pages is complete so far, and its sheet says back to when and keeps off the rail', async () => {
    const opened = await rig.open(`/log?${ALL}`);
    const { page } = opened;
    await page.getByRole('button', { name: 'Complete so far' }).click();
    await page.getByText(/^All of what was read so far, back to .*\. Scroll on to read more\.$/).waitFor();
    const rail = await page.getByRole('navigation', { name: 'Pages' }).boundingBox();
    const sheet = await page.getByRole('dialog').boundingBox();
    expect(sheet?.x).toBeGreaterThanOrEqual((rail?.x ?? 0) + (rail?.width ?? 0));
    await opened.close();
  });

  test('the timeline of an address tells equal entries as one line, which opens', async () => {
    const opened = await rig.open(
      `/timeline?from=2026-03-04T09:30:00Z&to=2026-03-04T10:10:00Z&ip=${ADDRESS}`,
    );
    const { page } = opened;
    const run = page.locator('[data-kind="run"]').first();
    const words = await run.textContent();
    const before = await rowsOf(page).count();
    await run.click();
    await expect.poll(() => rowsOf(page).count()).toBeGreaterThan(before);
    expect(words).toMatch(/\d+ ×/);
    await page.getByRole('grid').press('End');
    await page.locator('[data-kind="quiet"]', { hasText: 'without an entry' }).first().waitFor();
    await opened.close();
  });

  test.each([
    ['filtered away', `/log?${ALL}&element=none-such`, 'meet all conditions'],
    ['outside the retention', '/log?from=2025-06-01T00:00:00Z&to=2025-06-02T00:00:00Z', 'keeps its rows'],
    [
      'nothing there',
      '/events?from=2025-06-01T00:00:00Z&to=2025-06-02T00:00:00Z',
      'There are no events in this range',
    ],
  ])('an empty list says why: %s', async (_why, path, words) => {
    const opened = await rig.open(path);
    await opened.page.getByText(words).waitFor();
    expect(await opened.findViolations()).toEqual([]);
    await opened.close();
  });

  for (const colorScheme of ['light', 'dark'] as const)
    test.each(['/log?last=P7D&status=failed', '/events?last=P7D', `/timeline?last=P7D&ip=${ADDRESS}`])(
      `%s has no violation in ${colorScheme}, with its details and its menu open`,
      async (path) => {
        const opened = await rig.open(path, { colorScheme });
        const { page } = opened;
        expect(await opened.findViolations()).toEqual([]);
        await page.locator('[role="row"][data-id]').first().click();
        await page.getByRole('dialog').getByText('Who, and from where').waitFor();
        await opened.settle();
        expect(await opened.findViolations()).toEqual([]);
        await page.keyboard.press('Escape');
        await page.locator('.facet').first().click();
        await page.getByRole('menu').waitFor();
        await opened.settle();
        expect(await opened.findViolations()).toEqual([]);
        expect(opened.problems).toEqual([]);
        await opened.close();
      },
    );

  test.each(['/log?last=P7D&status=failed', '/events?last=P7D', `/timeline?last=P7D&ip=${ADDRESS}`])(
    '%s fits 360 pixels, with its details',
    async (path) => {
      const opened = await rig.open(path, { viewport: { width: 360, height: 740 } });
      expect(await opened.findOverflow()).toBe(0);
      await rowsOf(opened.page).first().click();
      await opened.page.getByRole('dialog').getByText('Who, and from where').waitFor();
      expect(await opened.findOverflow()).toBe(0);
      await opened.close();
    },
  );
});
