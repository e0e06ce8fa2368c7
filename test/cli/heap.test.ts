import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { HEAP_SWITCH } from '../../src/cli/process.ts';

/** Holds 30 MB, makes 400 MB of garbage that outlives two collections, and prints the most megabytes that the heap had. */
const SCRIPT = `
  const live = Array.from({ length: 4_000 }, () => new Array(1_000).fill(0));
  gc();
  let peak = 0;
  for (let n = 0; n < 50_000; n += 1) {
    live[n % live.length] = new Array(1_000).fill(n);
    if (n % 100 === 0) peak = Math.max(peak, process.memoryUsage().heapUsed);
  }
  console.log(peak / 1_048_576);
`;
/** So that the collections do not depend on how busy the machine is. */
const AT_ONCE = ['--expose-gc', '--no-incremental-marking'];

test('a service has its garbage collected sooner than V8 does by itself', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-heap-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'garbage.mjs');
  writeFileSync(file, SCRIPT);
  const measure = (...switches: readonly string[]): number => {
    const { stdout, stderr } = spawnSync(process.execPath, [...AT_ONCE, ...switches, file], {
      encoding: 'utf8',
    });
    if (stdout === '') throw new Error(stderr);
    return Number(stdout);
  };
  expect(measure(HEAP_SWITCH)).toBeLessThan(measure() * 0.7);
});
