import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { cpus, loadavg, platform, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { writeConsole } from '../bin/write-console.ts';
import { startServer } from '../src/http/server.ts';
import { startApp } from '../test/support/running-app.ts';

// How quick the console is in a real browser, and how large. It only reports: the tests assert what does not depend on the machine.

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '120000' },
    scroll: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '3' },
  },
});
const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
if (executablePath === undefined) throw new Error('Install Chromium: the bench measures in a real browser.');

const rounds = Number(values.rounds);
const median = (figures: readonly number[]): number =>
  figures.toSorted((a, b) => a - b)[figures.length >> 1] ?? NaN;
const at = (figures: readonly number[], share: number): number =>
  figures.toSorted((a, b) => a - b)[Math.min(figures.length - 1, Math.floor(figures.length * share))] ?? NaN;
const print = (name: string, ...cells: readonly (number | string)[]): void =>
  console.log(
    `| ${[name, ...cells.map((cell) => (typeof cell === 'number' ? Math.round(cell) : cell))].join(' | ')} |`,
  );

/** Prints the size of each file, in KB of Brotli, those of the first load first. */
async function reportSizes(folder: string): Promise<void> {
  const page = await readFile(join(folder, 'index.html'), 'utf8');
  const names = await readdir(join(folder, 'assets'));
  const sizes = await Promise.all(
    names
      .filter((name) => /\.(js|css)$/.test(name))
      .map(async (name) => ({
        name,
        kb: (await readFile(join(folder, 'assets', `${name}.br`))).length / 1024,
        isFirst: page.includes(name),
      })),
  );
  console.log('\n| part | KB (Brotli) | loaded |\n| --- | --: | --- |');
  for (const { name, kb, isFirst } of sizes.toSorted(
    (a, b) => Number(b.isFirst) - Number(a.isFirst) || b.kb - a.kb,
  ))
    print(name.replace(/-[0-9a-f]{8}(?=\.)/, ''), kb.toFixed(1), isFirst ? 'at first' : 'on demand');
  const first = sizes.filter(({ isFirst }) => isFirst).reduce((sum, { kb }) => sum + kb, 0);
  print('all of the first load', first.toFixed(1), '');
}

interface Noted {
  longTaskEnd: number;
  events: { name: string; ms: number }[];
}

/** Notes long tasks and slow events in each page, from its first script on. */
async function open(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, timezoneId: 'UTC' });
  await context.addInitScript(() => {
    const noted: Noted = { longTaskEnd: 0, events: [] };
    Object.assign(globalThis, { noted });
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) noted.longTaskEnd = startTime + duration;
    }).observe({ type: 'longtask', buffered: true });
    new PerformanceObserver((list) => {
      for (const { name, duration } of list.getEntries()) noted.events.push({ name, ms: duration });
    }).observe({ type: 'event', durationThreshold: 16, buffered: true } as PerformanceObserverInit);
  });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  await page.goto(url);
  return page;
}

/** Waits until no panel waits for an answer. Returns when that was, in milliseconds from the start of the page. */
async function settle(page: Page): Promise<number> {
  await page.locator('#main > *').first().waitFor();
  for (;;) {
    const [waiting, ms] = await page.evaluate(
      () => [document.querySelectorAll('[aria-busy="true"], .skeleton').length, performance.now()] as const,
    );
    if (waiting === 0) return ms;
  }
}

const readNoted = (page: Page): Promise<Noted> =>
  page.evaluate(() => (globalThis as unknown as { noted: Noted }).noted);

async function reportLoads(browser: Browser, url: string): Promise<void> {
  const loads: { paint: number; interactive: number; whole: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const page = await open(browser, `${url}/`);
    const whole = await settle(page);
    const paint = await page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    );
    loads.push({ paint, interactive: Math.max(paint, (await readNoted(page)).longTaskEnd), whole });
    await page.context().close();
  }
  print('first contentful paint', median(loads.map(({ paint }) => paint)));
  print(
    'time to interactive (the last long task has ended)',
    median(loads.map(({ interactive }) => interactive)),
  );
  print('all panels of the overview are answered', median(loads.map(({ whole }) => whole)));
}

