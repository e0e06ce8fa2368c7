import { describe, expect, test } from 'vitest';
import type { CredentialScope } from '../../../src/base/credential-scope.ts';
import type { SeenPart } from '../../../src/sources/live/feed.ts';
import type { Live } from '../../../src/sources/live/live.ts';
import { seenBefore } from '../../../src/sources/live/seen-rows.ts';
import { createSeededRandom } from '../../support/seeded-random.ts';
import { createWorld, eventRow, PACE, START_MS, thaw, usageRow } from './live-world.ts';
import type { Listener } from './live-world.ts';

describe('one poller for each source and scope', () => {
  test('a thousand listeners cost the calls of one', async () => {
    const alone = createWorld();
    const one = alone.listen(alone.createInstance());
    const world = createWorld();
    const live = world.createInstance();
    const all = Array.from({ length: 1_000 }, () => world.listen(live));
    for (const each of [alone, world]) {
      for (let n = 0; n < 30; n += 1) each.write(usageRow(`r${n}`, START_MS + n * 1_000));
      await each.time.pass(60_000);
    }
    expect(live.pollers()).toBe(1);
    expect(world.calls).toEqual(alone.calls);
    expect(world.calls.USAGE).toBeLessThan(30);
    expect(one.rows()).toHaveLength(30);
    for (const listener of all) expect(listener.rows()).toEqual(one.rows());
  });

  test('other credentials have a poller of their own', async () => {
    const world = createWorld();
    const live = world.createInstance();
    world.listen(live, null, { scope: 'a' });
    world.listen(live, null, { scope: 'b' });
    await world.time.pass(1);
    expect(live.pollers()).toBe(2);
  });

  test('the pause doubles up to its bound while no rows come, and is short again when they do', async () => {
    const world = createWorld();
    world.listen(world.createInstance());
    await world.time.pass(60_000);
    const before = world.calls.USAGE;
    await world.time.pass(60_000);
    expect(world.calls.USAGE - before).toBe(60_000 / PACE.maxIntervalMs);
    for (let n = 0; n < 60; n += 1) world.write(usageRow(`r${n}`, START_MS + 120_000 + n * 1_000));
    await world.time.pass(60_000);
    expect(world.calls.USAGE - before).toBeGreaterThan(20);
  });

  test('the poller stops when its last listener leaves', async () => {
    const world = createWorld();
    const live = world.createInstance();
    const [a, b] = [world.listen(live), world.listen(live)];
    await world.time.pass(10_000);
    a.leave();
    expect(live.pollers()).toBe(1);
    b.leave();
    await world.time.pass(0);
    const calls = world.calls.USAGE;
    expect(live.pollers()).toBe(0);
    expect([a.hasEnded, b.hasEnded]).toEqual([true, true]);
    await world.time.pass(60_000);
    expect(world.calls.USAGE).toBe(calls);
  });

  test('closing ends each stream', async () => {
    const world = createWorld();
    const live = world.createInstance();
    const listener = world.listen(live);
    await world.time.pass(10_000);
    live.close();
    await world.time.pass(0);
    expect(listener.hasEnded).toBe(true);
    expect([live.watchEnd()(), live.pollers()]).toEqual([true, 0]);
  });
});

