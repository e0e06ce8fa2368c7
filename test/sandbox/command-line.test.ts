import { expect, test } from 'vitest';
import { readSandboxOptions, SANDBOX_SWITCHES } from '../../src/sandbox/command-line.ts';
import { DEFAULT_SANDBOX_OPTIONS } from '../../src/sandbox/options.ts';

test('without switches the options are the defaults', () => {
  expect(readSandboxOptions([])).toEqual({ kind: 'options', options: DEFAULT_SANDBOX_OPTIONS });
});

test('every switch sets its option', () => {
  const argv =
    '--usage u.csv --events e.json --usage more.csv.gz --seed 7 --now 2026-03-04T12:00:00Z --no-arrivals --no-stories --rows 10,20 ' +
    '--dialect camel --page-offset pages --next-page-token --max-page-size 50 --not-found-when-empty --latency 20 ' +
    '--error-rate 0.25 --usage-port 4001 --events-port 4002';
  expect(readSandboxOptions(argv.split(' '))).toEqual({
    kind: 'options',
    options: {
      usageFiles: ['u.csv', 'more.csv.gz'],
      eventsFiles: ['e.json'],
      seed: 7,
      nowMs: Date.parse('2026-03-04T12:00:00Z'),
      arrivals: false,
      stories: false,
      usageRows: 10,
      eventsRows: 20,
      dialect: 'camel',
      pageOffset: 'pages',
      nextPageToken: true,
      maxPageSize: 50,
      notFoundWhenEmpty: true,
      latencyMs: 20,
      errorRate: 0.25,
      usagePort: 4001,
      eventsPort: 4002,
    },
  });
});

test('all faults are reported together, and each names its switch', () => {
  const read = readSandboxOptions(
    '--seed x --now soon --rows 5 --dialect kebab --page-offset rows --max-page-size 0 --latency -1 --error-rate 2 --usage-port 70000'
      .replace('--latency -1', '--latency=-1')
      .split(' '),
  );
  expect(read.kind).toBe('faults');
  const named = read.kind === 'faults' ? read.faults.map((fault) => fault.split(' ')[0]) : [];
  expect(new Set(named)).toEqual(
    new Set([
      '--seed',
      '--now',
      '--rows',
      '--dialect',
      '--page-offset',
      '--max-page-size',
      '--latency',
      '--error-rate',
      '--usage-port',
    ]),
  );
});

test('an unknown switch is a fault that names it', () => {
  const read = readSandboxOptions(['--speed', '9']);
  expect(read).toMatchObject({ kind: 'faults', faults: [expect.stringContaining('--speed')] });
});

test('the help names every switch', () => {
  const read = readSandboxOptions(['--help']);
  const text = read.kind === 'help' ? read.text : '';
  for (const name of Object.keys(SANDBOX_SWITCHES)) expect(text).toContain(`--${name}`);
});
