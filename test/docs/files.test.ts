import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EVENTS_EXPORT, EXPORT_ENDINGS, USAGE_EXPORT } from '../../src/sandbox/data/export-columns.ts';

const page = readFileSync(new URL('../../docs/files.md', import.meta.url), 'utf8');
const tables = page.split('\n').filter((line) => line.startsWith('| `'));
/** The names in the first two columns of the tables. */
const named = tables.flatMap((line) =>
  [
    ...line
      .split('|')
      .slice(1, 3)
      .join()
      .matchAll(/`([^`]+)`/g),
  ].map(([, name = '']) => name),
);

test.each([USAGE_EXPORT, EVENTS_EXPORT])(
  'docs/files.md lists every column of $title',
  ({ columns, needed }) => {
    for (const [column, names] of Object.entries(columns)) {
      for (const name of names) {
        const row = tables.find((line) => line.includes(`\`${name}\``)) ?? '';
        expect(named, name).toContain(name);
        if (needed.includes(column)) expect(row, name).toContain('**needed**');
      }
    }
  },
);

test('docs/files.md lists every file ending, and no columns that are not read', () => {
  const known = [USAGE_EXPORT, EVENTS_EXPORT].flatMap(({ columns }) => Object.values(columns).flat());
  const endings = [...EXPORT_ENDINGS.matchAll(/\.\w+/g)].map(([ending]) => ending);
  for (const ending of endings) expect(page).toContain(`\`${ending}\``);
  for (const name of named) if (/^[a-z]/i.test(name)) expect(known).toContain(name);
});
