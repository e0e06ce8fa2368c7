import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RequestError } from '../../../src/base/errors.ts';
import { readConnectionArguments } from '../../../src/graph/paging/arguments.ts';
import type { ConnectionArguments } from '../../../src/graph/paging/arguments.ts';

const LIMITS = { defaultPageSize: 50, maxPageSize: 500 };
const read = (args: ConnectionArguments) => readConnectionArguments(args, LIMITS);

function refusalOf(args: ConnectionArguments) {
  try {
    return read(args);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return { code: error.code, ...error.details };
  }
}

describe('the arguments of a list', () => {
  test('of a list that is ordered oldest first read it in that order, and from its end in the other', () => {
    const directionOf = (args: ConnectionArguments) => readConnectionArguments(args, LIMITS, 'ASC').direction;
    expect([directionOf({ first: 1 }), directionOf({ last: 1 })]).toEqual(['ASC', 'DESC']);
  });

  test.each<[ConnectionArguments, ReturnType<typeof read>]>([
    [{}, { count: 50, direction: 'DESC', isFromEnd: false, cursor: null }],
    [
      { first: null, after: null, last: null, before: null },
      { count: 50, direction: 'DESC', isFromEnd: false, cursor: null },
    ],
    [{ first: 1 }, { count: 1, direction: 'DESC', isFromEnd: false, cursor: null }],
    [{ first: 500 }, { count: 500, direction: 'DESC', isFromEnd: false, cursor: null }],
    [{ after: 'c' }, { count: 50, direction: 'DESC', isFromEnd: false, cursor: 'c' }],
    [
      { first: 3, after: 'c' },
      { count: 3, direction: 'DESC', isFromEnd: false, cursor: 'c' },
    ],
    [{ last: 3 }, { count: 3, direction: 'ASC', isFromEnd: true, cursor: null }],
    [{ before: 'c' }, { count: 50, direction: 'ASC', isFromEnd: true, cursor: 'c' }],
    [
      { last: 3, before: 'c' },
      { count: 3, direction: 'ASC', isFromEnd: true, cursor: 'c' },
    ],
    [{ after: '' }, { count: 50, direction: 'DESC', isFromEnd: false, cursor: '' }],
  ])('%j ask for %j', (args, choice) => {
    expect(read(args)).toEqual(choice);
  });

  test.each<[ConnectionArguments, string]>([
    [{ first: 1, last: 1 }, 'last'],
    [{ after: 'a', before: 'b' }, 'before'],
    [{ first: 1, before: 'b' }, 'before'],
    [{ last: 1, after: 'a' }, 'after'],
    [{ first: 0 }, 'first'],
    [{ first: -1 }, 'first'],
    [{ last: 0 }, 'last'],
  ])('%j is refused, and the error names the argument', (args, argument) => {
    expect(refusalOf(args)).toEqual({ code: 'BAD_USER_INPUT', argument });
  });

  test.each(['first', 'last'] as const)(
    '%s above the limit is refused, and the error names both numbers',
    (argument) => {
      expect(refusalOf({ [argument]: 501 })).toEqual({
        code: 'LIMIT_EXCEEDED',
        argument,
        limit: 'maxPageSize',
        allowed: 500,
        requested: 501,
      });
    },
  );

  test('always give a count within the limits or a coded error', () => {
    const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
    const args = fc.record({
      first: maybe(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
      last: maybe(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
      after: maybe(fc.string()),
      before: maybe(fc.string()),
    });
    fc.assert(
      fc.property(args, (given) => {
        const answer = refusalOf(given);
        const isAllowed =
          'count' in answer
            ? answer.count >= 1 && answer.count <= 500
            : answer.code === 'BAD_USER_INPUT' || answer.code === 'LIMIT_EXCEEDED';
        expect(isAllowed).toBe(true);
      }),
    );
  });
});
