import { describe, expect, test } from 'vitest';
import type { RedisConnection } from '../../../src/upstream/redis/connection.ts';
import { createSharedStore } from '../../../src/upstream/redis/shared-store.ts';
import { createSimulatedTime } from '../../support/upstream-fixtures.ts';

type Mood = 'well' | 'failing' | 'hanging';

function createFakeConnection() {
  const state = { mood: 'well' as Mood, gets: 0, sets: 0, isClosed: false };
  const answer = <Value>(value: Value): Promise<Value> => {
    if (state.mood === 'failing') return Promise.reject(new Error('gone'));
    return state.mood === 'hanging' ? new Promise(() => {}) : Promise.resolve(value);
  };
  const connection: RedisConnection = {
    get: () => {
      state.gets += 1;
      return answer(Buffer.from('bytes'));
    },
    set: () => {
      state.sets += 1;
      return answer(undefined);
    },
    run: () => answer(''),
    close: async () => {
      state.isClosed = true;
    },
  };
  return { connection, state };
}

function createStore(timeoutMs = 5) {
  const time = createSimulatedTime();
  const { connection, state } = createFakeConnection();
  let troubles = 0;
  const store = createSharedStore(connection, {
    clock: time.clock,
    timeoutMs,
    onTrouble: () => {
      troubles += 1;
    },
  });
  return { store, state, time, troubles: () => troubles };
}

describe('a shared store', () => {
  test('gives what the connection gives, and closes it', async () => {
    const { store, state } = createStore();
    expect(String(await store.read('key'))).toBe('bytes');
    await store.close();
    expect(state.isClosed).toBe(true);
  });

  test.each(['failing', 'hanging'] as const)(
    'that is %s gives null, then is not called, then is tried once in five seconds',
    async (mood) => {
      const { store, state, time, troubles } = createStore();
      state.mood = mood;
      for (let turn = 0; turn < 50; turn += 1) expect(await store.read('key')).toBeNull();
      expect(state.gets).toBe(3);
      expect(troubles()).toBe(1);
      for (let turn = 0; turn < 4; turn += 1) {
        time.advance(5_000);
        for (const key of ['key', 'key', 'other']) await store.read(key);
      }
      expect(state.gets).toBe(3 + 4);
      expect(troubles()).toBe(1);
      state.mood = 'well';
      time.advance(5_000);
      expect(String(await store.read('key'))).toBe('bytes');
      expect(String(await store.read('key'))).toBe('bytes');
      state.mood = 'failing';
      for (let turn = 0; turn < 3; turn += 1) await store.read('key');
      expect(troubles()).toBe(2);
    },
  );

  test.each(['failing', 'hanging'] as const)(
    'that is %s while many keys are read at once counts as one failure',
    async (mood) => {
      const { store, state, troubles } = createStore();
      state.mood = mood;
      const keys = Array.from({ length: 100 }, (_, index) => `key ${index}`);
      expect(await Promise.all(keys.map((key) => store.read(key)))).toEqual(Array(100).fill(null));
      expect([state.gets, troubles()]).toEqual([100, 0]);
      state.mood = 'well';
      expect(await Promise.all(keys.map(async (key) => String(await store.read(key))))).toEqual(
        Array(100).fill('bytes'),
      );
    },
  );

  test('gives each key its value, also if another key hangs', async () => {
    const connection: RedisConnection = {
      get: (key) => (key === 'slow' ? new Promise(() => {}) : Promise.resolve(Buffer.from(key))),
      set: async () => {},
      run: async () => '',
      close: async () => {},
    };
    const store = createSharedStore(connection, { clock: { now: () => 0 }, timeoutMs: 4 });
    const read = await Promise.all(['a', 'slow', 'b'].map((key) => store.read(key)));
    expect(read.map((bytes) => bytes && String(bytes))).toEqual(['a', null, 'b']);
  });

  test('that works now and then is still called', async () => {
    const { store, state } = createStore();
    for (let turn = 0; turn < 40; turn += 1) {
      state.mood = turn % 2 === 0 ? 'well' : 'failing';
      await store.read('key');
    }
    expect(state.gets).toBe(40);
  });

  test('whose answer came while this process was busy is still read', async () => {
    const { store, state } = createStore(1);
    const { promise, resolve } = Promise.withResolvers<Buffer>();
    const busy = createSharedStore(
      { get: () => promise, set: async () => {}, run: async () => '', close: async () => {} },
      { clock: { now: () => 0 }, timeoutMs: 1 },
    );
    const reading = busy.read('key');
    // Like a socket: it is read only after the timers that are due.
    setTimeout(() => resolve(Buffer.from('late')), 1);
    const until = performance.now() + 20;
    while (performance.now() < until);
    expect(String(await reading)).toBe('late');
    expect(state.gets).toBe(0);
    await store.close();
  });

  test('whose answer comes in pieces while this process is busy is still read', async () => {
    const { promise, resolve } = Promise.withResolvers<Buffer>();
    const busy = createSharedStore(
      { get: () => promise, set: async () => {}, run: async () => '', close: async () => {} },
      { clock: { now: () => 0 }, timeoutMs: 8 },
    );
    const reading = busy.read('key');
    const hear = (pieces: number): void => {
      const until = performance.now() + 20;
      while (performance.now() < until);
      if (pieces === 0) resolve(Buffer.from('late'));
      else setTimeout(() => hear(pieces - 1), 0);
    };
    hear(2);
    expect(String(await reading)).toBe('late');
  });

  test('that is too slow loses writes beyond 16 MiB', async () => {
    const { store, state } = createStore();
    state.mood = 'hanging';
    for (let turn = 0; turn < 100; turn += 1) store.write('key', Buffer.alloc(1024 * 1024), 1_000);
    expect(state.sets).toBe(16);
  });

  test('takes writes again after they have ended', async () => {
    const { store, state } = createStore();
    for (let turn = 0; turn < 100; turn += 1) {
      store.write('key', Buffer.alloc(1024 * 1024), 1_000);
      await new Promise(setImmediate);
    }
    expect(state.sets).toBe(100);
  });
});
