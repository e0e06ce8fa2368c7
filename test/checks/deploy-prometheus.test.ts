import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { createMetrics } from '../../src/http/metrics/metrics.ts';
import { createTestApp } from '../support/running-app.ts';

const FOLDER = new URL('../../deploy/', import.meta.url);
const HAS_PROMTOOL = spawnSync('promtool', ['--version']).status === 0;
if (!HAS_PROMTOOL)
  console.warn('promtool is not installed (Debian package prometheus): the alert rules are not checked.');

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly expr: string }[];
  }[];
}
interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

const readText = (path: string): string => readFileSync(new URL(path, FOLDER), 'utf8');
const rules = (parse(readText('prometheus/sightline.rules.yaml')) as Rules).groups.flatMap(
  (group) => group.rules,
);
const panels = (JSON.parse(readText('grafana/sightline.json')) as Dashboard).panels;

/** Each metric with its labels, as the help and the samples of `GET /metrics` name them. */
async function listExposed(): Promise<ReadonlySet<string>> {
  const metrics = createMetrics(20);
  const app = createTestApp({ SIGHTLINE_METRICS: 'on', EVENTS_API_TOKEN: 'canary' }, { metrics });
  onTestFinished(app.close);
  const text = await (await app.fetch('http://127.0.0.1/metrics')).text();
  return new Set(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name!],
    ),
  );
}

/** The metrics that an expression reads. */
function listNames(expression: string): readonly string[] {
  const plain = expression.replaceAll(/\{[^}]*\}|"[^"]*"|\bby \([^)]*\)/g, ' ');
  return [...plain.matchAll(/\b[a-z]\w*_\w+\b(?!\s*\()/g)].map(([name]) => name);
}

test('every metric that a rule or a panel reads is one that the service exposes', async () => {
  const exposed = await listExposed();
  const read = [
    ...rules.flatMap(({ expr }) => listNames(expr)),
    ...panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => listNames(expr))),
  ];
  expect(read.length).toBeGreaterThan(40);
  expect([...new Set(read)].filter((name) => !exposed.has(name))).toEqual([]);
});

test('every metric of our own is read by a panel or a rule, or named in the table of the operator', async () => {
  const operations = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const own = [...(await listExposed())].filter((name) => /^(?:sightline|graphql|http)_/.test(name));
  const families = new Set(own.map((name) => name.replace(/_(?:bucket|sum|count)$/, '')));
  expect([...families].filter((name) => !operations.includes(`\`${name}\``))).toEqual([]);
});

test('every panel has an expression, and every rule a unit test', () => {
  const graphs = panels.filter((panel) => 'targets' in panel);
  expect(graphs.length).toBeGreaterThan(10);
  const tests = readText('prometheus/sightline.test.yaml');
  expect(rules.filter(({ alert }) => !tests.includes(alert)).map(({ alert }) => alert)).toEqual([]);
});

test.skipIf(!HAS_PROMTOOL)('promtool accepts the rules, and their unit tests pass', () => {
  for (const args of [
    ['check', 'rules', 'sightline.rules.yaml'],
    ['test', 'rules', 'sightline.test.yaml'],
  ]) {
    const { status, stdout, stderr } = spawnSync('promtool', args, {
      cwd: new URL('prometheus/', FOLDER),
      encoding: 'utf8',
    });
    expect(status, `${stdout}${stderr}`).toBe(0);
    expect(stdout).toContain('SUCCESS');
  }
});

test.skipIf(!HAS_PROMTOOL)('promtool finds no fault in the format of the metrics', async () => {
  const metrics = createMetrics(20);
  const app = createTestApp({ SIGHTLINE_METRICS: 'on', EVENTS_API_TOKEN: 'canary' }, { metrics });
  onTestFinished(app.close);
  const text = await (await app.fetch('http://127.0.0.1/metrics')).text();
  const { stderr, stdout } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  // It advises on names, which are those of Yoga and of Node here.
  const faults = `${stdout}${stderr}`.split('\n').filter((line) => /^(?:error|sightline_|http_)/i.test(line));
  expect(faults).toEqual([]);
});
