import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NOW_MS, startApp } from '../support/running-app.ts';
import type { RunningApp } from '../support/running-app.ts';

// Ordinary dashboards under the default limits. Clients and vendors are reached over HTTP.

const DAY_MS = 86_400_000;
const EVERY_FIGURE =
  'id timestamp end cut filling count elements { elementKey count } processTime { min max avg } statuses { success failed }';

let running: RunningApp;
beforeAll(async () => {
  // Long timeouts, because this file tests counts and a busy machine may be slow.
  running = await startApp(
    {},
    { SIGHTLINE_ATTEMPT_TIMEOUT_MS: '25000', SIGHTLINE_OPERATION_TIMEOUT_MS: '60000' },
  );
});
afterAll(() => running.close());

interface Bucket {
  readonly timestamp: string;
  readonly end: string;
  readonly count: number;
}

interface Dashboard {
  readonly usageAnalytics: {
    readonly from: string;
    readonly to: string;
    readonly buckets: readonly Bucket[];
    readonly coverage: readonly { readonly status: string; readonly reason: string | null }[];
  };
}

async function read(
  { from, interval, timeZone = 'UTC' }: { from: number; interval: string; timeZone?: string },
  fields: string,
) {
  const range = `{ from: "${new Date(from).toISOString()}", to: "${new Date(NOW_MS).toISOString()}" }`;
  const asked = await running.ask<Dashboard>(
    `{ usageAnalytics(range: ${range}, interval: ${interval}, timeZone: "${timeZone}") { from to ${fields} coverage { status reason } } }`,
  );
  expect(asked.errors).toBeUndefined();
  const calls = asked.upstream.reduce((sum, tally) => sum + tally.calls, 0);
  return { ...asked.data.usageAnalytics, calls };
}

function expectNoDoubt(coverage: Dashboard['usageAnalytics']['coverage']) {
  const sure = ['COMPLETE', 'FILLING', 'EXPIRED'];
  expect(coverage.filter(({ status }) => !sure.includes(status))).toEqual([]);
  expect(coverage.filter(({ status, reason }) => status !== 'EXPIRED' && reason !== null)).toEqual([]);
}

async function expectTruth(buckets: readonly Bucket[], from: number) {
  const rows = await running.sandbox.query(
    `SELECT epoch_ms(happened_at) AS at FROM usage WHERE epoch_ms(happened_at) >= ${from} AND epoch_ms(happened_at) < ${NOW_MS - 90_000}`,
  );
  const moments = rows.map((row) => Number(row['at']));
  const settled = buckets.filter(({ end }) => Date.parse(end) <= NOW_MS - 90_000);
  const counted = settled.map(({ timestamp, end }) => {
    const [startMs, endMs] = [Date.parse(timestamp), Date.parse(end)];
    return { timestamp, count: moments.filter((at) => at >= startMs && at < endMs).length };
  });
  expect(settled.map(({ timestamp, count }) => ({ timestamp, count }))).toEqual(counted);
  expect(counted.some(({ count }) => count > 0)).toBe(true);
}

describe('dashboards under the default limits', () => {
  test('hours over 30 days with every figure and the previous period take one call for each series', async () => {
    const from = Math.floor(NOW_MS / DAY_MS) * DAY_MS - 30 * DAY_MS;
    const { buckets, coverage, calls } = await read(
      { from, interval: 'HOUR' },
      `buckets { ${EVERY_FIGURE} } totals { count elementCount successRate } previous { buckets { ${EVERY_FIGURE} } totals { count } }`,
    );
    expect(buckets).toHaveLength(732);
    expectNoDoubt(coverage);
    expect(calls).toBe(4);
    await expectTruth(buckets, from);
  });

  test('minutes over a day and days over a year with every figure take one call for each series', async () => {
    const minutes = await read({ from: NOW_MS - DAY_MS, interval: 'MINUTE' }, `buckets { ${EVERY_FIGURE} }`);
    expect([minutes.buckets.length, minutes.calls]).toEqual([1_440, 4]);
    await expectTruth(minutes.buckets, NOW_MS - DAY_MS);
    const from = Math.floor(NOW_MS / DAY_MS) * DAY_MS - 365 * DAY_MS;
    const days = await read(
      { from, interval: 'DAY' },
      `buckets { ${EVERY_FIGURE} } previous { buckets { ${EVERY_FIGURE} } }`,
    );
    expect([days.buckets.length, days.calls]).toEqual([366, 4]);
    await expectTruth(days.buckets, from);
  });

  const kolkata = (days: number) => Date.parse('2026-03-03T18:30:00Z') - days * DAY_MS;

  test.each([
    ['HOUR', 90, 2_178, 3],
    // The rest is cached. Only the newest minutes are asked for again.
    ['DAY', 90, 91, 1],
    ['WEEK', 90, 14, 1],
  ])(
    '%s over %i days in Kolkata, whose offset has half an hour, are summed from minutes',
    async (interval, days, length, most) => {
      const { buckets, calls, coverage } = await read(
        { from: kolkata(days), interval, timeZone: 'Asia/Kolkata' },
        'buckets { timestamp end count } totals { count }',
      );
      expect(buckets).toHaveLength(length);
      expect(calls).toBeLessThanOrEqual(most);
      expectNoDoubt(coverage);
      await expectTruth(buckets, kolkata(days));
    },
  );

  test('days over 90 days in Kolkata with every figure read 130,000 minutes for each series, in the calls that their size needs', async () => {
    const { buckets, calls, coverage } = await read(
      { from: kolkata(90), interval: 'DAY', timeZone: 'Asia/Kolkata' },
      `buckets { ${EVERY_FIGURE} }`,
    );
    expect(buckets).toHaveLength(91);
    // The newest minutes of the counts may still be cached from the previous test.
    expect([9 + 3 + 3, 9 + 3 + 3 + 1]).toContain(calls);
    expectNoDoubt(coverage);
    await expectTruth(buckets, kolkata(90));
  }, 60_000);
});
