import { expect, test } from 'vitest';
import { createCredentialScope, scopedKey } from '../../src/base/credential-scope.ts';
import { Secret } from '../../src/base/secret.ts';
import { createSingleFlight } from '../../src/upstream/single-flight.ts';
import type { Waiter, Waiters } from '../../src/upstream/single-flight.ts';
import { createSimulatedTime } from '../support/upstream-fixtures.ts';

const scope = createCredentialScope(new Secret('key'), 'USAGE', [new Secret('one')]);
const key = scopedKey(scope, '/usage');

interface StartedCall {
  readonly waiters: Waiters;
  resolve(value: string): void;
  reject(reason: unknown): void;
}

function createRig() {
  const { clock } = createSimulatedTime();
  const singleFlight = createSingleFlight<string>(clock);
  const started: StartedCall[] = [];
  const join = (parts: Partial<Waiter> = {}) =>
    singleFlight.join(
      key,
      {
        signal: new AbortController().signal,
        deadlineMs: clock.now() + 20_000,
        timedOut: () => new Error('too late'),
        ...parts,
      },
      (waiters) => new Promise((resolve, reject) => started.push({ waiters, resolve, reject })),
    );
  return { clock, started, join };
}

test('equal questions at the same time share one call; a later one makes its own', async () => {
  const { started, join } = createRig();
  const waiting = [join(), join(), join()];
  expect(started).toHaveLength(1);
  started[0]?.resolve('a');
  expect(await Promise.all(waiting)).toEqual(['a', 'a', 'a']);
  const next = join();
  expect(started).toHaveLength(2);
  started[1]?.resolve('b');
  expect(await next).toBe('b');
});

test('a failure reaches every waiter, and the next caller makes a new call', async () => {
  const { started, join } = createRig();
  const waiting = [join(), join()];
  started[0]?.reject(new Error('down'));
  for (const one of await Promise.allSettled(waiting))
    expect(one).toMatchObject({ reason: { message: 'down' } });
  const next = join();
  expect(started).toHaveLength(2);
  started[1]?.resolve('b');
  expect(await next).toBe('b');
});

test('a waiter who leaves gets its own reason at once, and the call continues for the others', async () => {
  const { started, join } = createRig();
  const caller = new AbortController();
  const leaving = join({ signal: caller.signal });
  const staying = join();
  caller.abort(new Error('gone'));
  await expect(leaving).rejects.toThrow('gone');
  expect(started[0]?.waiters.signal.aborted).toBe(false);
  started[0]?.resolve('a');
  expect(await staying).toBe('a');
});

test('the call is aborted when its last waiter leaves, and nobody joins it any more', async () => {
  const { started, join } = createRig();
  const [first, second] = [new AbortController(), new AbortController()];
  const waiting = [join({ signal: first.signal }), join({ signal: second.signal })];
  first.abort(new Error('first'));
  second.abort(new Error('second'));
  await Promise.allSettled(waiting);
  expect(started[0]?.waiters.signal.reason).toMatchObject({ message: 'second' });
  const next = join();
  expect(started).toHaveLength(2);
  // The aborted call ends late. The new call of the same key still can be joined.
  started[0]?.reject(new Error('late'));
  await Promise.resolve();
  const joined = join();
  expect(started).toHaveLength(2);
  started[1]?.resolve('b');
  expect(await Promise.all([next, joined])).toEqual(['b', 'b']);
});

test('each waiter has its own deadline, and the call has the latest of them', async () => {
  const { clock, started, join } = createRig();
  const hurried = join({ deadlineMs: clock.now() + 10 });
  const patient = join();
  expect(started[0]?.waiters.deadlineMs()).toBe(clock.now() + 20_000);
  await expect(hurried).rejects.toThrow('too late');
  expect(started[0]?.waiters.signal.aborted).toBe(false);
  started[0]?.resolve('a');
  expect(await patient).toBe('a');
});

test('a signal that aborts at its deadline is a timeout, not a caller who leaves', async () => {
  const { started, join } = createRig();
  const caller = new AbortController();
  const waiting = join({ signal: caller.signal });
  caller.abort(new DOMException('over', 'TimeoutError'));
  await expect(waiting).rejects.toThrow('too late');
  expect(started[0]?.waiters.signal.reason).toMatchObject({ message: 'too late' });
});

test('no call starts for a caller who has left, or whose deadline has passed', async () => {
  const { clock, started, join } = createRig();
  await expect(join({ signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone');
  await expect(join({ deadlineMs: clock.now() })).rejects.toThrow('too late');
  expect(started).toHaveLength(0);
});
