import { describe, expect, test } from 'vitest';
import { CONDITION } from '../../../src/http/alerts/condition.ts';
import { observe } from '../../../src/http/alerts/observe.ts';

const IS_ZERO = CONDITION.parse({ path: 'list.count.value', eq: 0 });
const whole = [{ status: 'COMPLETE' }, { status: 'FILLING' }];
const see = (data: Readonly<Record<string, unknown>>) =>
  observe({ kind: 'answer', data, tallies: [] }, IS_ZERO);
const list = (over: object = {}) => ({
  list: { count: { value: 0, accuracy: 'EXACT' }, coverage: whole, ...over },
});

describe('an observation', () => {
  test('of a whole answer is what the condition says, with the coverage', () => {
    expect(see(list())).toEqual({ seen: 'holds', value: 0, reason: null, coverage: whole });
    expect(see(list({ count: { value: 1, accuracy: 'ESTIMATE' } }))).toMatchObject({
      seen: 'clear',
      value: 1,
    });
  });

  test.each([
    [
      'a gap',
      list({ coverage: [...whole, { source: 'USAGE', status: 'STALE', reason: 'Old.' }] }),
      'The coverage of USAGE is STALE: Old.',
    ],
    [
      'a gap further down',
      list({ nodes: [{ related: { coverage: [{ status: 'FAILED' }] } }] }),
      'The coverage is FAILED.',
    ],
    [
      'a gap in another field',
      { ...list(), other: { coverage: [{ status: 'EXPIRED' }] } },
      'The coverage is EXPIRED.',
    ],
    ['a status that is not known', list({ coverage: [{ status: 'NEW' }] }), 'The coverage is NEW.'],
    ['no coverage', list({ coverage: [] }), 'The answer has no coverage.'],
    [
      'a field without coverage beside one',
      { ...list(), other: { coverage: [] } },
      'The answer has no coverage.',
    ],
    ['a field that is null', { list: null }, 'The answer has no coverage.'],
    [
      'a lower bound',
      list({ count: { value: 0, accuracy: 'AT_LEAST' } }),
      'A count of the answer is not exact.',
    ],
    ['no value', list({ count: null }), 'The answer has no value for the condition.'],
  ])('of an answer with %s is unknown, and says why', (_name, data, reason) => {
    expect(see(data)).toMatchObject({ seen: 'unknown', value: null, reason });
  });

  test('of a failure is unknown, for the reason of the failure', () => {
    const seen = observe({ kind: 'failure', reason: 'UPSTREAM_TIMEOUT: Too slow.', tallies: [] }, IS_ZERO);
    expect(seen).toEqual({
      seen: 'unknown',
      value: null,
      reason: 'UPSTREAM_TIMEOUT: Too slow.',
      coverage: [],
    });
  });

  test('names gaps first, and not more than a reader can use', () => {
    const coverage = Array.from({ length: 60 }, (_, index) => ({
      status: index < 30 ? 'COMPLETE' : 'FAILED',
      index,
    }));
    const seen = see(list({ coverage }));
    expect(seen.coverage).toHaveLength(20);
    expect(seen.coverage[0]).toEqual({ status: 'FAILED', index: 30 });
  });
});
