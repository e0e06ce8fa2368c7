import { RequestError } from '../../base/errors.ts';
import type { Travel } from '../../sources/paging/page.ts';
import type { Limits } from '../context.ts';

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
  readonly travel: Travel;
  /** The sealed cursor that the page continues from. null: it starts at the edge of the range. */
  readonly cursor: string | null;
}

/**
 * Reads the arguments: `first` and `after` start with the newest row, `last` and `before` with the oldest.
 * @throws RequestError `BAD_USER_INPUT` if arguments contradict each other or ask for less than one row;
 *   `LIMIT_EXCEEDED` if they ask for more rows than `maxPageSize`
 */
export function readConnectionArguments(
  args: ConnectionArguments,
  limits: Pick<Limits, 'defaultPageSize' | 'maxPageSize'>,
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
  const backward = given('last') || given('before');
  const [name, asked] = backward ? (['last', args.last] as const) : (['first', args.first] as const);
  return {
    count: checkCount(name, asked ?? limits.defaultPageSize, limits.maxPageSize),
    travel: backward ? 'backward' : 'forward',
    cursor: (backward ? args.before : args.after) ?? null,
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
