import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { EXAMPLE_FILE, HOOK_SECRET } from '../support/alert-examples.ts';
import { runInTest as run } from './run-in-test.ts';

function write(text: string): Readonly<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-alerts-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'alerts.yaml');
  writeFileSync(file, text);
  return { PORT: '0', SIGHTLINE_ALERTS: file, ALERTS_SECRET: HOOK_SECRET };
}

test('the command check accepts the examples', async () => {
  const checked = run(['alerts', 'check'], write(EXAMPLE_FILE));
  expect(await checked.exit).toBe(0);
  expect(checked.printed()).toBe('3 alerts, no fault\n');
});

test.each([['a service'], ['the command check']])(
  '%s refuses operations that do not fit, names each, and shows no secret',
  async (who) => {
    const env = write(EXAMPLE_FILE.replaceAll('coverage { source status', 'coverage { source'));
    const refused = run(who === 'a service' ? [] : ['alerts', 'check'], env);
    expect(await refused.exit).toBe(1);
    const printed = refused.printed();
    for (const name of ['failed-logins', 'element-fails', 'no-calls'])
      expect(printed).toContain(`SIGHTLINE_ALERTS ${name}: operation must select coverage { status }`);
    expect(printed).not.toContain(HOOK_SECRET);
    expect(printed).not.toContain('hooks.example.org');
  },
);

test('the command test says when an alert would have fired over the sandbox', async () => {
  const file = EXAMPLE_FILE.replace('every: PT1M', 'every: PT10M');
  const args = [
    'alerts',
    'test',
    'failed-logins',
    '--last',
    'PT3H',
    '--seed',
    '1',
    '--now',
    '2026-03-04T12:00:00Z',
  ];
  const tested = run(args, write(file));
  expect(await tested.exit).toBe(0);
  expect(tested.printed()).toMatch(
    /^failed-logins: 18 rounds\n[\s\S]* {2}firing {2}value \d+\n[\s\S]*would have fired once\.\n$/,
  );
}, 60_000);

test('a service refuses a damaged file of states, and says what to do', async () => {
  const env = write(EXAMPLE_FILE);
  const states = `${env['SIGHTLINE_ALERTS']}.states`;
  writeFileSync(states, '{"format":1}\nabc\n');
  const refused = run([], { ...env, SIGHTLINE_ALERTS_STATE: states });
  expect(await refused.exit).toBe(1);
  expect(refused.printed()).toContain('SIGHTLINE_ALERTS_STATE names a file that is damaged');
});
