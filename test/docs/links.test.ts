import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const pages = [
  ...readdirSync(root),
  ...readdirSync(new URL('docs/', root), { recursive: true, encoding: 'utf8' }).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md'));

/** The anchor of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

function hasHeading(text: string, anchor: string): boolean {
  return [...text.matchAll(/^#+ (.+)$/gm)].some(([, heading = '']) => anchorOf(heading) === anchor);
}

/** Whether a link names a file or a heading that does not exist. */
function isDead(target: string, base: URL): boolean {
  const [path = '', anchor] = target.split('#');
  const url = new URL(path, base);
  if (!existsSync(url)) return true;
  const isPage = anchor !== undefined && url.pathname.endsWith('.md');
  return isPage && !hasHeading(readFileSync(url, 'utf8'), anchor);
}

/** The links of a page to missing files or headings of this repository. */
function listDeadLinks(page: string): string[] {
  const text = readFileSync(new URL(page, root), 'utf8');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => isDead(target, new URL(page, root)));
}

const sources = [
  ...readdirSync(root),
  ...['src', 'bench', 'scripts', 'schema'].flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, root), { recursive: true, encoding: 'utf8' }).map(
      (name) => `${folder}/${name}`,
    ),
  ),
].filter((name) => /\.(?:ts|yaml|graphql)$/.test(name));

/** The pages that a file names from the root of the repository: `docs/vendors.md#usage-pages`. */
function listCitations(file: string): string[] {
  const text = readFileSync(new URL(file, root), 'utf8');
  return [...text.matchAll(/(?<![\w/])docs\/[\w/-]+\.md(?:#[\w-]+)?/g)].map(([target]) => target);
}

describe('every link within the repository has a target', () => {
  test.each(pages)('in %s', (page) => {
    expect(listDeadLinks(page)).toEqual([]);
  });
});

test('a page or a heading that the code names exists', () => {
  const cited = sources.flatMap((file) => listCitations(file).map((target) => ({ file, target })));
  expect(cited.length).toBeGreaterThan(20);
  expect(cited.filter(({ target }) => isDead(target, root))).toEqual([]);
});

test('the index of decisions lists every page, and no others', () => {
  const folder = new URL('docs/decisions/', root);
  const index = readFileSync(new URL('README.md', folder), 'utf8');
  const listed = [...index.matchAll(/^\| \[.+?\]\((\S+?)\)/gm)].map(([, name]) => name);
  const existing = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md');
  expect(listed.toSorted()).toEqual(existing.toSorted());
});
