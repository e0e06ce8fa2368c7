import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPace } from '../../../src/http/export/pace.ts';
import { createFakeTiming } from '../../support/exported.ts';

const { signal } = new AbortController();

describe('the pace of exports', () => {
  test('lets a third of a minute’s calls go at once, and then one after the other', async () => {
    const timing = createFakeTiming();
    const pace = createPace(60, timing);
    for (let page = 0; page < 22; page += 1) {
      await pace.turn(['USAGE'], signal);
      pace.charge('USAGE', 1);
    }
    expect(timing.waits).toEqual([1_000, 1_000]);
  });

  test('has the calls of a page that took more than were left paid off before the next page', async () => {
    const timing = createFakeTiming();
    const pace = createPace(60, timing);
    await pace.turn(['EVENTS'], signal);
    pace.charge('EVENTS', 30);
    await pace.turn(['EVENTS'], signal);
    expect(timing.waits).toEqual([11_000]);
  });

  test('of one source does not slow down the other', async () => {
    const timing = createFakeTiming();
    const pace = createPace(60, timing);
    pace.charge('USAGE', 1_000);
    await pace.turn(['EVENTS'], signal);
    expect(timing.waits).toEqual([]);
  });

  test('does not hold back a source without a vendor', async () => {
    const timing = createFakeTiming();
    const pace = createPace(60, timing, new Set(['USAGE'] as const));
    pace.charge('USAGE', 1_000);
    await pace.turn(['USAGE', 'EVENTS'], signal);
    expect(timing.waits).toEqual([]);
  });

  test('ends the waiting of a caller who leaves', async () => {
    const pace = createPace(1, createFakeTiming());
    pace.charge('USAGE', 100);
    await expect(pace.turn(['USAGE'], AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  });

  test('is kept over any long time, whatever pages take', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 600 }),
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 200 }),
        async (callsPerMinute, pages) => {
          const timing = createFakeTiming();
          const pace = createPace(callsPerMinute, timing);
          let calls = 0;
          for (const page of pages) {
            await pace.turn(['USAGE'], signal);
            pace.charge('USAGE', page);
            calls += page;
          }
          const burst = Math.max(1, callsPerMinute / 3) + 20;
          expect(calls).toBeLessThanOrEqual(burst + (timing.now() * callsPerMinute) / 60_000 + 0.001);
        },
      ),
    );
  });
});
