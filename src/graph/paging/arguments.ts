import { RequestError } from '../../base/errors.ts';
import { opposite } from '../../base/time.ts';
import type { Direction } from '../../base/time.ts';
import type { Limits } from '../context.ts';
import { checkCursorForm } from './cursor.ts';

/** The paging arguments as GraphQL passes them. */
export interface ConnectionArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** The page that the arguments ask for. */
export interface PageChoice {
  readonly count: number;
  readonly direction: Direction;
  /** True if `last` or `before` asks for it: the page is read from the end of the list. */
  readonly isFromEnd: boolean;
  /** The sealed cursor that the page continues from. null: it starts at an end of the range. */
  readonly cursor: string | null;
}

/**
 * Reads the arguments: `first` and `after` read in the direction of the list, `last` and `before` against it.
 * @param listDirection the order of the list in time; `DESC` also for an order that is not one of time
 * @throws RequestError `BAD_USER_INPUT` if arguments contradict each other or ask for less than one row;
 *   `LIMIT_EXCEEDED` if they ask for more rows than `maxPageSize`; `CURSOR_INVALID` for a text that can't be a cursor
 */
export function readConnectionArguments(
  args: ConnectionArguments,
  limits: Pick<Limits, 'defaultPageSize' | 'maxPageSize'>,
  listDirection: Direction = 'DESC',
): PageChoice {
  const given = (name: keyof ConnectionArguments): boolean => args[name] !== null && args[name] !== undefined;
  for (const [name, other] of [
    ['first', 'last'],
    ['after', 'before'],
    ['first', 'before'],
    ['last', 'after'],
  ] as const) {
    if (given(name) && given(other)) throw contradiction(name, other);
  }
  const isFromEnd = given('last') || given('before');
  const cursor = (isFromEnd ? args.before : args.after) ?? null;
  // Before the estimate, which would work through all of a long text.
  if (cursor !== null) checkCursorForm(cursor, isFromEnd ? 'before' : 'after');
  const [name, asked] = isFromEnd ? (['last', args.last] as const) : (['first', args.first] as const);
  return {
    count: checkCount(name, asked ?? limits.defaultPageSize, limits.maxPageSize),
    direction: isFromEnd ? opposite(listDirection) : listDirection,
    isFromEnd,
    cursor,
  };
}

function checkCount(name: 'first' | 'last', count: number, max: number): number {
  if (count < 1) {
    throw new RequestError('BAD_USER_INPUT', `'${name}' must be at least 1, and is ${count}.`, {
      argument: name,
    });
  }
  if (count > max) {
    throw new RequestError(
      'LIMIT_EXCEEDED',
      `'${name}' may be at most ${max}, and is ${count}. Ask for ${max} and continue from the page's cursor.`,
      { argument: name, limit: 'maxPageSize', allowed: max, requested: count },
    );
  }
  return count;
}

function contradiction(name: string, other: string): RequestError {
  return new RequestError(
    'BAD_USER_INPUT',
    `'${other}' can't be combined with '${name}'. Use 'first' with 'after' to read forward, or 'last' with 'before' to read backward.`,
    { argument: other },
  );
}
