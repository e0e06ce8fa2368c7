import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RequestError } from '../../../src/base/errors.ts';
import { Secret } from '../../../src/base/secret.ts';
import { createCursorSealer, CURSOR_LISTS, digestQuery } from '../../../src/graph/paging/cursor.ts';
import type { Cursor } from '../../../src/graph/paging/cursor.ts';

const sealer = createCursorSealer(new Secret('one'));
const moment = fc.integer({
  min: Date.parse('0001-01-01T00:00:00Z'),
  max: Date.parse('9999-12-31T00:00:00Z'),
});

const anyCursor: fc.Arbitrary<Cursor> = fc.record({
  query: fc
    .tuple(fc.constantFrom(...CURSOR_LISTS), fc.dictionary(fc.string(), fc.string()))
    .map(([list, args]) => digestQuery(list, args)),
  range: fc
    .tuple(moment, moment)
    .map(([one, other]) => ({ fromMs: Math.min(one, other), toMs: Math.max(one, other) })),
  position: fc.oneof(
    fc.record({
      timestampMs: moment,
      source: fc.constant('USAGE' as const),
      id: fc.stringMatching(/^[A-Za-z0-9_-]{0,64}$/),
    }),
    fc.record({
      timestampMs: moment,
      source: fc.constant('EVENTS' as const),
      id: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
    }),
  ),
  hasRowsPast: fc.boolean(),
});

const codeOf = (act: () => unknown): string => {
  try {
    act();
    return 'no error';
  } catch (error) {
    return error instanceof RequestError ? error.code : String(error);
  }
};

describe('a cursor', () => {
  test('is the same after sealing and opening', () => {
    fc.assert(
      fc.property(anyCursor, (cursor) => {
        expect(sealer.open(sealer.seal(cursor), cursor.query, 'after')).toEqual(cursor);
      }),
    );
  });

  test('always has the same length', () => {
    fc.assert(
      fc.property(anyCursor, (cursor) => {
        expect(sealer.seal(cursor)).toMatch(/^[A-Za-z0-9_-]{188}$/);
      }),
    );
  });

  test('has the same text every time, on every instance with the same secret', () => {
    const other = createCursorSealer(new Secret('one'));
    fc.assert(
      fc.property(anyCursor, (cursor) => {
        expect(other.seal(cursor)).toBe(sealer.seal(cursor));
      }),
    );
  });

  test('reveals nothing of its content: one character of the id changes the whole text', () => {
    const [cursor] = fc.sample(anyCursor, 1);
    const a = sealer.seal({ ...cursor!, position: { ...cursor!.position, id: 'a' } });
    const b = sealer.seal({ ...cursor!, position: { ...cursor!.position, id: 'b' } });
    const equal = Array.from(a).filter((letter, at) => b[at] === letter);
    expect(equal.length).toBeLessThan(30);
  });

  test('is refused if any bit is flipped', () => {
    const [cursor] = fc.sample(anyCursor, 1);
    const bytes = Buffer.from(sealer.seal(cursor!), 'base64url');
    const accepted = Array.from({ length: bytes.length * 8 }, (_, bit) => {
      const altered = Buffer.from(bytes);
      altered[bit >> 3]! ^= 1 << (bit & 7);
      return codeOf(() => sealer.open(altered.toString('base64url'), cursor!.query, 'after'));
    }).filter((code) => code !== 'CURSOR_INVALID');
    expect(accepted).toEqual([]);
  });

  test('has one spelling: padding, spaces and the other base64 alphabet are refused', () => {
    const cursor = fc.sample(anyCursor, 20).find((one) => /[-_]/.test(sealer.seal(one)))!;
    const text = sealer.seal(cursor);
    const others = [
      `${text}=`,
      ` ${text}`,
      `${text}\n`,
      text.replaceAll('-', '+').replaceAll('_', '/'),
      text.slice(1),
      '',
    ];
    expect(others.map((other) => codeOf(() => sealer.open(other, cursor.query, 'after')))).toEqual(
      others.map(() => 'CURSOR_INVALID'),
    );
  });

  test('is refused if it is any other text', () => {
    const [cursor] = fc.sample(anyCursor, 1);
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z0-9_-]{188}$/)), (text) => {
        expect(codeOf(() => sealer.open(text, cursor!.query, 'after'))).toBe('CURSOR_INVALID');
      }),
    );
  });

  test('is refused if it was sealed with another secret', () => {
    const other = createCursorSealer(new Secret('two'));
    fc.assert(
      fc.property(anyCursor, (cursor) => {
        expect(codeOf(() => sealer.open(other.seal(cursor), cursor.query, 'after'))).toBe('CURSOR_INVALID');
      }),
    );
  });

  test('is refused if it is of another list or has other arguments', () => {
    const [cursor] = fc.sample(anyCursor, 1);
    const query = digestQuery('events', { filter: { category: { eq: 'a' } } });
    const text = sealer.seal({ ...cursor!, query });
    expect(
      codeOf(() => sealer.open(text, digestQuery('events', { filter: { category: { eq: 'b' } } }), 'after')),
    ).toBe('CURSOR_INVALID');
    expect(codeOf(() => sealer.open(text, { list: 'usageRecords', digest: query.digest }, 'after'))).toBe(
      'CURSOR_INVALID',
    );
    expect(codeOf(() => sealer.open(text, query, 'after'))).toBe('no error');
  });

  test('cannot be made for an id that is too long', () => {
    const [cursor] = fc.sample(anyCursor, 1);
    const position = { ...cursor!.position, id: 'x'.repeat(65) };
    expect(() => sealer.seal({ ...cursor!, position })).toThrow(RangeError);
  });
});
