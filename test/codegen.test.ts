import { readFileSync } from 'node:fs';
import { generate } from '@graphql-codegen/cli';
import { expect, test } from 'vitest';
import config from '../codegen.ts';

test('the generated types are up to date: npm run codegen writes them', async () => {
  const files: { filename: string; content: string }[] = await generate({ ...config, silent: true }, false);
  const drifted = files.filter(({ filename, content }) => readFileSync(filename, 'utf8') !== content);
  expect(files.length).toBeGreaterThan(1);
  expect(drifted.map(({ filename }) => filename)).toEqual([]);
});
