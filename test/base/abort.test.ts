import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LightAbortSignal } from '../../src/base/abort.ts';
import type { AbortSignalLike } from '../../src/base/abort.ts';

/** What a signal shows while these steps are taken. */
function observe(
  signal: AbortSignalLike,
  abort: (reason: unknown) => void,
  steps: readonly string[],
): readonly unknown[] {
  const seen: unknown[] = [];
  const listeners = [0, 1].map(
    (index) => () => seen.push(`listener ${index}`, signal.aborted, signal.reason),
  );
  for (const step of steps) {
    const listener = listeners[Number(step.at(-1))] ?? (() => {});
    if (step.startsWith('add')) signal.addEventListener('abort', listener, { once: true });
    else if (step.startsWith('remove')) signal.removeEventListener('abort', listener);
    else abort(step);
    try {
      signal.throwIfAborted();
      seen.push(signal.aborted, signal.reason);
    } catch (reason) {
      seen.push('thrown', reason);
    }
  }
  return seen;
}

test('it shows what an AbortSignal shows, in any order of steps', () => {
  const step = fc.constantFrom('add 0', 'add 1', 'remove 0', 'remove 1', 'abort a', 'abort b');
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const light = new LightAbortSignal();
      const controller = new AbortController();
      const abortLight = (reason: unknown): void => light.abort(reason);
      const abort = (reason: unknown): void => controller.abort(reason);
      expect(observe(light, abortLight, steps)).toEqual(observe(controller.signal, abort, steps));
    }),
  );
});
