import { expect, test } from 'vitest';
import { createCredentialScope, scopedKey } from '../../src/base/credential-scope.ts';
import { Secret } from '../../src/base/secret.ts';
import { createSingleFlight } from '../../src/upstream/single-flight.ts';
import type { Flight, Waiter } from '../../src/upstream/single-flight.ts';
import { createSimulatedTime } from '../support/upstream-fixtures.ts';

const scope = createCredentialScope(new Secret('key'), 'USAGE', [new Secret('one')]);
const key = scopedKey(scope, '/usage');

function createRig() {
  const { clock } = createSimulatedTime();
  const flights = createSingleFlight<string>(clock);
  const started: { readonly flight: Flight; land(value: string): void; crash(reason: unknown): void }[] = [];
  const join = (parts: Partial<Waiter> = {}) =>
    flights.join(
      key,
      {
        signal: new AbortController().signal,
        deadlineMs: clock.now() + 20_000,
        timedOut: () => new Error('too late'),
        ...parts,
      },
      (flight) =>
        new Promise((resolve, reject) => {
          started.push({ flight, land: resolve, crash: reject });
        }),
    );
  return { clock, flights, started, join };
}

test('those who ask for one thing at one time are one flight, and the next is another', async () => {
  const { flights, started, join } = createRig();
  const waiting = [join(), join(), join()];
  expect(started).toHaveLength(1);
  started[0]?.land('a');
  expect(await Promise.all(waiting)).toEqual(['a', 'a', 'a']);
  expect(flights.size()).toBe(0);
  const next = join();
  expect(started).toHaveLength(2);
  started[1]?.land('b');
  expect(await next).toBe('b');
});

test('a failure reaches every waiter and is not kept', async () => {
  const { flights, started, join } = createRig();
  const waiting = [join(), join()];
  started[0]?.crash(new Error('down'));
  for (const one of await Promise.allSettled(waiting))
    expect(one).toMatchObject({ reason: { message: 'down' } });
  expect(flights.size()).toBe(0);
});

test('who leaves gets its own reason at once, and the flight goes on for the others', async () => {
  const { started, join } = createRig();
  const caller = new AbortController();
  const leaving = join({ signal: caller.signal });
  const staying = join();
  caller.abort(new Error('gone'));
  await expect(leaving).rejects.toThrow('gone');
  expect(started[0]?.flight.signal.aborted).toBe(false);
  started[0]?.land('a');
  expect(await staying).toBe('a');
});

test('the flight ends when its last waiter leaves, and nobody boards it any more', async () => {
  const { flights, started, join } = createRig();
  const [first, second] = [new AbortController(), new AbortController()];
  const waiting = [join({ signal: first.signal }), join({ signal: second.signal })];
  first.abort(new Error('first'));
  second.abort(new Error('second'));
  await Promise.allSettled(waiting);
  expect(started[0]?.flight.signal.reason).toMatchObject({ message: 'second' });
  expect(flights.size()).toBe(0);
  const next = join();
  expect(started).toHaveLength(2);
  // The abandoned one ends late; the new one is not touched by it.
  started[0]?.crash(new Error('late'));
  await Promise.resolve();
  expect(flights.size()).toBe(1);
  started[1]?.land('b');
  expect(await next).toBe('b');
});

test('each waiter keeps its own deadline, and the flight has the latest of them', async () => {
  const { clock, started, join } = createRig();
  const hurried = join({ deadlineMs: clock.now() + 10 });
  const patient = join();
  expect(started[0]?.flight.deadlineMs()).toBe(clock.now() + 20_000);
  await expect(hurried).rejects.toThrow('too late');
  expect(started[0]?.flight.signal.aborted).toBe(false);
  started[0]?.land('a');
  expect(await patient).toBe('a');
});

test('a signal that ends by its deadline tells of slowness, not of leaving', async () => {
  const { started, join } = createRig();
  const caller = new AbortController();
  const waiting = join({ signal: caller.signal });
  caller.abort(new DOMException('over', 'TimeoutError'));
  await expect(waiting).rejects.toThrow('too late');
  expect(started[0]?.flight.signal.reason).toMatchObject({ message: 'too late' });
});

test('nothing starts for who has gone already, or has no time left', async () => {
  const { clock, started, join } = createRig();
  await expect(join({ signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone');
  await expect(join({ deadlineMs: clock.now() })).rejects.toThrow('too late');
  expect(started).toHaveLength(0);
});
