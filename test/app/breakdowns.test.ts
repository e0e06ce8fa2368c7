import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_SANDBOX_OPTIONS } from '../../src/sandbox/options.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import type { RunningSandbox } from '../../src/sandbox/start.ts';
import { askApp, countCalls, createAppOver, PATIENT } from '../support/running-app.ts';

const NOW_MS = Date.parse('2026-03-04T12:00:00Z');
const RANGE = 'range: { from: "2026-03-02T22:10:00Z", to: "2026-03-04T03:20:00Z" }';
const BUCKETS = 'interval: HOUR, timeZone: "Asia/Kathmandu"';

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ ...DEFAULT_SANDBOX_OPTIONS, nowMs: NOW_MS });
}, 60_000);
afterAll(() => sandbox?.close());

interface Bucket {
  readonly timestamp: string;
  readonly end: string;
  readonly count: number;
  readonly statuses: { readonly success: number; readonly failed: number };
  readonly processTime: { readonly min: number; readonly max: number; readonly avg: number } | null;
}
interface Answer {
  readonly usageBreakdown: {
    readonly groups: readonly {
      readonly key: readonly { readonly value: string | null }[];
      readonly count: number;
    }[];
    readonly other: null;
  };
  readonly byMethod: { readonly groups: readonly { readonly buckets: readonly Bucket[] }[] };
  readonly usageAnalytics: {
    readonly buckets: readonly Bucket[];
    readonly totals: {
      readonly elements: readonly { readonly elementKey: string; readonly count: number }[];
    };
  };
}

test("breakdowns and the vendor's series count the same calls, in the same buckets, and one scan serves both breakdowns", async () => {
  const app = createAppOver(sandbox, PATIENT);
  const figures = 'timestamp end count statuses { success failed } processTime { min max avg }';
  const asked = await askApp<Answer>(
    app,
    `{ usageBreakdown(${RANGE}, by: [ELEMENT], top: 500) { groups { key { value } count } other { count } }
       byMethod: usageBreakdown(${RANGE}, by: [METHOD], ${BUCKETS}) { groups { buckets { ${figures} } } }
       usageAnalytics(${RANGE}, ${BUCKETS}) {
         buckets { ${figures} } totals { elements { elementKey count } }
       } }`,
  );
  await app.close();
  expect(asked.errors).toBeUndefined();
  const { usageBreakdown, byMethod, usageAnalytics } = asked.data;
  const series = new Map(usageAnalytics.totals.elements.map(({ elementKey, count }) => [elementKey, count]));
  expect(series.size).toBeGreaterThan(5);
  expect(new Map(usageBreakdown.groups.map(({ key, count }) => [key[0]?.value ?? '', count]))).toEqual(
    series,
  );
  expect(usageBreakdown.other).toBeNull();
  for (const [at, bucket] of usageAnalytics.buckets.entries()) {
    const parts = byMethod.groups.map(({ buckets }) => buckets[at]!);
    const sum = (of: (part: Bucket) => number) => parts.reduce((total, part) => total + of(part), 0);
    const times = parts.flatMap(({ processTime, count }) => (processTime ? [{ ...processTime, count }] : []));
    expect(parts.map(({ timestamp, end }) => [timestamp, end])).toEqual(
      parts.map(() => [bucket.timestamp, bucket.end]),
    );
    expect(sum(({ count }) => count)).toBe(bucket.count);
    expect({
      success: sum((part) => part.statuses.success),
      failed: sum((part) => part.statuses.failed),
    }).toEqual(bucket.statuses);
    expect(Math.min(...times.map(({ min }) => min))).toBe(bucket.processTime?.min);
    expect(Math.max(...times.map(({ max }) => max))).toBe(bucket.processTime?.max);
  }
  const scan = asked.upstream.find(({ operation }) => operation === '/usage');
  const total = usageAnalytics.buckets.reduce((sum, { count }) => sum + count, 0);
  // A page begins with the last instant of the page before, so a few rows come twice. A second scan would double them.
  expect(scan?.rows).toBeLessThan(total * 1.1);
  expect(countCalls(asked, 'USAGE')).toBe((scan?.calls ?? 0) + 4);
}, 60_000);
