import { expect, test } from 'vitest';
import { loadOnce } from '../../../src/sources/shared/load-once.ts';

test('equal questions are loaded once, and different ones each', async () => {
  const loaded: string[] = [];
  const load = loadOnce(
    ({ name }: { readonly name: string }) => name,
    async ({ name }) => {
      loaded.push(name);
      return name.toUpperCase();
    },
  );
  expect(await Promise.all([load({ name: 'a' }), load({ name: 'b' }), load({ name: 'a' })])).toEqual([
    'A',
    'B',
    'A',
  ]);
  expect(await load({ name: 'a' })).toBe('A');
  expect(loaded).toEqual(['a', 'b']);
});

test('equal questions share a failure', async () => {
  let calls = 0;
  const load = loadOnce(String, async () => {
    calls += 1;
    throw new Error(`failure ${calls}`);
  });
  const [first, second] = await Promise.allSettled([load(1), load(1)]);
  expect(second).toEqual(first);
  expect(calls).toBe(1);
});
