import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NOW_MS, PATIENT } from '../support/running-app.ts';
import { hasChromium, startConsole } from './console-rig.ts';
import type { ConsoleRig } from './console-rig.ts';

/** `SCROLL_ROWS=100000` scrolls through as many. */
const ROWS = Number(process.env['SCROLL_ROWS'] ?? 20_000);
/** When the list has found its size: what grows from here on grows with the number of rows. */
const EARLY = ROWS / 5;
const MOST_GROWTH_BYTES = 8_000_000;

interface CallsAnswer {
  readonly data: {
    readonly usageRecords: {
      nodes: readonly Readonly<Record<string, unknown>>[];
      pageInfo: { hasNextPage: boolean; endCursor: string | null };
    };
  };
}

/** Answers the pages of the list with rows that have their place as their id. All else is the service's. */
async function answerManyRows(page: Page): Promise<void> {
  let model: CallsAnswer | null = null;
  await page.route('**/graphql', async (route) => {
    const asked = route.request().postDataJSON() as {
      query: string;
      variables: { after?: string; first: number };
    } | null;
    if (!asked?.query.includes('query CallsPage')) return route.continue();
    model ??= (await (await route.fetch()).json()) as CallsAnswer;
    const from = Number(asked.variables.after ?? 0);
    const to = Math.min(ROWS, from + asked.variables.first);
    const { nodes } = model.data.usageRecords;
    const rows = Array.from({ length: to - from }, (_, at) => ({
      ...nodes[at % nodes.length],
      id: String(from + at),
      timestamp: new Date(NOW_MS - (from + at) * 1_000).toISOString(),
    }));
    const usageRecords = {
      ...model.data.usageRecords,
      nodes: rows,
      pageInfo: { hasNextPage: to < ROWS, endCursor: String(to) },
    };
    await route.fulfill({ json: { ...model, data: { usageRecords } } });
  });
}

interface Scrolled {
  readonly seen: number;
  /** Rows that stood at a place that is not theirs. */
  readonly wrong: number;
  readonly mostRows: number;
}

/** Scrolls in the page until it has shown `until` rows, and looks at each row that it shows. */
const scrollTo = (page: Page, until: number): Promise<Scrolled> =>
  page.evaluate(
    async ({ total, goal }) => {
      const state = globalThis as unknown as { seenRows?: Uint8Array };
      const seen = (state.seenRows ??= new Uint8Array(total));
      const scroller = document.querySelector('.list-scroll');
      if (!scroller) throw new Error('There is no list.');
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      let [count, wrong, mostRows] = [seen.reduce((sum, each) => sum + each, 0), 0, 0];
      // A list that has lost a row never gets to its goal.
      let [idle, before] = [0, count];
      while (count < goal && idle < 3_000) {
        const rows = [...scroller.querySelectorAll<HTMLElement>('[role="row"][aria-rowindex]')].slice(1);
        mostRows = Math.max(mostRows, rows.length);
        let last = 0;
        for (const row of rows) {
          const at = Number(row.getAttribute('aria-rowindex')) - 2;
          const { id } = row.dataset;
          if (id === undefined) continue;
          if (Number(id) !== at) wrong += 1;
          else if (seen[at] === 0) {
            seen[at] = 1;
            count += 1;
          }
          last = Math.max(last, at);
        }
        const isAway = rows.some((row) => row.dataset['id'] === undefined);
        // The next rows begin where these end, so that none is passed without a look.
        if (!isAway) scroller.scrollTo({ top: Math.max(scroller.scrollTop, (last - 20) * 26) });
        idle = count > before ? 0 : idle + 1;
        before = count;
        await frame();
      }
      return { seen: count, wrong, mostRows };
    },
    { total: ROWS, goal: until },
  );

async function measure(session: CDPSession): Promise<{ heap: number; nodes: number }> {
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const find = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? 0;
  return { heap: find('JSHeapUsedSize'), nodes: find('Nodes') };
}

describe.runIf(hasChromium)('a list of very many rows', () => {
  let rig: ConsoleRig;

  beforeAll(async () => {
    rig = await startConsole({ usageRows: 600, eventsRows: 100 }, PATIENT);
  }, 120_000);
  afterAll(() => rig?.close());

  test('shows each row once, at its place, with few elements, in memory that does not grow', async () => {
    const opened = await rig.open('/');
    const { page } = opened;
    await answerManyRows(page);
    await page.setViewportSize({ width: 1280, height: 3_000 });
    await page.goto(`${rig.url}/log?last=P29D&dense=1`);
    await opened.settle();
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    const early = await scrollTo(page, EARLY);
    const before = await measure(session);
    const late = await scrollTo(page, ROWS);
    const after = await measure(session);
    expect(late).toMatchObject({ seen: ROWS, wrong: 0 });
    expect(early.wrong).toBe(0);
    expect(late.mostRows).toBeLessThan(200);
    expect(after.heap - before.heap).toBeLessThan(MOST_GROWTH_BYTES);
    expect(after.nodes - before.nodes).toBeLessThan(2_000);
    await page.getByText('This is all of it').waitFor();
    await page.locator('[role="grid"]').press('Home');
    await page.locator('[role="row"][data-id="0"]').waitFor();
    expect(opened.problems).toEqual([]);
    await opened.close();
  }, 1_200_000);
});
