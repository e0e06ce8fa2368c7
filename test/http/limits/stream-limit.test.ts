import { expect, test } from 'vitest';
import { RequestError } from '../../../src/base/errors.ts';
import { createStreamLimit } from '../../../src/http/limits/stream-limit.ts';

const limitOf = (take: () => unknown): unknown => {
  try {
    take();
    return null;
  } catch (error) {
    return error instanceof RequestError ? error.details['limit'] : error;
  }
};

test('the streams of one caller are bounded, and of all callers together', () => {
  const limit = createStreamLimit({ maxStreams: 3, maxStreamsOfCaller: 2 });
  const [first] = [limit.take('a'), limit.take('a')];
  expect(limitOf(() => limit.take('a'))).toBe('maxStreamsOfCaller');
  limit.take('b');
  expect(limitOf(() => limit.take('c'))).toBe('maxStreams');
  first();
  expect(limitOf(() => limit.take('a'))).toBe(null);
});

test('a place is given back once, however often its stream ends', () => {
  const limit = createStreamLimit({ maxStreams: 2, maxStreamsOfCaller: 1 });
  const release = limit.take('a');
  release();
  release();
  expect(limitOf(() => limit.take('a'))).toBe(null);
  expect(limitOf(() => limit.take('a'))).toBe('maxStreamsOfCaller');
});

test('callers on this machine are bounded by the total alone', () => {
  const limit = createStreamLimit({ maxStreams: 3, maxStreamsOfCaller: 1 });
  for (let n = 0; n < 3; n += 1) limit.take(null);
  expect(limitOf(() => limit.take(null))).toBe('maxStreams');
});
