import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { planStories } from '../../src/sandbox/data/stories.ts';
import { NOW_MS, startApp } from '../support/running-app.ts';
import type { RunningApp } from '../support/running-app.ts';

/** The sandbox's default seed. With it, the address in the examples is the attacker's. */
const SEED = 1;
const story = planStories(SEED, NOW_MS).at(-1)!;

let running: RunningApp;
beforeAll(async () => {
  running = await startApp({ usageRows: 4_000, eventsRows: 2_000 });
});
afterAll(() => running.close());

const readExample = (name: string) =>
  readFileSync(new URL(`../../docs/examples/${name}.graphql`, import.meta.url), 'utf8');

interface Entry {
  readonly timestamp: string;
  readonly source: 'USAGE' | 'EVENTS';
  readonly action?: string;
  readonly username?: string;
  readonly requestURI?: string;
}

test('one query returns the whole attack in order, from the first failed log-in to the last call', async () => {
  const { data, errors } = await running.ask<{
    timeline: {
      nodes: Entry[];
      pageInfo: { hasNextPage: boolean };
      coverage: { source: string; status: string; from: string; to: string }[];
    };
  }>(readExample('everything-from-an-address'));
  expect(errors).toBeUndefined();
  const { nodes, pageInfo, coverage } = data.timeline;

  const given = nodes.toReversed().map((entry) => [Date.parse(entry.timestamp), entry.action ?? 'call']);
  expect(given).toEqual([
    ...story.failuresMs.map((atMs) => [atMs, 'user-login-failure']),
    [story.lockedOutMs, 'user-locked-out'],
    [story.successMs, 'user-login-success'],
    ...story.callsMs.map((atMs) => [atMs, 'call']),
  ]);
  expect(new Set(nodes.flatMap(({ username }) => username ?? []))).toEqual(new Set([story.username]));
  expect(pageInfo.hasNextPage).toBe(false);
  for (const source of ['USAGE', 'EVENTS']) {
    const spans = coverage.filter((entry) => entry.source === source);
    expect(spans.map(({ status }) => status)).toEqual(['FILLING', 'COMPLETE']);
  }
});

test('the examples ask about the address of the attacker', () => {
  for (const name of ['everything-from-an-address', 'what-happened-from-an-address'])
    expect(readExample(name)).toMatch(new RegExp(`\\$address: IP!? = "${story.address}"`));
});

test('the calls of the intruder are found from the lock-out, with HIGH confidence', async () => {
  const { data, errors } = await running.ask<{
    events: {
      nodes: {
        ipAddress: string;
        relatedUsage: {
          edges: { node: { timestamp: string }; basis: string[]; confidence: string }[];
          pageInfo: { hasNextPage: boolean };
        };
      }[];
    };
  }>(readExample('calls-after-lock-outs'));
  expect(errors).toBeUndefined();
  const lockOut = data.events.nodes.find(({ ipAddress }) => ipAddress === story.address);
  const { edges, pageInfo } = lockOut!.relatedUsage;
  const within = story.callsMs.filter((atMs) => atMs <= story.lockedOutMs + 30 * 60_000);
  expect(edges.map(({ node }) => Date.parse(node.timestamp))).toEqual(within.toReversed().slice(0, 10));
  expect(pageInfo.hasNextPage).toBe(true);
  for (const { basis, confidence } of edges) expect([basis, confidence]).toEqual([['IP'], 'HIGH']);
});

test('the related events of a call are those of the attack', async () => {
  const { data, errors } = await running.ask<{
    timeline: { nodes: { relatedEvents: { edges: { node: { action: string } }[] } }[] };
  }>(
    `query ($address: IP) { timeline(range: { last: "PT4H" }, filter: { ipAddress: $address, sources: [USAGE] }, last: 1) {
      nodes { ... on UsageRecord { relatedEvents(within: "PT1H") { edges { node { action } } } } } } }`,
    { address: story.address },
  );
  expect(errors).toBeUndefined();
  const actions = data.timeline.nodes[0]!.relatedEvents.edges.map(({ node }) => node.action);
  expect(actions).toEqual([
    'user-login-success',
    'user-locked-out',
    ...story.failuresMs.map(() => 'user-login-failure'),
  ]);
});
