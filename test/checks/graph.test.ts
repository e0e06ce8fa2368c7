import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compareGraphs } from '../../scripts/check-graph.ts';

const root = join(import.meta.dirname, '../..');
const released = readFileSync(join(root, 'schema/released.graphql'), 'utf8');

/** The released graph with one text replaced by another. */
function plant(from: string, to: string): string {
  const planted = released.replace(from, to);
  expect(planted).not.toBe(released);
  return planted;
}

/** A changelog whose first section, or a later one, has this text. */
const changelog = (first: string, later = ''): string =>
  `# Changes\n\n## 0.2.0\n\n${first}\n\n## 0.1.0\n\n${later}\n`;

test.each([
  ['a field that is gone', '  action: String!\n', '  act: String!\n', 'Event.action'],
  ['a field that may be null', '  action: String!\n', '  action: String\n', 'Event.action'],
  ['an argument that is gone', '    top: Int! = 20\n', '    best: Int! = 20\n', 'Query.eventBreakdown(top:)'],
  ['a required argument', '  node(\n', '  node(\n    must: ID!\n', 'Query.node(must:)'],
  ['a value that is gone', '  QUARTER\n', '  QUARTAL\n', 'Interval.QUARTER'],
  [
    'a type that no longer implements an interface',
    'type Event implements Activity & Node',
    'type Event implements Node',
    'Event',
  ],
])('%s is breaking, unless the first section of the changelog names it', (_name, from, to, coordinate) => {
  const current = plant(from, to);
  const { unnamed, named } = compareGraphs(
    released,
    current,
    changelog('Nothing.', `\`${coordinate}\` is gone.`),
  );
  expect([unnamed.length, named]).toEqual([1, []]);
  expect(unnamed[0]).toMatch(new RegExp(`^${coordinate.replace(/[()]/g, String.raw`\$&`)}: `));

  const told = compareGraphs(released, current, changelog(`- \`${coordinate}\` is gone.`));
  expect([told.unnamed, told.named]).toEqual([[], unnamed]);
});

test('the name of another coordinate that begins alike does not count', () => {
  const { unnamed } = compareGraphs(
    released,
    plant('  action: String!\n', '  act: String!\n'),
    changelog('`Event.actions`, Event.action and `EventFilter.action` are gone.'),
  );
  expect(unnamed).toEqual(['Event.action: Field Event.action was removed.']);
});

test('a new value of an enum is dangerous, a new field is not', () => {
  const { unnamed, dangerous } = compareGraphs(
    released,
    plant('  QUARTER\n', '  QUARTER\n  DECADE\n').replace(
      '  action: String!\n',
      '  action: String!\n  colour: Int\n',
    ),
    changelog(''),
  );
  expect([unnamed, dangerous]).toEqual([[], ['Interval.DECADE: Enum value Interval.DECADE was added.']]);
});

test('the check passes for the graph of now', () => {
  const { status, stdout } = spawnSync(process.execPath, ['scripts/check-graph.ts'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect([status, stdout]).toEqual([0, expect.not.stringContaining('Take the change back')]);
});
