import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openAuditFile } from '../../src/http/audit-trail.ts';
import { lineOf } from '../support/write-audit.ts';

const WRITER = new URL('../support/write-audit.ts', import.meta.url).pathname;

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-audit-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('openAuditFile', () => {
  test('creates the file and its folders for their owner alone', () => {
    const file = join(makeFolder(), 'logs', 'audit.log');
    openAuditFile(file)('one\n');
    expect([modeOf(file), modeOf(join(file, '..'))]).toEqual([0o600, 0o700]);
  });

  test('appends to an existing file and keeps its permissions', () => {
    const file = join(makeFolder(), 'audit.log');
    writeFileSync(file, 'zero\n');
    chmodSync(file, 0o640);
    const write = openAuditFile(file);
    write('one\n');
    write('two\n');
    expect([readFileSync(file, 'utf8'), modeOf(file)]).toEqual(['zero\none\ntwo\n', 0o640]);
  });

  test("a target that can't be opened is an error, and is not waited for", () => {
    const folder = makeFolder();
    expect(() => openAuditFile(folder)).toThrow('EISDIR');
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(() => openAuditFile(pipe)).toThrow('ENXIO');
  });

  test.runIf(existsSync('/dev/full'))('a full disk is an error of each line', () => {
    const write = openAuditFile('/dev/full');
    expect(() => write('one\n')).toThrow('ENOSPC');
    expect(() => write('two\n')).toThrow('ENOSPC');
  });

  test('a write that accepts no bytes is an error, and is not repeated', () => {
    const file = join(makeFolder(), 'audit.log');
    expect(() => openAuditFile(file, () => 0)('one\n')).toThrow('no bytes');
  });

  test('processes that write to one file at the same time cut no line of each other', async () => {
    const file = join(makeFolder(), 'audit.log');
    const [processes, lines] = [3, 500];
    const writers = Array.from({ length: processes }, (_, writer) =>
      spawn(process.execPath, [WRITER, file, String(writer), String(lines)], {
        stdio: ['pipe', 'pipe', 'ignore'],
      }),
    );
    await Promise.all(writers.map((writer) => once(writer.stdout, 'data')));
    for (const writer of writers) writer.stdin.end();
    const ends = await Promise.all(writers.map((writer) => once(writer, 'exit')));
    expect(ends).toEqual(writers.map(() => [0, null]));
    const read = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(new Set(read)).toEqual(
      new Set(
        Array.from({ length: processes }, (_, writer) =>
          Array.from({ length: lines }, (__, n) => lineOf(String(writer), n)),
        ).flat(),
      ),
    );
    expect(read).toHaveLength(processes * lines);
  });

  test('after any failure, no line is cut and no accepted line is missing', () => {
    const file = join(makeFolder(), 'audit.log');
    // The most bytes that each write takes; null: it fails.
    const steps = fc.array(fc.option(fc.integer({ min: 1, max: 12 })), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (script) => {
        let text = '';
        const left = [...script];
        const write = openAuditFile(file, (_fd, bytes, at) => {
          const step = left.length > 0 ? left.shift() : 12;
          if (step == null) throw new Error('ENOSPC');
          const part = bytes.subarray(at, at + step);
          text += part.toString();
          return part.length;
        });
        const taken: string[] = [];
        for (let n = 0; n < 40; n += 1) {
          const line = `line ${n} of some\n`;
          try {
            write(line);
            taken.push(line);
          } catch {
            // What the caller of a refused line does is not looked at here.
          }
        }
        const lines = text.split(/(?<=\n)/);
        expect(lines.every((line) => /^line \d+ of some\n$/.test(line))).toBe(true);
        expect(taken.filter((line) => !lines.includes(line))).toEqual([]);
        expect(new Set(lines).size).toBe(lines.length);
      }),
    );
  });
});