describe('what a listener hears', () => {
  test('rows that were there before are not new, and late rows are', async () => {
    const world = createWorld();
    world.write(usageRow('old', START_MS - 10_000));
    world.write(usageRow('late', START_MS - 20_000), START_MS + 30_000);
    world.write(usageRow('new', START_MS + 1_000));
    const listener = world.listen(world.createInstance());
    await world.time.pass(60_000);
    expect(listener.rows()).toEqual(['new', 'late']);
    expect(listener.updates[0]).toMatchObject({ kind: 'opening', rows: [] });
    expect(listener.updates[0]!.coverage).not.toEqual([]);
  });

  test('a filter leaves rows out without a call of its own', async () => {
    const world = createWorld();
    const live = world.createInstance();
    const all = world.listen(live);
    const even = world.listen(live, null, { isMatch: ({ id }) => Number(id) % 2 === 0 });
    for (let n = 0; n < 6; n += 1) world.write(usageRow(String(n), START_MS + n));
    await world.time.pass(10_000);
    expect(all.rows()).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(even.rows()).toEqual(['0', '2', '4']);
  });

  test('heartbeats come every 15 s when nothing happens, and say up to when it was looked', async () => {
    const world = createWorld();
    const listener = world.listen(world.createInstance());
    await world.time.pass(61_000);
    const beats = listener.updates.filter(({ kind }) => kind === 'heartbeat');
    expect(beats).toHaveLength(4);
    const ends = beats.map(({ coverage }) => Math.max(...coverage.map(({ toMs }) => toMs)));
    expect(ends).toEqual(ends.toSorted((a, b) => a - b));
    expect(ends.at(-1)! - START_MS).toBeGreaterThan(40_000);
  });

  test('a vendor that fails is told at once with the time of the next try, and the other goes on', async () => {
    const world = createWorld();
    const listener = world.listen(world.createInstance(), null, { sources: ['USAGE', 'EVENTS'] });
    await world.time.pass(5_000);
    world.failing.add('USAGE');
    world.write(usageRow('missed', START_MS + 10_000));
    world.write(eventRow('7', START_MS + 20_000));
    await world.time.pass(120_000);
    const failed = listener.updates.find(({ kind }) => kind === 'status');
    expect(failed?.coverage.find(({ source }) => source === 'USAGE')).toMatchObject({
      status: 'FAILED',
      code: 'UPSTREAM',
      reason: expect.stringMatching(/tried again within \d+ s/),
    });
    expect(listener.rows()).toEqual(['7']);
    world.failing.clear();
    await world.time.pass(20_000);
    expect(listener.rows()).toEqual(['7', 'missed']);
    expect(listener.updates.at(-1)!.coverage.map(({ status }) => status)).not.toContain('FAILED');
  });

  test('a stream that begins while its vendor fails opens at once, and later hears what came since', async () => {
    const world = createWorld();
    world.failing.add('USAGE');
    world.write(usageRow('before', START_MS - 1_000));
    world.write(usageRow('since', START_MS + 1_000));
    const live = world.createInstance();
    const first = world.listen(live);
    await world.time.pass(500);
    const second = world.listen(live);
    await world.time.pass(0);
    for (const listener of [first, second]) expect(listener.updates[0]?.coverage[0]?.status).toBe('FAILED');
    const calls = world.calls.USAGE;
    expect(calls).toBe(1);
    world.failing.clear();
    await world.time.pass(60_000);
    for (const listener of [first, second]) expect(listener.rows()).toEqual(['since']);
  });

  test('more rows in the overlap than a poll may read are no gap, because they were read before', async () => {
    const world = createWorld();
    for (let n = 0; n < 300; n += 1) world.write(usageRow(`r${n}`, START_MS - 150_000 + n * 1_000));
    const live = world.createInstance();
    const listener = world.listen(live, null, { maxRows: 50 });
    await world.time.pass(160_000);
    expect(listener.updates.filter(({ kind }) => kind === 'gap')).toEqual([]);
    expect(listener.rows()).toHaveLength(150);
    const resumed = world.listen(world.createInstance(), thaw(listener.updates.at(-1)!.parts), {
      maxRows: 200,
    });
    await world.time.pass(1_000);
    expect(resumed.updates.map(({ rows }) => rows.length)).toEqual([0]);
  });

  test('the newest rows can be taken over if they were read whole, by those with the same credentials alone', async () => {
    const world = createWorld();
    for (let n = 0; n < 100; n += 1) world.write(usageRow(`r${n}`, START_MS - 100_000 + n * 1_000));
    const [whole, short] = [world.createInstance(), world.createInstance()];
    const listener = world.listen(whole);
    world.listen(short, null, { maxRows: 50 });
    const newestOf = (live: Live, scope = 'scope') => live.newest('USAGE', scope as CredentialScope);
    expect(newestOf(whole)).toBeNull();
    await world.time.pass(20_000);
    const newest = newestOf(whole);
    expect(newest).toMatchObject({ dropped: 0, readAtMs: newest?.span.toMs });
    expect(newest!.span.toMs - newest!.span.fromMs).toBeGreaterThanOrEqual(PACE.overlapMs);
    expect(newest?.rows).toHaveLength(100);
    expect([newestOf(short), newestOf(whole, 'other')]).toEqual([null, null]);
    listener.leave();
    await world.time.pass(1_000);
    expect(newestOf(whole)).toBeNull();
  });

  test('a source without credentials is not configured, and causes no call', async () => {
    const world = createWorld();
    const listener = world.listen(world.createInstance(), null, { scope: null });
    await world.time.pass(16_000);
    expect(listener.updates.map(({ kind }) => kind)).toEqual(['opening', 'heartbeat']);
    expect(listener.updates[0]!.coverage[0]).toMatchObject({ status: 'FAILED', code: 'NOT_CONFIGURED' });
    expect(world.calls.USAGE).toBe(0);
  });

  test('a slow reader gets a gap with its range, and then goes on', async () => {
    const world = createWorld();
    const listener = world.listen(world.createInstance(), null, { isSlow: true });
    await world.time.pass(1_000);
    const rows = Array.from({ length: 3_000 }, (_, n) => usageRow(`r${n}`, START_MS + 1_000 + n * 10));
    for (const row of rows) world.write(row);
    await world.time.pass(40_000);
    const gap = async () => {
      for (;;) {
        const update = await listener.next();
        if (update?.kind === 'gap') return update;
      }
    };
    const { coverage } = await gap();
    const got = listener.rows().length;
    expect(got).toBeLessThanOrEqual(1_200);
    const last = rows.at(-1)!;
    expect(coverage[0]).toMatchObject({ status: 'TRUNCATED', toMs: last.timestampMs + 1 });
    expect(rows.findIndex(({ timestampMs }) => timestampMs >= coverage[0]!.fromMs)).toBe(got);
    world.write(usageRow('after', START_MS + 42_000));
    await world.time.pass(20_000);
    await listener.next();
    expect(listener.rows().at(-1)).toBe('after');
  });
});

