import { describe, expect, test } from 'vitest';
import { OPEN_CALLER } from '../../src/http/identity/caller.ts';
import { createOperation } from '../../src/http/operation.ts';

const options = {
  clock: { now: () => 1_000 },
  timeoutMs: 50,
  maxUpstreamCalls: 2,
  vendorCredentials: 'config',
} as const;

function begin(headers: Record<string, string> = {}, signal = new AbortController().signal) {
  return createOperation(options, { signal }, new Headers(headers), OPEN_CALLER);
}

describe('an operation', () => {
  test.each([
    ['', null],
    ['no-cache', 0],
    ['No-Cache', 0],
    ['max-age=0', 0],
    ['max-age=60', 60_000],
    ['max-age=60, no-cache', 0],
    ['no-store,max-age=5', 5_000],
    ['max-age="0"', 0],
    ['Max-Age="60"', 60_000],
    ['private="max-age=0", max-age=7', 7_000],
    ['max-age=60, max-age=5', 5_000],
    ['max-age=12345678901', 12_345_678_901_000],
    [`max-age=${'9'.repeat(400)}`, Infinity],
    ['max-age=soon', 0],
    ['max-age=-1', 0],
    ['max-age="-1"', 0],
    ['max-age=1.5', 0],
    ['max-age=5x', 0],
    ['max-age=', 0],
    ['max-age', 0],
    ['x-max-age=5', null],
    ['foo="no-cache"', null],
    ['only-if-cached', null],
  ])('under cache-control "%s" takes answers of at most %s ms', (cacheControl, maxAgeMs) => {
    const operation = begin(cacheControl === '' ? {} : { 'cache-control': cacheControl });
    expect(operation.maxAgeMs).toBe(maxAgeMs);
    operation.end();
  });

  test('has one time for now, a deadline counted from it, and its own call budget', () => {
    const operation = begin();
    expect(operation).toMatchObject({
      nowMs: 1_000,
      deadlineMs: 1_050,
      callerSecrets: null,
      caller: OPEN_CALLER,
    });
    expect(operation.callBudget.remaining()).toBe(2);
    operation.end();
  });

  test('aborts when its caller leaves, also if they left before it began', () => {
    const caller = new AbortController();
    const operation = begin({}, caller.signal);
    expect(operation.signal.aborted).toBe(false);
    caller.abort();
    expect(operation.signal.aborted).toBe(true);
    operation.end();
    const late = begin({}, AbortSignal.abort());
    expect(late.signal.aborted).toBe(true);
    late.end();
  });

  test('aborts when it ends, also for a field that only then begins to wait', () => {
    const operation = begin();
    const { signal } = operation;
    expect(signal.aborted).toBe(false);
    operation.end();
    expect(signal.aborted).toBe(true);
    const unused = begin();
    unused.end();
    expect(unused.signal.aborted).toBe(true);
  });
});
