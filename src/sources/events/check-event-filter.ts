import { RequestError } from '../../base/request-error.ts';
import type { EventFilter, StringFilter } from './event-filter.ts';

/**
 * Refuses texts with half a character (a surrogate without its other): no event can be told by one, and on the wire it would
 * become another.
 * @param argument where the filter stands among the caller's arguments
 * @throws RequestError `BAD_USER_INPUT` naming the argument
 */
export function checkEventFilter(filter: EventFilter, argument: string): void {
  const { category, action, username, searchText, not } = filter;
  for (const [name, test] of Object.entries({ category, action, username })) {
    if (test) checkTest(test, `${argument}.${name}`);
  }
  checkText(searchText, `${argument}.searchText`);
  if (not) checkEventFilter(not, `${argument}.not`);
}

function checkTest(test: StringFilter, argument: string): void {
  for (const [name, value] of Object.entries(test)) {
    for (const text of [value].flat()) if (typeof text === 'string') checkText(text, `${argument}.${name}`);
  }
}

function checkText(text: string | undefined, argument: string): void {
  if (text === undefined || text.isWellFormed()) return;
  throw new RequestError('BAD_USER_INPUT', `'${argument}' must not hold half a surrogate pair.`, {
    argument,
  });
}
