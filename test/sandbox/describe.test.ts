import { describe, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/start.ts';
import { HEADER, lineOf, linesOf, timeOf, writeAll } from './data/export-files.ts';
import type { Content } from './data/export-files.ts';

describe('the description at the start', () => {
  const describeOf = async (files: Readonly<Record<string, Content>>) => {
    const sandbox = await startSandbox({ usageFiles: await writeAll(files) });
    await sandbox.close();
    return sandbox.describe();
  };

  test('names the files, their range, what was left out, and the source that has no file', async () => {
    const lines = [...linesOf(2_000), lineOf(7), 'a,b'];
    const text = await describeOf({
      'calls.csv': [`${HEADER},colour`, ...lines.map((line) => `${line},red`)].join('\n'),
    });
    expect(text).toContain('Usage API   calls.csv\n');
    expect(text).toContain(`2000 rows from ${timeOf(0)} to ${timeOf(1_999)}`);
    expect(text).toContain('left out: 1 row with the id and the time of an earlier row');
    expect(text).toContain('1 row could not be read');
    expect(text).toContain('calls.csv, line 2003 has fewer values than the header has names');
    expect(text).toMatch(/missing columns \(null; no filter matches\): .*requestIP/);
    expect(text).toContain('unused columns: colour');
    expect(text).toContain('Events API  no file, so not configured; give one with --events FILE');
    expect(text).not.toMatch(/WARNING|http|sandbox/);
  });

  test('warns if more than 1 % of the rows are unreadable', async () => {
    const bad = (count: number) => Array.from({ length: count }, () => 'a,b');
    expect(await describeOf({ 'one.csv': [HEADER, ...linesOf(990), ...bad(10)].join('\n') })).not.toContain(
      'WARNING',
    );
    expect(await describeOf({ 'two.csv': [HEADER, ...linesOf(989), ...bad(11)].join('\n') })).toContain(
      'WARNING: 1.1 % COULD NOT BE READ',
    );
  });
});
