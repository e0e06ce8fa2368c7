import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeFolder } from '../../src/base/folder.ts';

function makeRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'sightline-folder-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  return root;
}

test('a folder is made with those above it, with one mode, and may be there already', () => {
  const folder = join(makeRoot(), 'a/b/c/');
  makeFolder(folder, 0o700);
  makeFolder(folder, 0o700);
  for (const path of [folder, join(folder, '..')]) expect(statSync(path).mode & 0o777).toBe(0o700);
});

test('a folder that is a file, or below one, is an error', () => {
  const file = join(makeRoot(), 'file');
  writeFileSync(file, '');
  expect(() => makeFolder(file)).toThrow('EEXIST');
  expect(() => makeFolder(join(file, 'a/b'))).toThrow('ENOTDIR');
});

test.skipIf(!existsSync('/proc/self'))(
  'a folder in a tree in which nothing can be made is an error, and no wait without an end',
  () => {
    for (const path of ['/proc/nowhere', '/proc/nowhere/below'])
      expect(() => makeFolder(path)).toThrow('ENOENT');
  },
);
