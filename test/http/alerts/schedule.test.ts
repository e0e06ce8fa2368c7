import { describe, expect, test } from 'vitest';
import { createSchedule } from '../../../src/http/alerts/schedule.ts';
import { createSimulatedTime } from '../../support/simulated-time.ts';

const MINUTE_MS = 60_000;

describe('a schedule', () => {
  test('has a first round at once, and the others at multiples of their interval', async () => {
    const time = createSimulatedTime(3.5 * MINUTE_MS);
    const due: number[] = [];
    const round = async (dueMs: number) => void due.push(dueMs / MINUTE_MS);
    const schedule = createSchedule([{ everyMs: 2 * MINUTE_MS, round }], { ...time, onFault: () => {} });
    schedule.start();
    await time.runUntil(10 * MINUTE_MS);
    expect(due).toEqual([3.5, 4, 6, 8, 10]);
    await schedule.stop();
    await time.runUntil(20 * MINUTE_MS);
    expect(due).toHaveLength(5);
  });

  test('asks one thing after the other, and leaves out rounds that are late', async () => {
    const time = createSimulatedTime(0);
    const due: string[] = [];
    let running = 0;
    const slow = async (dueMs: number, signal: AbortSignal) => {
      running += 1;
      expect(running).toBe(1);
      await time.wait(5 * MINUTE_MS, signal);
      running -= 1;
      due.push(`slow ${dueMs / MINUTE_MS}`);
    };
    const quick = async (dueMs: number) => {
      expect(running).toBe(0);
      due.push(`quick ${dueMs / MINUTE_MS}`);
    };
    const schedule = createSchedule(
      [
        { everyMs: 10 * MINUTE_MS, round: slow },
        { everyMs: MINUTE_MS, round: quick },
      ],
      { ...time, onFault: () => {} },
    );
    schedule.start();
    await time.runUntil(7 * MINUTE_MS);
    expect(due).toEqual(['slow 0', 'quick 5', 'quick 6', 'quick 7']);
    await schedule.stop();
  });

  test('goes on within an interval if the clock was set back', async () => {
    const time = createSimulatedTime(100 * MINUTE_MS);
    let backMs = 0;
    const clock = { now: () => time.clock.now() - backMs };
    const due: number[] = [];
    const round = async (dueMs: number) => void due.push(dueMs / MINUTE_MS);
    const schedule = createSchedule([{ everyMs: MINUTE_MS, round }], {
      clock,
      wait: time.wait,
      onFault: () => {},
    });
    schedule.start();
    await time.runUntil(101 * MINUTE_MS);
    backMs = 90 * MINUTE_MS;
    await time.runUntil(104 * MINUTE_MS);
    await schedule.stop();
    expect(due).toEqual([100, 101, 13, 14]);
  });

  test('goes on after a round that fails', async () => {
    const time = createSimulatedTime(0);
    const faults: unknown[] = [];
    let rounds = 0;
    const round = async () => {
      rounds += 1;
      throw new Error('broken');
    };
    const schedule = createSchedule([{ everyMs: MINUTE_MS, round }], {
      ...time,
      onFault: (error) => faults.push(error),
    });
    schedule.start();
    await time.runUntil(3 * MINUTE_MS);
    expect([rounds, faults.length]).toEqual([4, 4]);
    await schedule.stop();
  });
});
