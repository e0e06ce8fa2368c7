import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readExamples } from '../../src/http/pages.ts';
import { startServer } from '../../src/http/server.ts';
import type { RunningServer } from '../../src/http/server.ts';
import { startApp } from '../support/running-app.ts';
import type { RunningApp } from '../support/running-app.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
if (executablePath === undefined)
  console.warn('Chromium is not installed: the tests of GraphiQL are skipped.');

describe.runIf(executablePath !== undefined)('GraphiQL in a browser', () => {
  const problems: string[] = [];
  const answers = new Map<string, { readonly status: number; readonly parts: readonly string[] }>();
  let running: RunningApp;
  let server: RunningServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    running = await startApp();
    const handle = running.app.handle;
    server = await startServer({
      host: '127.0.0.1',
      port: 0,
      handle: (request, response) => void handle(request, response),
    });
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('requestfailed', (request) => problems.push(`failed: ${request.url()}`));
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.protocol !== 'blob:' && url.origin !== server.url) problems.push(`elsewhere: ${request.url()}`);
    });
    page.on('response', (response) => {
      const [, name] = /query (\w+)/.exec(response.request().postData() ?? '') ?? [];
      if (name === undefined) return;
      const note = (body: object) =>
        answers.set(name, { status: response.status(), parts: Object.keys(body) });
      response.json().then(note, (error: unknown) => problems.push(String(error)));
    });
    await page.goto(`${server.url}/graphql`);
    await page.locator('.graphiql-execute-button').waitFor();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close(0);
    await running?.close();
  });

  test('every example has a tab, and runs', async () => {
    const examples = await readExamples();
    const tabs = page.locator('.graphiql-tab-button');
    // During an operation the same button stops it.
    const run = page.locator('.graphiql-execute-button[aria-label^="Execute"]');
    const titles = await tabs.allTextContents();
    expect(titles).toHaveLength(examples.length);
    for (const [at, title] of titles.entries()) {
      await tabs.nth(at).click();
      // First the tab, then the text of its editor. Monaco renders other spaces, so the pattern allows any.
      await page.locator('.graphiql-tab-active', { hasText: title }).waitFor({ timeout: 5_000 });
      const written = new RegExp(`query\\s${title}\\b`);
      await page.locator('.view-lines', { hasText: written }).first().waitFor({ timeout: 5_000 });
      // GraphiQL needs a moment to find the operation of a tab, and refuses to run it until then.
      const press = async () => {
        await run.click();
        await run.waitFor();
        return answers.get(title);
      };
      await expect
        .poll(press, { timeout: 15_000, interval: 200 })
        .toEqual({ status: 200, parts: ['data', 'extensions'] });
    }
  }, 60_000);

  test.each(['a first', 'a later'])(
    'the link of an alert opens its question at %s visit',
    async (visit) => {
      const query =
        'query Linked($from: DateTime! = "2026-03-04T11:00:00Z") { events(range: { from: $from }, first: 1) { nodes { id } } }';
      const context = await browser.newContext();
      const opened = await context.newPage();
      if (visit === 'a later') {
        await opened.goto(`${server.url}/graphql`);
        await opened.locator('.graphiql-execute-button').waitFor();
      }
      await opened.goto(`${server.url}/graphql?query=${encodeURIComponent(query)}`);
      const shown = opened.locator('.view-lines', { hasText: /query\sLinked\b/ }).first();
      await shown.waitFor({ timeout: 15_000 });
      expect(await shown.isVisible()).toBe(true);
      await context.close();
    },
    60_000,
  );

  test('nothing is fetched from other origins, and the console has no errors or warnings', () => {
    expect(problems).toEqual([]);
  });
});
