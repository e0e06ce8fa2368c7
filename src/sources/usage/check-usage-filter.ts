import { RequestError } from '../../base/request-error.ts';
import type { UsageFilter } from './usage-source.ts';

const MOST_VALUES = 50;
const LONGEST_TEXT = 256;
const CONTROL = /\p{Cc}/u;

/**
 * Refuses what must not reach the vendor, or would not reach it as it is: empty texts, control characters, half a surrogate
 * pair, texts over 256 characters, lists of over 50 values.
 * @throws RequestError `BAD_USER_INPUT` naming the argument
 */
export function checkUsageFilter(filter: UsageFilter, argument: string): void {
  checkText(`${argument}.hub`, filter.hub);
  checkText(`${argument}.searchText`, filter.searchText);
  checkList(`${argument}.elementKeys`, filter.elementKeys);
  checkList(`${argument}.tags`, filter.tags);
}

function checkList(argument: string, values: readonly string[] | undefined): void {
  if (values === undefined) return;
  if (values.length > MOST_VALUES)
    refuse(argument, `may hold ${MOST_VALUES} values at most, not ${values.length}`);
  for (const value of values) checkText(argument, value);
}

function checkText(argument: string, value: string | undefined): void {
  if (value === undefined) return;
  if (value === '') refuse(argument, 'must not be an empty text; leave it out to filter by nothing');
  if (value.length > LONGEST_TEXT) refuse(argument, `may be ${LONGEST_TEXT} characters long at most`);
  if (!value.isWellFormed()) refuse(argument, 'must not hold half a surrogate pair');
  if (CONTROL.test(value)) refuse(argument, 'must not hold control characters');
}

function refuse(argument: string, rule: string): never {
  throw new RequestError('BAD_USER_INPUT', `'${argument}' ${rule}.`, { argument });
}
