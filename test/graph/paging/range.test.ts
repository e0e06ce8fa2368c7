import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RequestError } from '../../../src/base/errors.ts';
import { defaultEnd, freezeRange } from '../../../src/graph/paging/range.ts';
import type { RangeInput } from '../../../src/graph/paging/range.ts';

const NOW = Date.parse('2026-03-31T12:00:00.000Z');
const at = (text: string): number => Date.parse(text);

function freeze(input: RangeInput | null | undefined) {
  try {
    const { fromMs, toMs } = freezeRange(input, { nowMs: NOW, hasArchive: false });
    return [new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return { code: error.code, ...error.details };
  }
}

describe('a range', () => {
  const now = '2026-03-31T12:00:00.000Z';
  test.each<[string, RangeInput | null | undefined, string, string]>([
    ['omitted', undefined, '2026-03-24T12:00:00.000Z', now],
    ['that is null', null, '2026-03-24T12:00:00.000Z', now],
    ['that is empty', {}, '2026-03-24T12:00:00.000Z', now],
    ['with nulls only', { from: null, to: null, last: null }, '2026-03-24T12:00:00.000Z', now],
    ['with from only', { from: at('2026-03-31T11:00:00Z') }, '2026-03-31T11:00:00.000Z', now],
    [
      'with both ends',
      { from: at('2026-01-01T00:00:00Z'), to: at('2026-01-02T00:00:00Z') },
      '2026-01-01T00:00:00.000Z',
      '2026-01-02T00:00:00.000Z',
    ],
    [
      'that ends in the future',
      { from: at('2026-03-31T11:00:00Z'), to: NOW + 1 },
      '2026-03-31T11:00:00.000Z',
      now,
    ],
    ['of the last minutes', { last: 'PT5M' }, '2026-03-31T11:55:00.000Z', now],
    ['of less than a millisecond', { last: 'PT0.0000001S' }, '2026-03-31T11:59:59.999Z', now],
    ['of the last month, by the calendar', { last: 'P1M' }, '2026-02-28T12:00:00.000Z', now],
    [
      'counted back from its end',
      { last: 'P1D', to: at('2026-03-01T00:00:00Z') },
      '2026-02-28T00:00:00.000Z',
      '2026-03-01T00:00:00.000Z',
    ],
    [
      'counted back from the future is counted back from now',
      { last: 'P1D', to: NOW + 9 },
      '2026-03-30T12:00:00.000Z',
      now,
    ],
  ])('%s is accepted', (_name, input, from, to) => {
    expect(freeze(input)).toEqual([from, to]);
  });

  test.each<[string, RangeInput, string]>([
    ['of equal ends', { from: NOW - 5, to: NOW - 5 }, 'range.from'],
    ['that ends before it starts', { from: NOW - 5, to: NOW - 6 }, 'range.from'],
    ['that starts now', { from: NOW }, 'range.from'],
    ['that starts in the future', { from: NOW + 1, to: NOW + 2 }, 'range.from'],
    ['that starts before the year 1', { from: at('0000-12-31T23:59:59Z') }, 'range.from'],
    ['with from and last', { from: NOW - 5, last: 'P1D' }, 'range.last'],
    ['with to only', { to: NOW - 5 }, 'range.to'],
    ['of no length', { last: 'PT0S' }, 'range.last'],
    ['of negative length', { last: '-P1D' }, 'range.last'],
    ['that reaches back before the year 1', { last: 'P9999Y' }, 'range.last'],
    ['that reaches back before any date', { last: 'P999999999Y' }, 'range.last'],
  ])('%s is refused, and the error names the part', (_name, input, argument) => {
    expect(freeze(input)).toEqual({ code: 'BAD_USER_INPUT', argument });
  });

  test('is never empty and never ends after now', () => {
    const part = fc.option(fc.integer({ min: NOW - 1e9, max: NOW + 1e9 }), { nil: null });
    const last = fc.option(
      fc.integer({ min: -5, max: 1e7 }).map((s) => `${s < 0 ? '-' : ''}PT${Math.abs(s)}S`),
      {
        nil: null,
      },
    );
    fc.assert(
      fc.property(part, part, last, (from, to, back) => {
        const frozen = freeze({ from, to, last: back });
        const isRight = Array.isArray(frozen)
          ? at(frozen[0]!) < at(frozen[1]!) && at(frozen[1]!) <= NOW
          : frozen.code === 'BAD_USER_INPUT';
        expect(isRight).toBe(true);
      }),
    );
  });
});

test('only an archive knows what was known when: without one, asKnownAt is refused, with the setting', () => {
  const input = { last: 'P1D', asKnownAt: NOW - 5 };
  expect(() => freezeRange(input, { nowMs: NOW, hasArchive: false })).toThrow(
    expect.objectContaining({
      code: 'BAD_USER_INPUT',
      details: { argument: 'range.asKnownAt' },
      message: expect.stringContaining('SIGHTLINE_ARCHIVE'),
    }),
  );
  expect(freezeRange({ ...input, asKnownAt: null }, { nowMs: NOW, hasArchive: false })).toEqual(
    freezeRange({ last: 'P1D' }, { nowMs: NOW, hasArchive: false }),
  );
  expect(() => freezeRange(input, { nowMs: NOW, hasArchive: true })).not.toThrow();
});

test('an omitted range ends with the last known entry; any other range ends as given, or now', () => {
  const endMs = at('2014-08-10T10:00:00.001Z');
  const range = (input: RangeInput | null) => freezeRange(input, { nowMs: NOW, hasArchive: false }, endMs);
  expect(range(null)).toEqual({ fromMs: at('2014-08-03T10:00:00.001Z'), toMs: endMs });
  expect(range({})).toEqual(range(null));
  expect(range({ last: 'P1D' }).toMs).toBe(NOW);
  expect(range({ from: endMs - 1 })).toEqual({ fromMs: endMs - 1, toMs: NOW });
});

test('the default range ends with the last known entry of any of the sources, or now if none is known', () => {
  const ends = { USAGE: 100, EVENTS: 200 };
  expect(defaultEnd(ends, ['USAGE'], 900)).toBe(100);
  expect(defaultEnd(ends, ['USAGE', 'EVENTS'], 900)).toBe(200);
  expect(defaultEnd({ USAGE: 100, EVENTS: null }, ['USAGE', 'EVENTS'], 900)).toBe(100);
  expect(defaultEnd({ USAGE: null, EVENTS: null }, ['USAGE', 'EVENTS'], 900)).toBe(900);
  expect(defaultEnd(ends, [], 900)).toBe(900);
});