describe('where a stream begins', () => {
  test('`since` reads what came since, and tells what a bound leaves out', async () => {
    const world = createWorld();
    for (let n = 0; n < 50; n += 1) world.write(usageRow(`r${n}`, START_MS - 600_000 + n * 10_000));
    const from = [
      { source: 'USAGE' as const, seen: seenBefore(START_MS - 500_000), absent: new Set<number>() },
    ];
    const whole = world.listen(world.createInstance(), from);
    const short = world.listen(world.createInstance(), from, { maxRows: 10 });
    await world.time.pass(1_000);
    expect(whole.rows()).toHaveLength(40);
    expect(whole.updates.every(({ kind }) => kind !== 'gap')).toBe(true);
    expect(short.rows().length).toBeLessThan(40);
    const gap = short.updates.find(({ kind }) => kind === 'gap');
    expect(gap?.coverage[0]).toMatchObject({
      status: 'TRUNCATED',
      code: 'SCAN_LIMIT',
      fromMs: START_MS - 500_000,
    });
    const firstMs = Math.min(...gap!.rows.map(({ timestampMs }) => timestampMs));
    expect(gap!.coverage[0]!.toMs).toBeLessThanOrEqual(firstMs);
  });

  test('what the vendor no longer keeps is a gap', async () => {
    const world = createWorld();
    world.write(usageRow('kept', START_MS - 300_000));
    const seen = seenBefore(START_MS - 3_600_000);
    const from = [{ source: 'USAGE' as const, seen, absent: new Set<number>() }];
    const listener = world.listen(world.createInstance(), from, { retentionMs: 1_800_000 });
    await world.time.pass(1_000);
    const gap = listener.updates.find(({ kind }) => kind === 'gap');
    expect(gap?.coverage[0]).toMatchObject({
      status: 'EXPIRED',
      fromMs: START_MS - 3_600_000,
      toMs: START_MS - 1_800_000,
    });
    expect(listener.rows()).toEqual(['kept']);
  });

  test('a listener who comes back over a span that the poller could not read hears of the gap', async () => {
    const world = createWorld();
    const live = world.createInstance();
    const stays = world.listen(live, null, { maxRows: 50 });
    const cut = world.listen(live, null, { maxRows: 50 });
    await world.time.pass(1_000);
    cut.leave();
    world.failing.add('USAGE');
    for (let n = 0; n < 600; n += 1) world.write(usageRow(`r${n}`, START_MS + 2_000 + n * 100));
    await world.time.pass(70_000);
    world.failing.clear();
    await world.time.pass(16_000);
    const gap = stays.updates.find(({ kind }) => kind === 'gap')?.coverage[0];
    expect(gap).toMatchObject({ status: 'TRUNCATED', code: 'SCAN_LIMIT' });
    const back = world.listen(live, thaw(cut.updates.at(-1)!.parts), { maxRows: 50 });
    await world.time.pass(1_000);
    expect(back.updates.find(({ kind }) => kind === 'gap')?.coverage[0]).toMatchObject({ toMs: gap!.toMs });
    expect(back.rows()).toEqual(stays.rows());
  });

  test('of listeners who come back together with one place, one reads what they have missed', async () => {
    const world = createWorld();
    world.write(usageRow('missed', START_MS - 300_000));
    const from = [
      { source: 'USAGE' as const, seen: seenBefore(START_MS - 400_000), absent: new Set<number>() },
    ];
    const live = world.createInstance();
    const all = Array.from({ length: 100 }, () => world.listen(live, from));
    await world.time.pass(1_000);
    expect(world.calls.USAGE).toBe(2);
    for (const listener of all) expect(listener.rows()).toEqual(['missed']);
  });
});