const ACTS: readonly (readonly [name: string, path: string, act: (page: Page) => Promise<void>])[] = [
  ['open a menu of a filter', '/log', (page) => page.locator('.facet').first().click()],
  ['open the commands', '/log', (page) => page.keyboard.press('Control+k')],
  [
    'add a condition',
    '/log',
    async (page) => {
      await page.getByRole('combobox', { name: 'Filter' }).fill('status:failed');
      await page.keyboard.press('Enter');
    },
  ],
  ['open the details of a row', '/log', (page) => page.locator('[role="row"][data-id]').first().click()],
  ['switch to another page', '/', (page) => page.getByRole('link', { name: 'Calls', exact: true }).click()],
];

/** From the input to the next frame, as the browser itself measures it. A delay under 16 ms is not noted. */
async function reportDelays(browser: Browser, url: string): Promise<void> {
  for (const [name, path, act] of ACTS) {
    const delays: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const page = await open(browser, url + path);
      await settle(page);
      await page.evaluate(() => ((globalThis as unknown as { noted: Noted }).noted.events.length = 0));
      await act(page);
      await settle(page);
      const { events } = await readNoted(page);
      delays.push(Math.max(0, ...events.map(({ ms }) => ms)));
      await page.context().close();
    }
    const delay = median(delays);
    print(name, delay < 16 ? 'under 16' : delay);
  }
}

/** Scrolls as a wheel does, one step each frame, through `Number(values.scroll)` rows. */
async function reportScroll(browser: Browser, url: string): Promise<void> {
  const page = await open(browser, `${url}/log?last=P29D&dense=1`);
  await settle(page);
  const { frames, rows, places, mostRows } = await page.evaluate(async (goal) => {
    const scroller = document.querySelector('.list-scroll');
    if (!scroller) throw new Error('There is no list.');
    const frame = () => new Promise<number>((done) => requestAnimationFrame(done));
    const byPlace = new Map<number, string>();
    const lengths: number[] = [];
    let most = 0;
    let before = await frame();
    while (byPlace.size < goal) {
      const shown = [...scroller.querySelectorAll<HTMLElement>('[role="row"][data-id]')];
      most = Math.max(most, shown.length);
      for (const row of shown)
        byPlace.set(Number(row.getAttribute('aria-rowindex')), row.dataset['id'] ?? '');
      if (!scroller.querySelector('[data-kind="away"]')) scroller.scrollBy({ top: 260 });
      const now = await frame();
      lengths.push(now - before);
      before = now;
    }
    return { frames: lengths, rows: new Set(byPlace.values()).size, places: byPlace.size, mostRows: most };
  }, Number(values.scroll));
  print(`frame while ${places} rows scroll by: median`, at(frames, 0.5));
  print('… p95', at(frames, 0.95));
  print('… longest', Math.max(...frames));
  print('rows at these places, and most in the page at once', `${rows}; ${mostRows}`);
  await page.context().close();
}

const folder = await mkdtemp(join(tmpdir(), 'sightline-console-'));
await writeConsole(resolve(import.meta.dirname, '..'), folder);
const running = await startApp(
  { usageRows: Number(values.rows), eventsRows: Number(values.rows) / 5, arrivals: false, nowMs: Date.now() },
  { SIGHTLINE_CONSOLE: folder, SIGHTLINE_RATE_CAPACITY: '0' },
);
const { handle } = running.app;
const server = await startServer({
  host: '127.0.0.1',
  port: 0,
  handle: (request, response) => void handle(request, response),
});
const browser = await chromium.launch({
  executablePath,
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
});
try {
  const [cpu] = cpus();
  console.log(
    `${new Date().toISOString().slice(0, 10)}, ${browser.version()}, ${cpu?.model.trim()}, ${cpus().length} cores, ${platform()}, load average ${loadavg()[0]?.toFixed(1)} before; ${rounds} rounds.`,
  );
  await reportSizes(folder);
  console.log('\n| what | ms |\n| --- | --: |');
  await reportLoads(browser, server.url);
  await reportDelays(browser, server.url);
  await reportScroll(browser, server.url);
} finally {
  await browser.close();
  await server.close(0);
  await running.close();
  await rm(folder, { recursive: true });
}
