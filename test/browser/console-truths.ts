import type { RunningApp } from '../support/running-app.ts';

export interface Range {
  readonly from: string;
  readonly to: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Group {
  readonly key: readonly { readonly value: string | null }[];
  readonly count: number;
  readonly processTime: { readonly p95: number } | null;
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
};

/** Which element was slowest on which whole day against its other days. Each day is one question of its own, which reads it whole. */
export async function findSlowest(running: RunningApp, { from, to }: Range) {
  const days: { readonly fromMs: number; readonly groups: readonly Group[] }[] = [];
  const firstMs = Math.ceil(Date.parse(from) / DAY_MS) * DAY_MS;
  for (let fromMs = firstMs; fromMs + DAY_MS <= Date.parse(to); fromMs += DAY_MS) {
    const toMs = fromMs + DAY_MS;
    const { data } = await running.ask<{ usageBreakdown: { groups: Group[] } }>(
      `query ($range: DateTimeRange!) { usageBreakdown(by: [ELEMENT], range: $range, top: 50) {
        groups { key { value } count processTime { p95 } } } }`,
      { range: { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() } },
    );
    days.push({ fromMs, groups: data.usageBreakdown.groups });
  }
  const elements = new Set(days.flatMap(({ groups }) => groups.flatMap(({ key }) => key[0]?.value ?? [])));
  const rises = [...elements].flatMap((element) => {
    const measured = days
      .flatMap(({ fromMs, groups }) => {
        const group = groups.find(({ key }) => key[0]?.value === element);
        return group?.processTime && group.count >= 100
          ? [{ fromMs, count: group.count, p95: group.processTime.p95 }]
          : [];
      })
      .toSorted((one, other) => other.p95 - one.p95);
    const [slowest, ...others] = measured;
    if (!slowest || others.length < 3) return [];
    const usual = median(others.map(({ p95 }) => p95));
    return [{ element, ...slowest, usual, times: slowest.p95 / usual }];
  });
  const [first] = rises.toSorted((one, other) => other.times - one.times);
  if (!first) throw new Error('no element has enough calls');
  return first;
}

/** By how much the slowest hour of an element on a day was slower than its other hours: the sandbox makes such an hour seven times as slow. */
export async function findSpell(running: RunningApp, element: string, dayMs: number): Promise<number> {
  const { data } = await running.ask<{
    usageRecords: { nodes: { timestamp: string; processTime: number | null }[] };
  }>(
    `query ($range: DateTimeRange!, $element: String!) {
      usageRecords(range: $range, filter: { elementKeys: [$element] }, first: 500) { nodes { timestamp processTime } } }`,
    {
      element,
      range: {
        from: new Date(dayMs).toISOString(),
        to: new Date((Math.floor(dayMs / DAY_MS) + 1) * DAY_MS).toISOString(),
      },
    },
  );
  const times = data.usageRecords.nodes.flatMap(({ timestamp, processTime }) =>
    processTime === null ? [] : [{ hour: Math.floor(Date.parse(timestamp) / HOUR_MS), processTime }],
  );
  const all = (wanted: number | null) =>
    times.flatMap(({ hour, processTime }) => (wanted === null || hour === wanted ? [processTime] : []));
  return (
    Math.max(...[...new Set(times.map(({ hour }) => hour))].map((hour) => median(all(hour)))) /
    median(all(null))
  );
}

interface LockOut {
  readonly timestamp: string;
  readonly username: string | null;
  readonly ipAddress: string | null;
}
interface Entry {
  readonly timestamp: string;
  readonly action?: string;
  readonly requestStatus?: string | null;
}

/** The lock-out after the most failed log-ins from its address, and what that address did in the hour after it. */
export async function findAttack(running: RunningApp, range: object) {
  const { data } = await running.ask<{ events: { nodes: LockOut[] } }>(
    `query ($range: DateTimeRange!) { events(range: $range, filter: { action: { eq: "user-locked-out" } }, first: 100) {
      nodes { timestamp username ipAddress } } }`,
    { range },
  );
  const found = await Promise.all(
    data.events.nodes.map(async (lockOut) => {
      const at = Date.parse(lockOut.timestamp);
      const around = await running.ask<{ timeline: { nodes: Entry[] } }>(
        `query ($range: DateTimeRange!, $ip: IP) { timeline(range: $range, filter: { ipAddress: $ip }, first: 500) {
          nodes { timestamp ... on Event { action } ... on UsageRecord { requestStatus } } } }`,
        {
          ip: lockOut.ipAddress,
          range: {
            from: new Date(at - 600_000).toISOString(),
            to: new Date(at + HOUR_MS).toISOString(),
          },
        },
      );
      const { nodes } = around.data.timeline;
      const calls = nodes.filter(({ requestStatus }) => requestStatus !== undefined);
      return {
        lockOut,
        tries: nodes.filter(({ action }) => action === 'user-login-failure').length,
        logIn: nodes.find(({ action }) => action === 'user-login-success')?.timestamp,
        calls: calls.length,
        failed: calls.filter(({ requestStatus }) => requestStatus === 'FAILED').length,
      };
    }),
  );
  const [attack] = found
    .filter(({ lockOut }) => lockOut.ipAddress !== null)
    .toSorted((one, other) => other.tries - one.tries);
  if (!attack) throw new Error('nobody was locked out');
  return attack;
}

/** The G-test, as a table of two rows and two columns. */
function strengthOf(...rows: readonly (readonly [count: number, total: number])[]): number {
  const cells = rows.map(([count, total]) => [count, total - count]);
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  const all = sum(cells.flat());
  return sum(
    cells.flatMap((row) =>
      row.map((found, at) => {
        const expected = (sum(row) * sum(cells.map((each) => each[at] ?? 0))) / all;
        return found === 0 ? 0 : found * Math.log(found / expected);
      }),
    ),
  );
}

/** Which value of a dimension chance explains least: how often failed calls had it, in a range and in the one of the same length before. */
export async function compareFailures(running: RunningApp, { from, to }: Range, dimension: string) {
  const length = Date.parse(to) - Date.parse(from);
  const count = async (range: Range): Promise<ReadonlyMap<string, number>> => {
    const { data } = await running.ask<{ usageBreakdown: { groups: Group[] } }>(
      `query ($range: DateTimeRange!, $by: [UsageDimension!]!) {
        usageBreakdown(by: $by, range: $range, filter: { status: FAILED }, top: 200) { groups { key { value } count } } }`,
      { range, by: [dimension] },
    );
    return new Map(data.usageBreakdown.groups.map(({ key, count: rows }) => [key[0]?.value ?? 'none', rows]));
  };
  const now = await count({ from, to });
  const before = await count({ from: new Date(Date.parse(from) - length).toISOString(), to: from });
  const sum = (counts: ReadonlyMap<string, number>) =>
    [...counts.values()].reduce((all, each) => all + each, 0);
  const [total, totalBefore] = [sum(now), sum(before)];
  const [most] = [...new Set([...now.keys(), ...before.keys()])]
    .map((value) => ({ value, count: now.get(value) ?? 0, countBefore: before.get(value) ?? 0 }))
    .filter((each) => Math.abs(each.count / total - each.countBefore / totalBefore) >= 0.005)
    .map((each) => ({ ...each, strength: strengthOf([each.count, total], [each.countBefore, totalBefore]) }))
    .toSorted((one, other) => other.strength - one.strength);
  if (!most) throw new Error('no call failed');
  return { total, totalBefore, most };
}

/** The ids of all events of a category, newest first, page by page. */
export async function listEvents(running: RunningApp, category: string, range: Range): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | null = null; ;) {
    const asked: {
      data: {
        events: { nodes: { eventId: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
      };
    } = await running.ask(
      `query ($range: DateTimeRange!, $category: String!, $after: String) {
        events(range: $range, filter: { category: { eq: $category } }, first: 100, after: $after) {
          nodes { eventId } pageInfo { hasNextPage endCursor } } }`,
      { range, category, after },
    );
    const { nodes, pageInfo } = asked.data.events;
    ids.push(...nodes.map(({ eventId }) => eventId));
    if (!pageInfo.hasNextPage) return ids;
    after = pageInfo.endCursor;
  }
}