test.each([1, 2])(
  'of ten minutes with fifty rows a second, many late, listeners that are cut and resumed on two instances lose none and double none (%i)',
  async (seed) => {
    const random = createSeededRandom(seed);
    const world = createWorld();
    const instances = [world.createInstance(), world.createInstance()];
    const ROWS = 50 * 600;
    for (let n = 0; n < ROWS; n += 1) {
      const ms = START_MS + 2_000 + Math.floor(random() * 600_000);
      const lag = random() < 0.97 ? random() * 10_000 : random() * 60_000;
      world.write(
        random() < 0.8 ? usageRow(`u${n}`, ms) : eventRow(String(n), Math.floor(ms / 1_000) * 1_000),
        Math.ceil(ms + lag),
      );
    }
    const LISTENERS = 3;
    const got = Array.from({ length: LISTENERS }, () => new Map<string, number>());
    const cursors: (readonly SeenPart[] | null)[] = Array.from({ length: LISTENERS }, () => null);
    const gaps: unknown[] = [];
    const take = (at: number, listener: Listener, upTo: number): void => {
      for (const update of listener.updates.slice(0, upTo)) {
        if (update.kind === 'gap') gaps.push(update.coverage[0]);
        cursors[at] = update.parts;
        for (const { id } of update.rows) got[at]!.set(id, (got[at]!.get(id) ?? 0) + 1);
      }
    };
    const open = (at: number, round: number): Listener =>
      world.listen(instances[(at + round) % 2]!, cursors[at] && thaw(cursors[at]), {
        sources: ['USAGE', 'EVENTS'],
      });
    let listeners = Array.from({ length: LISTENERS }, (_, at) => open(at, 0));
    await world.time.pass(1_000);
    for (let round = 1; world.time.clock.now() < START_MS + 700_000; round += 1) {
      await world.time.pass(random() * 12_000);
      for (const [at, listener] of listeners.entries()) {
        listener.leave();
        // The last frames may be cut: the listener has their beginning only.
        const cut = Math.floor(random() * 3);
        const read = Math.max(listener.updates.length - cut, cursors[at] === null ? 1 : 0);
        take(at, listener, read);
      }
      if (random() < 0.5) await world.time.pass(random() * 15_000);
      listeners = listeners.map((_, at) => open(at, round));
    }
    await world.time.pass(40_000);
    for (const [at, listener] of listeners.entries()) take(at, listener, listener.updates.length);
    expect(world.faults).toEqual([]);
    expect(gaps).toEqual([]);
    for (const seen of got) {
      expect([...seen.values()].filter((times) => times > 1)).toEqual([]);
      expect(seen.size).toBe(ROWS);
    }
  },
  60_000,
);
