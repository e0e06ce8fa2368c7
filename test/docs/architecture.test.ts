import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const page = readFileSync(new URL('../../docs/architecture.md', import.meta.url), 'utf8');
const [, section = ''] = page.split('\n## Three ways through the code\n');
const ways = section
  .split('\n## ')[0]!
  .trim()
  .split('\n\n')
  .filter((paragraph) => paragraph.startsWith('**'));

/** The most files that a reader should have to pass, way by way. */
const MOST_FILES = [25, 28, 30];

test('each way through the code links as many files as it says, and no more than a reader can follow', () => {
  expect(ways).toHaveLength(MOST_FILES.length);
  const counts = ways.map((way) => {
    const files = new Set([...way.matchAll(/\]\(\.\.\/src\/([^)]+)\)/g)].map(([, file]) => file));
    expect(way).toMatch(new RegExp(String.raw`\s${files.size} files\.$`));
    return files.size;
  });
  for (const [index, count] of counts.entries()) expect(count).toBeLessThanOrEqual(MOST_FILES[index]!);
});
