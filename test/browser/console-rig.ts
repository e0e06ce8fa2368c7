import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page, Request } from 'playwright-core';
import { expect } from 'vitest';
import { writeConsole } from '../../bin/write-console.ts';
import type { AppOverrides } from '../../src/app.ts';
import { startServer } from '../../src/http/server.ts';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { startApp } from '../support/running-app.ts';
import type { RunningApp, UpstreamTally } from '../support/running-app.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
export const hasChromium: boolean = executablePath !== undefined;
if (!hasChromium) console.warn('Chromium is not installed: the tests of the console are skipped.');

const ROOT = resolve(import.meta.dirname, '../..');

/** An answer of the graph that the page got. */
export interface GraphAnswer {
  /** The name of the operation. */
  readonly name: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly status: number;
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly vendorCalls: readonly UpstreamTally[];
}

/** A page of the console in a browser of its own, with all that went wrong in it. */
export interface OpenedPage {
  readonly page: Page;
  /** Messages of the browser's console, uncaught errors, failed requests, and requests to other hosts. Expect none. */
  readonly problems: readonly string[];
  /** Answers in the order of their arrival, those of streams left out. */
  readonly answers: readonly GraphAnswer[];
  /** Waits until no panel waits for an answer, and all answers but those of streams are in `answers`. */
  settle(): Promise<void>;
  /** What axe finds against WCAG 2.2 AA and its best practices: `rule: selector`. Expect none. */
  findViolations(): Promise<readonly string[]>;
  /** By how many pixels the page is wider than the window. Expect 0. */
  findOverflow(): Promise<number>;
  close(): Promise<void>;
}

/** The service over its sandbox, with the console, behind HTTP. */
export interface ConsoleRig {
  readonly url: string;
  readonly running: RunningApp;
  /**
   * Opens a path such as `/log?last=P1D` in a fresh browser context, 1280 by 800 unless said otherwise, in the time zone UTC.
   *
   * @param enter gets past what stands before the page, such as the sign-in
   */
  open(
    path: string,
    context?: BrowserContextOptions,
    enter?: (opened: OpenedPage) => Promise<void>,
  ): Promise<OpenedPage>;
  /** Breaks the connections of all open streams, as a network does. Returns how many there were. */
  cutStreams(): number;
  close(): Promise<void>;
}

/** Bundles the console, and starts the service, its sandbox and the browser. `env` adds settings, and `overrides` replace parts such as the clock. */
export async function startConsole(
  options: Partial<SandboxOptions> = {},
  env: Readonly<Record<string, string>> = {},
  overrides: AppOverrides = {},
): Promise<ConsoleRig> {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-console-'));
  await writeConsole(ROOT, folder);
  const running = await startApp(options, { SIGHTLINE_CONSOLE: folder, ...env }, overrides);
  const { handle } = running.app;
  const streams = new Set<ServerResponse>();
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    handle(request, response) {
      if (isOfStream(request.headers.accept)) {
        streams.add(response);
        response.on('close', () => streams.delete(response));
      }
      void handle(request, response);
    },
    // A busy machine may take long to send what a page asks.
    headersTimeoutMs: 60_000,
    requestTimeoutMs: 60_000,
  });
  const browser = await chromium.launch({
    executablePath: executablePath ?? '',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  return {
    url: server.url,
    running,
    cutStreams() {
      const { size } = streams;
      for (const response of streams) response.destroy();
      return size;
    },
    open: (path, context, enter) => openPage(browser, server.url, path, context, enter),
    async close() {
      await browser.close();
      await server.close(0);
      await running.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** What lists and panels accept names the type of streams too, but not first. */
const isOfStream = (accept: string | undefined): boolean => accept?.startsWith('text/event-stream') ?? false;

async function openPage(
  browser: Browser,
  url: string,
  path: string,
  options: BrowserContextOptions = {},
  enter?: (opened: OpenedPage) => Promise<void>,
): Promise<OpenedPage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    timezoneId: 'UTC',
    ...options,
  });
  const page = await context.newPage();
  const problems: string[] = [];
  const answers: GraphAnswer[] = [];
  const pending = collect(page, url, problems, answers);
  page.setDefaultTimeout(60_000);
  const waiting = page.locator('[aria-busy="true"], .skeleton');
  const settle = async () => {
    await page.locator('#main > *').first().waitFor();
    // `waitForFunction` would compile text in the page, which the page's policy forbids.
    await expect.poll(async () => (await waiting.count()) + pending.size, { timeout: 60_000 }).toBe(0);
  };
  const opened: OpenedPage = {
    page,
    problems,
    answers,
    settle,
    findViolations: () => runAxe(page),
    findOverflow: () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    close: () => context.close(),
  };
  await page.goto(url + path);
  await enter?.(opened);
  await settle();
  return opened;
}

/** Fills `problems` and `answers`. Returns the questions whose answers are not in `answers` yet. */
function collect(page: Page, url: string, problems: string[], answers: GraphAnswer[]): ReadonlySet<Request> {
  let isOpen = true;
  const pending = new Set<Request>();
  page.on('close', () => (isOpen = false));
  page.on('console', (message) => problems.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('requestfailed', (request) => {
    pending.delete(request);
    // A panel that asks anew gives up its earlier question.
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') problems.push(`failed: ${request.url()}`);
  });
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (!['blob:', 'data:'].includes(protocol) && origin !== url)
      problems.push(`elsewhere: ${request.url()}`);
    const isStream = isOfStream(request.headers()['accept']);
    if (request.url() === `${url}/graphql` && request.postData() !== null && !isStream) pending.add(request);
  });
  page.on('response', (response) => {
    const request = response.request();
    const asked = request.postData();
    if (!response.headers()['content-type']?.includes('json') || asked === null) return;
    const { query, variables } = JSON.parse(asked) as { query: string; variables: GraphAnswer['variables'] };
    const [, name = ''] = /(?:query|mutation)\s+(\w+)/.exec(query) ?? [];
    const note = (body: { data?: GraphAnswer['data']; extensions?: { upstream?: UpstreamTally[] } }) =>
      answers.push({
        name,
        variables: variables ?? {},
        status: response.status(),
        data: body.data ?? null,
        vendorCalls: body.extensions?.upstream ?? [],
      });
    const read = response.json().then(note, (error: unknown) => {
      // The body of a question that the page has given up is gone.
      const isGone = String(error).includes('Network.getResponseBody');
      if (isOpen && !isGone) problems.push(String(error));
    });
    void read.finally(() => pending.delete(request));
  });
  return pending;
}

interface AxeWindow {
  readonly axe: {
    run(
      options: object,
    ): Promise<{ violations: { id: string; nodes: { target: unknown[]; failureSummary?: string }[] }[] }>;
  };
}

async function runAxe(page: Page): Promise<readonly string[]> {
  // The page's policy does not hold for what the debugger runs.
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as AxeWindow).axe.run({
      resultTypes: ['violations'],
    });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary = '' }) => `${id}: ${target.join(' ')} ${failureSummary}`),
    );
  });
}
