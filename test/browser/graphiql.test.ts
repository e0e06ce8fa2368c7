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
if (executablePath === undefined) console.warn('Chromium is not installed: GraphiQL is not tested here.');

describe.runIf(executablePath !== undefined)('GraphiQL in a browser', () => {
  const told: string[] = [];
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
      if (message.type() === 'error' || message.type() === 'warning') told.push(message.text());
    });
    page.on('pageerror', (error) => told.push(error.message));
    page.on('requestfailed', (request) => told.push(`failed: ${request.url()}`));
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.protocol !== 'blob:' && url.origin !== server.url) told.push(`elsewhere: ${request.url()}`);
    });
    page.on('response', (response) => {
      const [, name] = /query (\w+)/.exec(response.request().postData() ?? '') ?? [];
      if (name === undefined) return;
      const note = (body: object) =>
        answers.set(name, { status: response.status(), parts: Object.keys(body) });
      response.json().then(note, (error: unknown) => told.push(String(error)));
    });
    await page.goto(`${server.url}/graphql`);
    await page.locator('.graphiql-execute-button').waitFor();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close(0);
    await running?.close();
  });

  test('every example is a tab that a click opens, and that runs', async () => {
    const examples = await readExamples();
    const tabs = page.locator('.graphiql-tab-button');
    // While an answer is under way the same button stops it.
    const run = page.locator('.graphiql-execute-button[aria-label^="Execute"]');
    const titles = await tabs.allTextContents();
    expect(titles).toHaveLength(examples.length);
    for (const [at, title] of titles.entries()) {
      await tabs.nth(at).click();
      // The tab first, then its editor, which Monaco writes with spaces of its own.
      await page.locator('.graphiql-tab-active', { hasText: title }).waitFor({ timeout: 5_000 });
      const written = new RegExp(`query\\s${title}\\b`);
      await page.locator('.view-lines', { hasText: written }).first().waitFor({ timeout: 5_000 });
      // GraphiQL learns a moment later which operation a tab holds, and refuses to run it until then.
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

  test('nothing is fetched from elsewhere, and the console stays quiet', () => {
    expect(told).toEqual([]);
  });
});
