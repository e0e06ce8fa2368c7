import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readBases, readWithin } from '../../../src/graph/timeline/related.ts';
import { createFakeContext } from '../fake-context.ts';

const ALL = createFakeContext().context.viewer;

describe('within', () => {
  test.each([
    ['PT5M', 300_000],
    ['PT24H', 86_400_000],
    ['P1D', 86_400_000],
    ['PT86400S', 86_400_000],
    ['PT12H30M', 45_000_000],
    ['PT0.001S', 1],
    ['PT1.9999S', 1_999],
  ])('%s is %i ms', (text, ms) => {
    expect(readWithin(text)).toBe(ms);
  });

  test('may be any whole number of milliseconds up to a day', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 86_400_000 }), (ms) => {
        expect(readWithin(`PT${(ms / 1000).toFixed(3)}S`)).toBe(ms);
      }),
    );
  });

  test.each(['PT0S', 'P0D', '-PT5M', 'PT0.0009S', '-P1Y'])('%s is too short', (text) => {
    expect(() => readWithin(text)).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', details: { argument: 'within' } }),
    );
  });

  test.each(['PT24H0.001S', 'PT25H', 'P1DT1S', 'P1W', 'P1M', 'P1Y', 'P999999Y'])('%s is too long', (text) => {
    expect(() => readWithin(text)).toThrow(
      expect.objectContaining({
        code: 'LIMIT_EXCEEDED',
        details: { argument: 'within', limit: 'maxWithinMs', allowed: 86_400_000 },
      }),
    );
  });
});

describe('by', () => {
  test('is a set', () => {
    expect(readBases(['TIME', 'IP', 'TIME'], ALL)).toEqual(new Set(['TIME', 'IP']));
  });

  test('must not be empty', () => {
    expect(() => readBases([], ALL)).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', details: { argument: 'by' } }),
    );
  });

  test('accepts IP only from a caller who may see addresses', () => {
    const { viewer } = createFakeContext({ scopes: ['usage:read', 'events:read'] }).context;
    expect(readBases(['TIME'], viewer)).toEqual(new Set(['TIME']));
    expect(() => readBases(['TIME', 'IP'], viewer)).toThrow(
      expect.objectContaining({ code: 'FORBIDDEN', details: { argument: 'by' } }),
    );
  });
});
