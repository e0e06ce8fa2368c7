import { createHook } from 'node:async_hooks';
import { expect, test, vi } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { createFixedCredentials } from '../../src/upstream/credentials.ts';
import { credentialsOf, jsonAnswer, requestOf } from '../support/upstream-fixtures.ts';
import { createRig } from './upstream-rig.ts';

// What one answer makes that costs processor time: counts, so that a new promise or timer on every call is a decision.

const credentials = createFixedCredentials(credentialsOf('User one').scope, new Secret('User one'));

/** What `ask` makes until its answer. The promises of `ask` itself and of the tests' vendor are among them. */
async function countMade(ask: () => Promise<unknown>) {
  let promises = 0;
  const hook = createHook({
    init(_id, type) {
      if (type === 'PROMISE') promises += 1;
    },
  });
  const timers = vi.spyOn(globalThis, 'setTimeout');
  const controllers = vi.spyOn(globalThis, 'AbortController');
  const listeners = vi.spyOn(EventTarget.prototype, 'addEventListener');
  try {
    hook.enable();
    await ask();
    hook.disable();
    return {
      promises,
      timers: timers.mock.calls.length,
      controllers: controllers.mock.calls.length,
      listeners: listeners.mock.calls.length,
    };
  } finally {
    hook.disable();
    vi.restoreAllMocks();
  }
}

/** An answer that is cached for so long, asked for a second time. */
function askAgain(freshMs: number) {
  const answer = jsonAnswer([1]);
  const { upstream, context } = createRig(() => answer);
  const request = requestOf({ cache: { freshMs, staleIfErrorMs: 0 } });
  const asked = context({ credentials });
  return upstream.get(request, asked).then(() => countMade(() => upstream.get(request, asked)));
}

test('a call that the vendor answers at once makes one timer, one listener and no AbortController', async () => {
  expect(await askAgain(0)).toEqual({ promises: 23, timers: 1, controllers: 0, listeners: 1 });
});

test('an answer from the cache makes no timer, no listener and no AbortController', async () => {
  expect(await askAgain(1_000)).toEqual({ promises: 5, timers: 0, controllers: 0, listeners: 0 });
});
