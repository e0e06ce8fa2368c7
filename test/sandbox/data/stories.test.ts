import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { expect, test } from 'vitest';
import { USERNAMES } from '../../../src/sandbox/data/catalogue.ts';
import { planStories } from '../../../src/sandbox/data/stories.ts';

const seeds = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const instants = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2100, 0, 1) });

test('a story is failures, a lock-out, a log-in and calls, in this order, in the day before now', () => {
  fc.assert(
    fc.property(seeds, instants, (seed, nowMs) => {
      for (const story of planStories(seed, nowMs)) {
        const times = [...story.failuresMs, story.lockedOutMs, story.successMs, ...story.callsMs];
        expect(times).toEqual(times.toSorted((left, right) => left - right));
        expect(story.failuresMs.length).toBeGreaterThanOrEqual(10);
        expect(story.callsMs.length).toBeGreaterThanOrEqual(20);
        expect(times[0]).toBe(story.fromMs);
        expect(times.at(-1)).toBeLessThan(story.toMs);
        expect(story.fromMs).toBeGreaterThan(nowMs - 86_400_000);
        expect(story.toMs).toBeLessThan(nowMs - 600_000);
      }
    }),
  );
});

test('each story has its own public address and its own user', () => {
  fc.assert(
    fc.property(seeds, instants, (seed, nowMs) => {
      const stories = planStories(seed, nowMs);
      expect(new Set(stories.map(({ address }) => address)).size).toBe(3);
      expect(new Set(stories.map(({ username }) => username)).size).toBe(3);
      for (const { address, username } of stories) {
        expect(ipaddr.parse(address).range()).toBe('unicast');
        expect(USERNAMES).toContain(username);
      }
    }),
  );
});

test('the same seed and time give the same stories; another seed gives others', () => {
  expect(planStories(5, 1_800_000_000_000)).toEqual(planStories(5, 1_800_000_000_000));
  expect(planStories(5, 1_800_000_000_000)).not.toEqual(planStories(6, 1_800_000_000_000));
});
