import { describe, expect, test } from 'vitest';
import { takeSwitches } from '../../src/cli/arguments.ts';

const KNOWN = { file: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;

describe('takeSwitches', () => {
  test.each([
    [[], {}, []],
    [['--file', 'a', '--seed', '2'], { file: 'a' }, ['--seed', '2']],
    [['--seed', '2', '--file=a'], { file: 'a' }, ['--seed', '2']],
    [['--usage', 'a', '-h', 'b'], { help: true }, ['--usage', 'a', 'b']],
    [['--file', 'a', '--file', 'b'], { file: 'b' }, []],
    [['--file'], { file: true }, []],
    [['word', '--', '--help'], {}, ['word', '--', '--help']],
  ] as const)('%j: takes %j and leaves %j', (args, values, rest) => {
    expect(takeSwitches(args, KNOWN)).toEqual({ values, rest });
  });
});
