import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SETTING_NAMES } from '../../src/config.ts';
import { readSandboxOptions } from '../../src/sandbox/read-sandbox-options.ts';
import { startApp } from '../support/running-app.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The first block of code of that language. */
function readBlock(language: string): string {
  const [, block] = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(readme) ?? [];
  if (block === undefined) throw new Error(`The README has no block of ${language}.`);
  return block;
}

test('the README’s question gets the README’s answer, whenever it is asked', async () => {
  const [, switches = ''] = /^npm start -- (--seed .*)$/m.exec(readme) ?? [];
  const reading = readSandboxOptions(switches.split(' '));
  if (reading.kind !== 'options') throw new Error('The README’s switches do not hold.');
  const running = await startApp(reading.options);
  const { data, errors } = await running.ask(readBlock('graphql'));
  await running.close();
  expect(errors).toBeUndefined();
  expect(data).toEqual(JSON.parse(readBlock('json')));
});

test('every setting that the README names is one', () => {
  const named = [...readme.matchAll(/\b(?:USAGE_API|EVENTS_API|SIGHTLINE|VENDOR)_[A-Z_]+\b/g)].map(
    ([name]) => name,
  );
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !SETTING_NAMES.includes(name))).toEqual([]);
});
