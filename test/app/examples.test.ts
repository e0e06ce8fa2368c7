import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { DEFAULT_SANDBOX_OPTIONS } from '../../src/sandbox/options.ts';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import type { RunningSandbox } from '../../src/sandbox/start.ts';
import { askApp, countCalls, createAppOver, PATIENT } from '../support/running-app.ts';

const folder = new URL('../../docs/examples/', import.meta.url);
const examples = readdirSync(folder)
  .filter((name) => name.endsWith('.graphql'))
  .map((name) => [name, readFileSync(new URL(name, folder), 'utf8')] as const);

/** The fewest and the most calls of one vendor that the text of an example states. */
function readStated(text: string, source: string): { readonly least: number; readonly most: number } {
  const [, least = '', most = least] =
    new RegExp(`^# vendor calls:.* ${source} (\\d+)(?: to (\\d+))?`, 'm').exec(text) ?? [];
  return { least: Number(least), most: Number(most) };
}

const NOON = Date.parse('2026-03-04T12:00:00Z');
const NIGHT = Date.parse('2026-03-08T03:00:00Z');
/** The default sandbox at a busy and at a quiet hour, and a vendor with other behaviour. */
const VENDORS: readonly (readonly [name: string, options: Partial<SandboxOptions>])[] = [
  ['the sandbox at a busy hour', { nowMs: NOON }],
  ['the sandbox in a quiet night', { nowMs: NIGHT }],
  [
    'a vendor of short pages',
    { nowMs: NOON, maxPageSize: 50, dialect: 'camel', pageOffset: 'pages', notFoundWhenEmpty: true },
  ],
];

describe.each(VENDORS)('over %s', (_name, options) => {
  let sandbox: RunningSandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ ...DEFAULT_SANDBOX_OPTIONS, ...options });
  }, 60_000);
  afterAll(() => sandbox?.close());

  test.each(examples)(
    'docs/examples/%s takes the calls that it states, from a new service and then again',
    async (_file, text) => {
      const app = createAppOver(sandbox, PATIENT);
      onTestFinished(() => app.close());
      for (let round = 0; round < 2; round += 1) {
        const asked = await askApp<Record<string, unknown>>(app, text);
        expect(asked.errors).toBeUndefined();
        expect(Object.values(asked.data)).not.toContain(null);
        for (const [source, word] of [
          ['USAGE', 'usage'],
          ['EVENTS', 'events'],
        ] as const) {
          const { least, most } = readStated(text, word);
          const calls = countCalls(asked, source);
          expect(calls, word).toBeGreaterThanOrEqual(least);
          expect(calls, word).toBeLessThanOrEqual(most);
        }
      }
    },
  );
});
