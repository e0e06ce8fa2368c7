import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { writeConsole } from '../../bin/write-console.ts';
import { answerConsole, CONSOLE_PATHS, readConsoleFiles } from '../../src/http/console.ts';
import type { ConsoleFiles } from '../../src/http/console.ts';
import type { HttpRequest } from '../../src/http/http-message.ts';
import { createPages } from '../../src/http/pages.ts';

const ROOT = join(import.meta.dirname, '../..');
/** The most that the issue allows for the first page, in bytes. Browsers take Brotli. */
const FIRST_LOAD_BYTES = 250_000;

const get = (target: string, headers: Readonly<Record<string, string>> = {}): HttpRequest =>
  ({ method: 'GET', target, headers }) as HttpRequest;

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-console-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe('the console', () => {
  let files: ConsoleFiles;
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sightline-console-'));
    await writeConsole(ROOT, folder);
    files = await readConsoleFiles(folder);
    rmSync(folder, { recursive: true });
  }, 60_000);

  test('each of its pages is the same HTML, which loads nothing but files of this service', () => {
    const pages = CONSOLE_PATHS.map((path) => answerConsole(files, get(path)));
    for (const page of pages) {
      expect(page).toEqual(pages[0]);
      expect(page?.status).toBe(200);
    }
    const html = String(pages[0]?.body);
    const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '');
    expect(loaded.length).toBeGreaterThanOrEqual(3);
    for (const url of loaded) expect(url).toMatch(/^(?:\/assets\/|data:image)/);
    for (const url of loaded.filter((each) => each.startsWith('/')))
      expect(answerConsole(files, get(url))?.status).toBe(200);
  });

  test('its policy allows no code and no style inside the page, and no other host', () => {
    const policy = answerConsole(files, get('/'))?.headers?.['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("style-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(policy).not.toMatch(/https?:/);
  });

  test.each(['overview', 'breakdown', 'log', 'events', 'timeline'])(
    'a first load of %s is at most 250 KB as browsers get it, with all that its scripts import',
    (name) => {
      const first = new Set(['/index.html']);
      const html = String(answerConsole(files, get('/'))?.body);
      const add = (path: string): void => {
        if (first.has(path)) return;
        first.add(path);
        for (const [, chunk] of String(files.get(path)).matchAll(/(?:from|import)"\.\/([^"]+)"/g))
          add(`/assets/${chunk}`);
      };
      for (const [, url] of html.matchAll(/"(\/assets\/[^"]+)"/g)) add(url!);
      const preloaded = first.size;
      add([...files.keys()].find((path) => new RegExp(`/${name}-[0-9a-f]+\\.js$`).test(path))!);
      // What the entry imports stands in the page already.
      expect(html.match(/modulepreload/g)).toHaveLength(preloaded - 3);
      const bytes = [...first].map((path) => files.get(`${path}.br`)!.length);
      expect(bytes.length).toBeGreaterThan(6);
      expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(FIRST_LOAD_BYTES);
    },
  );

  test('the same sources make the same files, in whatever order they are read', async () => {
    const folder = makeFolder();
    await writeConsole(ROOT, folder);
    expect([...(await readConsoleFiles(folder)).keys()].toSorted()).toEqual([...files.keys()].toSorted());
  });

  test.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const)('its files come compressed with %s to those who accept it', (encoding, unpack) => {
    const plain = answerConsole(files, get('/'));
    const packed = answerConsole(files, get('/', { 'accept-encoding': encoding }));
    expect(packed?.headers).toMatchObject({ 'content-encoding': encoding, vary: 'accept-encoding' });
    expect(unpack(packed?.body as Buffer).toString()).toBe(String(plain?.body));
  });

  test('scripts and styles are kept for ever, because a changed one has another name; the page is asked for again', () => {
    const script = [...files.keys()].find((path) => path.endsWith('.js'))!;
    expect(answerConsole(files, get(script))?.headers?.['cache-control']).toContain('immutable');
    expect(answerConsole(files, get('/'))?.headers?.['cache-control']).toBe('no-cache');
  });

  test.each([
    '/assets/nothing.js',
    '/assets/',
    '/assets/../index.html',
    '/assets/%2e%2e/index.html',
    '/assets/x.br',
  ])('there is nothing at %s', (path) => {
    expect(answerConsole(files, get(path))).toBeNull();
  });
});

describe('without a console', () => {
  const options = { isReady: () => true, hasGraphiql: true, consoleFolder: null };

  test('/ leads to GraphiQL', () => {
    expect(createPages(options)(get('/'))).toMatchObject({ status: 302, headers: { location: '/graphql' } });
    expect(createPages(options)(get('/log'))).toMatchObject({ status: 404 });
  });

  test('a path that is not there says where GraphQL is and, if there is one, the console', async () => {
    expect(await createPages(options)(get('/calls'))).toMatchObject({
      status: 404,
      body: 'There is nothing here. GraphQL is at /graphql\n',
    });
    expect(await createPages({ ...options, consoleFolder: makeFolder() })(get('/calls'))).toMatchObject({
      status: 404,
      body: 'There is nothing here. The console is at /, GraphQL is at /graphql\n',
    });
  });

  test('a folder is read however its path is written', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'index.html'), 'a page');
    const written = [`${folder}/`, relative(process.cwd(), folder), `./${relative(process.cwd(), folder)}/.`];
    for (const path of written)
      expect(answerConsole(await readConsoleFiles(path), get('/'))).toMatchObject({ status: 200 });
  });

  test('a folder without a page is refused by name', async () => {
    const folder = makeFolder();
    await expect(readConsoleFiles(folder)).rejects.toThrow(`There is no console in ${folder}.`);
  });
});
