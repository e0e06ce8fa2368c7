import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SETTING_NAMES } from '../../src/config/settings.ts';
import { readExamples } from '../../src/http/pages.ts';
import { readSandboxOptions } from '../../src/sandbox/command-line.ts';
import { countCalls, PATIENT, startApp } from '../support/running-app.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The first block of code in this language. */
function readBlock(language: string): string {
  const [, block] = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(readme) ?? [];
  if (block === undefined) throw new Error(`The README has no block of ${language}.`);
  return block;
}

interface Answer {
  readonly timeline: {
    readonly coverage: readonly { readonly source: string; readonly status: string }[];
  };
}
const bySource = (
  left: Answer['timeline']['coverage'][number],
  right: Answer['timeline']['coverage'][number],
): number => (`${left.status} ${left.source}` < `${right.status} ${right.source}` ? -1 : 1);

test('the query in the README gets the answer in the README', async () => {
  const [, switches = ''] = /^npm start -- (--seed .*)$/m.exec(readme) ?? [];
  const reading = readSandboxOptions(switches.split(' '));
  if (reading.kind !== 'options') throw new Error('The switches in the README are not valid.');
  const running = await startApp(reading.options, PATIENT);
  const asked = await running.ask<Answer>(readBlock('graphql'));
  await running.close();
  expect(asked.errors).toBeUndefined();
  const stated = JSON.parse(readBlock('json')) as Answer;
  // The two logs are read some milliseconds apart, so either of them may be COMPLETE for longer.
  expect(asked.data.timeline.coverage.toSorted(bySource)).toEqual(
    stated.timeline.coverage.toSorted(bySource),
  );
  expect({ ...asked.data.timeline, coverage: null }).toEqual({ ...stated.timeline, coverage: null });
  // The service does not know this vendor's page size yet, so it asks once more whether more events follow.
  expect([countCalls(asked, 'USAGE'), countCalls(asked, 'EVENTS')]).toEqual([2, 2]);
}, 60_000);

test('GraphiQL opens with the query in the README', async () => {
  const [first = ''] = await readExamples();
  expect(first.split('\n').filter((line) => !line.startsWith('#'))).toEqual(readBlock('graphql').split('\n'));
});

test('every setting in the README exists', () => {
  const named = [...readme.matchAll(/\b(?:USAGE_API|EVENTS_API|SIGHTLINE|VENDOR)_[A-Z_]+\b/g)].map(
    ([name]) => name,
  );
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !SETTING_NAMES.includes(name))).toEqual([]);
});
